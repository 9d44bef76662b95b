#!/bin/sh
# A user of its own for the service, which owns the state; it may read the configuration.
set -e
if ! getent passwd gijbulk >/dev/null; then
  useradd --system --user-group --home-dir /var/lib/gijbulk --no-create-home --shell /usr/sbin/nologin gijbulk
fi
install -d -m 0750 -o gijbulk -g gijbulk /var/lib/gijbulk
chown root:gijbulk /etc/gijbulk /etc/gijbulk/gijbulk.yaml
chmod 0750 /etc/gijbulk
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
