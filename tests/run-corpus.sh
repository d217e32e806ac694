#!/bin/sh
# Replay tests/fuzz/corpus/<name>/ through each tests/fuzz/fuzz_<name>; print how many harnesses passed and failed.
# RUNNER is put in front of each program (valgrind, say).
set -u
passed=0
failed=0

for program; do
    name=${program##*/fuzz_}
    corpus=tests/fuzz/corpus/$name
    if [ ! -d "$corpus" ]; then
        echo "$program: $corpus is missing" >&2
        failed=$((failed + 1))
        continue
    fi
    # shellcheck disable=SC2086 # RUNNER is a command with its arguments
    if ${RUNNER:-} "$program" "$corpus" </dev/null; then
        passed=$((passed + 1))
    else
        echo "$program $corpus: exit status $?" >&2
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
