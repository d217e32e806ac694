#!/bin/sh
# tests/coverage.sh BUILD: print how many lines of each source file the tests have run, from gcov's own counts.
set -eu
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find "$build/src" -name '*.gcda' | while read -r counts; do
    gcov -n -o "$(dirname "$counts")" "$counts" 2>/dev/null
done | awk '
    /^File / { file = substr($2, 2, length($2) - 2); next }
    /^Lines executed:/ && file ~ /^src\// {
        split($0, part, /[:%]| of /)
        percent[file] = part[2]; lines[file] = part[4]
        file = ""
    }
    END {
        for (file in lines) {
            printf "%6.1f %%  %5d  %s\n", percent[file], lines[file], file | "sort -k 4"
            run += percent[file] * lines[file] / 100; all += lines[file]
        }
        close("sort -k 4")
        if (all)
            printf "%6.1f %%  %5d  in all\n", 100 * run / all, all
    }'
