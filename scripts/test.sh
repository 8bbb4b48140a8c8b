#!/bin/sh
# Run pytest with other people's servers, engines and a Chromium, which are installed if that
# is possible. Arguments go to pytest; without "-n 0" among them, several workers share the
# tests (conftest.py). Tests of what is not there are left out, loudly; with CI=true that
# fails.
python=.venv/bin/python

# pytest and its workers start as the programs that they start do (sitecustomize.py there).
run() {
    PYTHONPATH="$PWD/tests/guard${PYTHONPATH:+:$PYTHONPATH}" \
        exec "$python" -m pytest -n auto "$@"
}

"$python" scripts/servers.py || exit 1

echo "==> Looking for a Chromium"
if CHROMIUM=$("$python" scripts/chromium.py --install); then
    export CHROMIUM
    echo "==> Browser tests with $CHROMIUM"
    run "$@"
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
run -m "not browser" "$@"
