#!/bin/sh
# tests/coverage.sh BUILD: print how many lines of each source file, each folder and all in all the tests have run, from
# gcov's own counts.
set -eu
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find "$build/src" -name '*.gcno' | while read -r notes; do
    gcov -n -o "$(dirname "$notes")" "$notes" 2>/dev/null || echo "tests/coverage.sh: gcov cannot read $notes" >&2
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
            folder = file
            sub(/\/[^\/]*$/, "", folder)
            folder_run[folder] += percent[file] * lines[file] / 100; folder_lines[folder] += lines[file]
            run += percent[file] * lines[file] / 100; all += lines[file]
        }
        close("sort -k 4")
        for (folder in folder_lines)
            printf "%6.1f %%  %5d  %s\n", 100 * folder_run[folder] / folder_lines[folder], folder_lines[folder], folder | "sort -k 4"
        close("sort -k 4")
        if (all)
            printf "%6.1f %%  %5d  in all\n", 100 * run / all, all
    }'
