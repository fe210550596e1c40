#!/bin/sh
# Made by `make install`: the palace's commands with the settings of the service, as its user.
set -eu
cd @CODE@
if [ ! -r @ETC@/palace.env ]; then
    echo "Only root and the user palace may: sudo palace $*" >&2
    exit 1
fi
set -a
. @ETC@/palace.env
set +a
if [ "$(id -u)" = 0 ] && [ "@USER@" != root ]; then
    exec setpriv --reuid=@USER@ --regid=@USER@ --init-groups .venv/bin/python -m palace "$@"
fi
exec .venv/bin/python -m palace "$@"
