#!/bin/sh
# tests/run-fuzz.sh SECONDS HARNESS...: run each libFuzzer harness from its corpus, with its dictionary if it has one. What
# it finds on the way stays in build/fuzz/found; what crashes it is copied to build/fuzz/crash-*. The last line says how
# many went to their end.
set -u
seconds=$1
shift
passed=0
failed=0
for program; do
    name=${program##*/fuzz_}
    found=build/fuzz/found/$name
    mkdir -p "$found"
    dict=tests/fuzz/dict/$name
    [ -f "$dict" ] && dict=-dict=$dict || dict=
    printf 'fuzz_%s: %s s, ' "$name" "$seconds"
    if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 ${dict:+"$dict"} \
        -artifact_prefix="build/fuzz/crash-$name-" "$found" "tests/fuzz/corpus/$name" 2>build/fuzz/"$name".log; then
        echo "$(sed -n 's/^stat::number_of_executed_units: *//p' build/fuzz/"$name".log) inputs"
        passed=$((passed + 1))
    else
        echo 'FAILED'
        tail -n 40 build/fuzz/"$name".log
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
