#!/bin/sh
# Run pytest with a Chromium, which is installed if that is possible. Arguments go to
# pytest. Without a browser its tests are left out, loudly; with CI=true that fails.
python=.venv/bin/python

echo "==> Looking for a Chromium"
if CHROMIUM=$("$python" scripts/chromium.py --install); then
    export CHROMIUM
    echo "==> Browser tests with $CHROMIUM"
    exec "$python" -m pytest "$@"
fi

if [ "$CI" = true ]; then
    echo "No Chromium was found and none could be installed, and CI=true wants the browser tests: install Chromium or set CHROMIUM=/path/to/it." >&2
    exit 1
fi
cat >&2 <<'TEXT'

  ****************************************************************************
  * NO BROWSER: no Chromium was found and none could be installed.           *
  * THE BROWSER TESTS ARE LEFT OUT. Install Chromium, or set CHROMIUM=/path. *
  ****************************************************************************

TEXT
exec "$python" -m pytest -m "not browser" "$@"
