#!/bin/sh
# Name a Python the palace runs on, or say what to type. The system's own comes first: apt keeps it safe.
for python in "${PYTHON:-/usr/bin/python3}" python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$python"
        exit 0
    fi
done
echo "The palace needs Python 3.11 or newer. Type: sudo apt-get install python3 python3-venv" >&2
exit 1
