#!/bin/sh
# A purge (deb) removes the state and the reports too. What others wrote to /etc/gijbulk stays,
# and so does the user, whose number must not be given to somebody else.
set -e
if [ "$1" = purge ]; then
  rm -rf /var/lib/gijbulk
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
