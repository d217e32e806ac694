#!/bin/sh
# tests/run-stress.sh PART: one part of `make stress`. STRESS_SECONDS is how long signals are sent (120), STRESS_RUNS how
# many answers are asked for beside git gc, repack, fetch and push (1000), STRESS_SEEDS which random histories are compared
# ("1000..1999").
set -eu
: "${REVIDENT:?set REVIDENT to the binary}"
for tool in python3 git; do
    command -v "$tool" >/dev/null || {
        echo "skipped: $tool is not installed"
        exit 0
    }
done
E2E_TIMEOUT=${E2E_TIMEOUT:-3600}
export E2E_TIMEOUT
case $1 in
hostile) HOSTILE=all E2E_TIMEOUT=3600 exec tests/e2e/run t-hostile-content t-hostile-packs t-hostile-many t-surroundings ;;
interrupted) INTERRUPT_EVERY=1 RECOVER_EVERY=1 exec tests/e2e/run t-scan-interrupted t-recover-interrupted ;;
signals) exec python3 tests/fault/signals.py --binary "$REVIDENT" --seconds "${STRESS_SECONDS:-120}" ;;
races) exec python3 tests/fault/racing.py --binary "$REVIDENT" --runs "${STRESS_RUNS:-1000}" ;;
histories)
    exec python3 tests/oracle/compare.py --one-directory --binary "$REVIDENT" --seeds "${STRESS_SEEDS:-1000..1999}"
    ;;
*)
    echo "tests/run-stress.sh: no part $1" >&2
    exit 2
    ;;
esac
