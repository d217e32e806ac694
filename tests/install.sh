#!/bin/sh
# tests/install.sh VARIANT: what `make install` puts under a prefix runs from there, and `make uninstall` takes all away.
set -eu
stage=$(mktemp -d "${TMPDIR:-/tmp}/revident install.XXXXXX")
trap 'rm -rf "$stage" "$stage.repository"' EXIT

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
for hook in pre-commit pre-merge-commit pre-push pre-receive; do
    cmp -s "hooks/$hook" "$prefix/share/revident/hooks/$hook" || fail "$hook is not installed"
    [ -x "$prefix/share/revident/hooks/$hook" ] || fail "$hook is no program"
done
git init -q "$stage.repository"
revident -C "$stage.repository" hooks install >/dev/null
grep -qxF "revident='$prefix/bin/revident'" "$stage.repository/.git/hooks/pre-push" || fail "hooks do not name the program"
make_here "$1" uninstall
left=$(find "$stage" ! -type d -o -path "$prefix*")
[ -z "$left" ] || fail "uninstall left $left"
make_here "$1" uninstall || fail "a second uninstall fails"
