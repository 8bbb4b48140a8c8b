#!/bin/sh
# Print the Python to build the environment with: 3.11 or newer, with venv and pip.
# PYTHON= chooses one. A name on the path is not enough: version managers put stubs
# there that only fail, so each candidate is run.
test_python() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
        >/dev/null 2>&1
}

if [ -n "$PYTHON" ]; then
    if test_python "$PYTHON"; then
        command -v "$PYTHON"
        exit 0
    fi
    echo "PYTHON=$PYTHON is not a Python 3.11 or newer with the modules venv and ensurepip." >&2
    exit 1
fi

for candidate in python3.13 python3.12 python3.11 python3.14 python3 python \
    /usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3 \
    "$HOME"/.pyenv/versions/3.1[1-9]*/bin/python3; do
    if test_python "$candidate"; then
        command -v "$candidate"
        exit 0
    fi
done

if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    echo "Python is there, but not its venv module: on Debian and Ubuntu, install it with: apt-get install python3-venv" >&2
else
    echo "Python 3.11 or newer is needed and was not found: install it, or name one with PYTHON=/path/to/python3." >&2
fi
exit 1
