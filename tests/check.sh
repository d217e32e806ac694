#!/bin/sh
# Run the named make targets one after the other and add up what they report: a target's own "N passed, N failed", or
# one test where it prints no such line. The last line is the sum; the exit status is 1 if anything failed.
set -u
passed=0
failed=0
broken=
log=$(mktemp)
trap 'rm -f "$log" "$log.status"' EXIT
trap 'exit 130' INT TERM HUP

for target; do
    started=$(date +%s)
    {
        "${MAKE:-make}" --no-print-directory -s VARIANT="${VARIANT:-release}" "$target" 2>&1
        echo "$?" >"$log.status"
    } | tee "$log" | sed "s/^\([0-9][0-9]* passed, [0-9][0-9]* failed\)\$/$target: \1/"
    status=$(cat "$log.status")
    sums=$(awk '/^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3; n++ } END { print p + 0, f + 0, n + 0 }' "$log")
    # shellcheck disable=SC2086 # three numbers
    set_sums() { target_passed=$1 target_failed=$2 counted=$3; } && set_sums $sums
    if [ "$status" -ne 0 ] && [ "$target_failed" -eq 0 ]; then
        target_failed=1
    elif [ "$counted" -eq 0 ]; then
        target_passed=1
    fi
    passed=$((passed + target_passed))
    failed=$((failed + target_failed))
    if [ "$target_failed" -gt 0 ]; then
        broken="$broken $target"
    fi
    echo "$target: $([ "$target_failed" -eq 0 ] && echo ok || echo FAILED) ($(($(date +%s) - started)) s)"
done

if [ -n "$broken" ]; then
    echo "failed:$broken"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
