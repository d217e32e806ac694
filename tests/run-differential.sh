#!/bin/sh
# Run every comparison with another implementation: each tests/differential/check_*.py, with BUILD naming the directory
# that holds tests/support/*_dump and revident. A program reports by exit status: 0 equal, 77 skipped, else different.
set -u
passed=0
failed=0
: "${BUILD:?set BUILD to the build directory}"

for program in tests/differential/check_*.py; do
    [ -f "$program" ] || continue
    # Debian's own Python has Debian's modules
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    PYTHONDONTWRITEBYTECODE=1 "$python" "$program" --build "$BUILD" </dev/null
    status=$?
    case $status in
    0) passed=$((passed + 1)) ;;
    77) echo "skipped: $program" ;;
    *)
        echo "$program: exit status $status" >&2
        failed=$((failed + 1))
        ;;
    esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
