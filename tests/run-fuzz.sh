#!/bin/sh
# tests/run-fuzz.sh SECONDS HARNESS...: run each libFuzzer harness from its corpus, with its dictionary if it has one. What
# it finds on the way stays in build/fuzz/found; a crash is copied to build/fuzz/crash-* and ends the run.
set -eu
seconds=$1
shift
for program; do
    name=${program##*/fuzz_}
    found=build/fuzz/found/$name
    mkdir -p "$found"
    dict=tests/fuzz/dict/$name
    [ -f "$dict" ] && dict=-dict=$dict || dict=
    echo "fuzz_$name: $seconds s"
    "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        ${dict:+"$dict"} -artifact_prefix="build/fuzz/crash-$name-" "$found" "tests/fuzz/corpus/$name" 2>build/fuzz/"$name".log || {
        tail -n 40 build/fuzz/"$name".log
        exit 1
    }
    grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' build/fuzz/"$name".log
done
