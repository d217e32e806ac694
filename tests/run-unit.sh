#!/bin/sh
# Run each unit test program; print what fails and, at the end, how many tests passed and failed.
# RUNNER is put in front of each program (valgrind, say).
set -u
passed=0
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
HOME=/nonexistent TZ=UTC LC_ALL=C CMOCKA_MESSAGE_OUTPUT=TAP
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export HOME TZ LC_ALL CMOCKA_MESSAGE_OUTPUT GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL

for program; do
    # shellcheck disable=SC2086 # RUNNER is a command with its arguments
    ${RUNNER:-} "$program" >"$out" 2>&1 </dev/null
    status=$?
    good=$(grep -c '^ok ' "$out")
    bad=$(grep -c '^not ok ' "$out")
    if [ "$status" -ne 0 ] || [ "$bad" -ne 0 ] || [ "$good" -eq 0 ]; then
        echo "--- $program: exit status $status"
        grep -v '^ok ' "$out"
        [ "$bad" -ne 0 ] || bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
