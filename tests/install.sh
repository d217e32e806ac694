#!/bin/sh
# tests/install.sh VARIANT: what `make install` puts under a prefix runs from there, and `make uninstall` takes all away.
set -eu
stage=$(mktemp -d "${TMPDIR:-/tmp}/revident install.XXXXXX")
trap 'rm -rf "$stage"' EXIT

make_here() {
    "${MAKE:-make}" --no-print-directory -s VARIANT="$1" PREFIX=/opt/revident DESTDIR="$stage" "$2" >/dev/null
}

fail() {
    echo "tests/install.sh: $1" >&2
    exit 1
}

make_here "$1" install
prefix=$stage/opt/revident
PATH=$prefix/bin:$PATH
expected=$("$prefix/bin/revident" --version)
[ "$(git revident --version)" = "$expected" ] || fail "git does not find git-revident"
[ "$(git revident version)" = "$expected" ] || fail "git revident version differs"
for page in revident git-revident; do
    [ -f "$prefix/share/man/man1/$page.1" ] || fail "$page.1 is not installed"
done
make_here "$1" uninstall
left=$(find "$stage" ! -type d -o -path "$prefix*")
[ -z "$left" ] || fail "uninstall left $left"
make_here "$1" uninstall || fail "a second uninstall fails"
