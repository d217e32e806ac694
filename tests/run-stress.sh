#!/bin/sh
# Interrupt recover at every system call that writes, send signals at random moments, run beside git gc, fetch and push
# (STRESS_SECONDS each), then hold scan against the independent implementation over many
# random histories; STRESS_SEEDS is "A..B".
set -eu
: "${REVIDENT:?set REVIDENT to the binary}"
for tool in python3 git; do
    command -v "$tool" >/dev/null || {
        echo "skipped: $tool is not installed"
        exit 0
    }
done
HOSTILE=all tests/e2e/run t-hostile-content t-surroundings
RECOVER_EVERY=1 tests/e2e/run t-recover-interrupted
python3 tests/fault/signals.py --binary "$REVIDENT" --seconds "${STRESS_SECONDS:-120}"
python3 tests/fault/racing.py --binary "$REVIDENT" --runs 100000 --seconds "${STRESS_SECONDS:-120}"
exec python3 tests/oracle/compare.py --one-directory --binary "$REVIDENT" --seeds "${STRESS_SEEDS:-1000..1999}"
