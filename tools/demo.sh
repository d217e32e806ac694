#!/bin/sh
# tools/demo.sh BINARY: import the accident into a temporary repository and show what revident says about it.
set -eu

binary=$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")
stream=$(cd "$(dirname "$0")/../testrepos" && pwd -P)/september-17.fi
sandbox=$(mktemp -d "${TMPDIR:-/tmp}/revident-demo.XXXXXX")
trap 'rm -rf "$sandbox"' EXIT
trap 'exit 130' INT TERM HUP

for name in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p'); do
    unset "$name"
done
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL
git init -q -b main "$sandbox/habits"
cd "$sandbox/habits"
git fast-import --quiet <"$stream"
git checkout -q -f main

# show EXPECTED-STATUS ARGUMENT...: the command as a person would type it, and its output
show() {
    show_expected=$1
    shift
    printf '\n$ revident %s\n' "$*"
    show_status=0
    "$binary" "$@" || show_status=$?
    if [ "$show_status" -ne "$show_expected" ]; then
        echo "tools/demo.sh: exit status $show_status, expected $show_expected" >&2
        exit 1
    fi
}

echo "the accident of testrepos/september-17.fi, imported into a temporary repository:"
git log --reverse --format='  %h %as %s'
show 1 scan
show 1 explain 189b1231afd4
printf '\n$ revident show 189b1231afd4 | head\n'
"$binary" show 189b1231afd4 >"$sandbox/shown"
head "$sandbox/shown"
