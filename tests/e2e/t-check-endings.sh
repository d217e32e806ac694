#!/bin/sh
# Both endings of what revident check says, pasted: the commands mend the change, the waivers let it pass.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hooked.sh"
need_command check

# shown: what the last run printed, lines that were folded put together
commands() {
	sed -n 's/^    \(git .*\)/\1/p' "$CASE_DIR/out"
}

waivers() {
	sed -n '/^    \[waiver/,/reason =/s/^    //p' "$CASE_DIR/out" | sed 's/reason =$/reason = agreed, see OPS-7/'
}

# ends RULE CHANGE: the change, a function, is stopped; then each of its endings is tried on a copy of it.
ends() {
	RULE=$1
	$2
	blocked revident check --staged
	cp -R . ../waived
	commands >"$CASE_DIR/commands"
	[ -s "$CASE_DIR/commands" ] || fail "$RULE: no command"
	sh -e "$CASE_DIR/commands" >"$CASE_DIR/said" 2>&1 || fail "$RULE: $(cat "$CASE_DIR/commands" "$CASE_DIR/said")"
	passes revident check --staged
	cd ../waived
	blocked revident check --staged
	waivers >.revident
	git add .revident
	passes revident check --staged
	grep -q 'OPS-7' "$CASE_DIR/out" || fail "$RULE: the reason is not shown"
	cd ../r
}

overwritten() {
	migration c3c3 b2b2 '' m/versions/b2b2_x.py
	git add -A
}

it "overwritten"
hooked r
ends identity-overwritten overwritten
[ "$(cat m/versions/c3c3_the_change_c3c3.py ../waived/m/versions/b2b2_x.py | sort | uniq -d | grep -c '^revision')" = 1 ] ||
	fail "what was new is lost"

renumbered() {
	sed -i.bak "s/^revision = .*/revision = 'c3c3'/" m/versions/b2b2_x.py
	rm m/versions/*.bak
	git mv m/versions/b2b2_x.py m/versions/c3c3_x.py
	git add -A
}

it "renumbered"
hooked r
ends identity-edited renumbered

deleted() {
	git rm -q m/versions/b2b2_x.py
}

it "deleted"
hooked r
ends identity-deleted deleted

stripped() {
	echo 'nothing = 1' >m/versions/b2b2_x.py
	git add -A
}

it "stripped"
hooked r
ends identity-stripped stripped

replaced() {
	migration b2b2 a1a1 another
	git add -A
}

it "replaced"
hooked r
ends identity-replaced replaced

reparented() {
	migration b2b2 ''
	git add -A
}

it "reparented"
hooked r
ends reparented reparented

dropped_by_merge() {
	git merge -q --no-commit -s ours topic >"$CASE_DIR/said" 2>&1
}

it "dropped by a merge"
hooked r
git checkout -q -b topic
migration c3c3 b2b2
git add -A
git commit -qm c3
git checkout -q main
echo 2 >app/x.py
git commit -qam app
ends identity-lost-in-merge dropped_by_merge

it "file names that a shell would take apart"
hooked r
git mv m/versions/b2b2_x.py "m/versions/b2 \$(touch gone)'\"*.py"
git commit -q --no-verify -m odd
odd() {
	git rm -q m/versions/b2*
}
ends identity-deleted odd
expect_no_file gone

# What a tree is found guilty of has a waiver, and no command of ours.
it "waivers for what the change brings in"
hooked r
migration c3c3 gone
migration d4d4 b2b2 '' m/versions/one.py
migration d4d4 b2b2 '' m/versions/two.py
git add -A
RULE=missing-revision
blocked revident check --staged
RULE=duplicate-revision
blocked revident check --staged
waivers >.revident
git add .revident
passes revident check --staged

it "a waiver for an environment whose path git's configuration has to escape"
git init -q -b main r
REPOS="$REPOS $CASE_DIR/r"
cd r
odd=$(printf 'a b;"#\\c\td\ne')
mkdir -p "$odd/alembic/versions"
echo 'from alembic import context' >"$odd/alembic/env.py"
migration a1a1 '' '' "$odd/alembic/versions/a1a1_x.py"
git add -A
git commit -qm base
git rm -q "$odd/alembic/versions/a1a1_x.py"
RULE=identity-deleted
blocked revident check --staged
waivers >.revident
git add .revident
passes revident check --staged
grep -q 'OPS-7' "$CASE_DIR/out" || fail "the reason is not shown"
