#!/bin/sh
# Timers of a package that is removed must not start what is no longer there; an upgrade
# (deb: "upgrade", rpm: 1) leaves them alone. The user and the state stay.
set -e
case "$1" in
remove | 0)
  if [ -d /run/systemd/system ]; then
    systemctl disable --now 'gijbulk-sync@*.timer' || true
  fi
  ;;
esac
