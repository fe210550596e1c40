#!/bin/sh
# Made by `make install`: the palace's commands with the settings of the service, as its user.
set -eu
if [ "$(id -u)" = 0 ] && [ "@USER@" != root ]; then
    exec setpriv --reuid=@USER@ --regid=@USER@ --init-groups "$0" "$@"
fi
if [ ! -r @ETC@/palace.env ]; then
    echo "Only root and the user palace may: sudo palace $*" >&2
    exit 1
fi
# read as systemd reads it: a line is a name and its value, nothing in it is run
while IFS= read -r line; do
    case "$line" in
        "#"* | "") ;;
        *=*) export "${line?}" ;;
    esac
done < @ETC@/palace.env
# it stays where it is typed, so that files may be named from there
export PYTHONPATH=@CODE@
exec @CODE@/.venv/bin/python -P -m palace "$@"
