#!/bin/sh
# Run every comparison with another implementation. BUILD names the directory that holds revident and the programs of
# tests/support; SEEDS ("A..B") are the random histories that scan is held against. A comparison reports by its exit
# status: 0 equal, 77 skipped, else different.
set -u
: "${BUILD:?set BUILD to the build directory}"
seeds=${SEEDS:-0..39}
passed=0
failed=0
python=/usr/bin/python3 # Debian's own has Debian's modules
[ -x "$python" ] || python=python3
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

compare() {
    "$python" "$@" </dev/null
    compare_status=$?
    case $compare_status in
    0) passed=$((passed + 1)) ;;
    77) echo "skipped: $1" ;;
    *)
        echo "$*: exit status $compare_status" >&2
        failed=$((failed + 1))
        ;;
    esac
}

compare tests/oracle/test_reference.py
for program in tests/differential/check_*.py; do
    [ ! -f "$program" ] || compare "$program" --build "$BUILD"
done
compare tests/oracle/check_model.py --binary "$BUILD/revident" --count 200
compare tests/oracle/compare.py --binary "$BUILD/revident" --seeds "$seeds" --skip 16,21,22,35
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
