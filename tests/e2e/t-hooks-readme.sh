#!/bin/sh
# What the README tells people to put into CI, husky and lefthook: the commands are run, the lines are those that
# `revident hooks install --print` prints. (The frameworks run them in t-hooks-framework.sh and tests/npm.)

. "${0%/*}/lib.sh"
need_command hooks
need_command check

mkdir "$SANDBOX/bin"
ln -s "$REVIDENT" "$SANDBOX/bin/revident"
PATH=$SANDBOX/bin:$PATH

# command_of FORMAT: the one line of the README that calls check with that format
command_of() {
	sed -n "s/^ *- \(run: \)\{0,1\}\(revident check --format $1 .*\)/\2/p" "$TOP/README.md" >"$CASE_DIR/command"
	[ "$(grep -c . "$CASE_DIR/command")" = 1 ] || fail "README.md has no one line for $1"
}

published() {
	fixture overwritten-head
	git update-ref refs/remotes/origin/main "$(mark :1)"
	GITHUB_BASE_REF=main
	CI_DEFAULT_BRANCH=main
	export GITHUB_BASE_REF CI_DEFAULT_BRANCH
}

it "GitHub Actions: the line blocks the change with an annotation"
command_of github
published
run sh -c "$(cat ../command)"
expect_exit 1
grep -q '^::error file=migrations/versions/b2b2b2b2b2b2_orders.py,' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
git checkout -q "$(mark :1)"
run sh -c "$(cat ../command)"
expect_exit 0
git -c advice.detachedHead=false clone -q --depth 1 "file://$PWD" ../shallow
cd ../shallow
run sh -c "$(cat ../command)"
[ "$(cat ../status)" -ge 2 ] || fail "a checkout that is too shallow passes"
[ -s ../err ] || fail "and nobody says why"

it "GitLab CI: the line blocks the change and writes the report"
command_of gitlab
published
run sh -c "$(cat ../command)"
expect_exit 1
python3 -c 'import json, sys
report = json.load(open("migrations.json"))
sys.exit(not any(r["location"]["path"] == "migrations/versions/b2b2b2b2b2b2_orders.py" for r in report))' ||
	fail "$(cat migrations.json)"
git checkout -q "$(mark :1)"
run sh -c "$(cat ../command)"
expect_exit 0
[ "$(cat migrations.json)" = '[]' ] || fail "$(cat migrations.json)"

it "lefthook and husky: the lines that are printed for them"
git init -q r
cd r
printf '#!/bin/sh\n: call_lefthook\n' >.git/hooks/pre-commit
revident hooks install --print | grep -v '^#' >../lefthook
printf '#!/bin/sh\n. "$(dirname "$0")/h"\n' >.git/hooks/pre-commit
revident hooks install --print | grep -v '^#' | uniq >../husky
for name in lefthook husky; do
	awk -v name="$name" '
		/^```/ { inside = !inside && begun; if (!inside && done) exit; next }
		index($0, name) == 1 { begun = 1 }
		inside { print; done = 1 }
	' "$TOP/README.md" >"../$name.readme"
	compare "../$name.readme" "../$name" "what is printed for $name"
done
