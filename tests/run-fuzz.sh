#!/bin/sh
# tests/run-fuzz.sh SECONDS HARNESS...: run each libFuzzer harness from its corpus, with its dictionary if it has one, as
# many at a time as there are processors (JOBS). What it finds on the way stays in build/fuzz/found; what crashes it is
# copied to build/fuzz/crash-*. The last line says how many went to their end.
set -u

# fuzz_one SECONDS HARNESS: one line, or the log's end as well.
fuzz_one() {
    name=${2##*/fuzz_}
    found=build/fuzz/found/$name
    mkdir -p "$found"
    dict=tests/fuzz/dict/$name
    [ -f "$dict" ] && dict=-dict=$dict || dict=
    if "$2" -max_total_time="$1" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 ${dict:+"$dict"} \
        -artifact_prefix="build/fuzz/crash-$name-" "$found" "tests/fuzz/corpus/$name" 2>build/fuzz/"$name".log; then
        echo "fuzz_$name: $1 s, $(sed -n 's/^stat::number_of_executed_units: *//p' build/fuzz/"$name".log) inputs"
    else
        printf 'fuzz_%s: FAILED\n%s\n' "$name" "$(tail -n 40 build/fuzz/"$name".log)"
    fi
}

if [ "$1" = --one ]; then
    fuzz_one "$2" "$3"
    exit
fi
seconds=$1
shift
told=$(mktemp)
trap 'rm -f "$told"' EXIT
mkdir -p build/fuzz
printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -I HARNESS "$0" --one "$seconds" HARNESS | tee "$told"
passed=$(grep -c '^fuzz_[a-z_]*: .* inputs$' "$told")
echo "$passed passed, $(($# - passed)) failed"
[ "$passed" -eq "$#" ]
