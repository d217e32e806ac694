#!/bin/sh
# What inject.so runs in the place of a child: the child's words without the second half, and then it is killed.
file=$(mktemp)
"$@" >"$file"
head -c $(($(wc -c <"$file") / 2)) "$file"
rm -f "$file"
kill -KILL $$
