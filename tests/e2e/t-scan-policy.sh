#!/bin/sh
# What a repository's .revident and git's configuration mean to scan: the file
# of HEAD's tree counts, not the one in the work tree.

. "${0%/*}/lib.sh"
need_binary

# policy LINE...: commit a .revident of these lines.
policy() {
	printf '%s\n' "$@" >.revident
	git add .revident
	git commit -q -m 'Say what holds'
}

it "a waiver with a reason satisfies --strict, once it is committed"
fixture overwritten-head
run revident scan --strict
expect_exit 1
printf '%s\n' '[waiver "INC-412"]' 'rule = identity-overwritten' 'revision = b2b2b2b2b2b2' 'reason = never shipped' >.revident
git add .revident
run revident scan --strict
expect_exit 1
git commit -q -m 'Waive it'
run revident scan --strict
expect_exit 0
grep -q '(waived by INC-412: never shipped)' "$CASE_DIR/out" || fail "the text does not say that it is waived"
run revident scan --format json
expect_json '[(l["waived"], l["waived_by"]["kind"], l["waived_by"]["name"]) for l in d["lost"]]' '[[true, "waiver", "INC-412"]]'

it "a prune covers what was above its base, in every format, while HEAD has the base"
fixture base-removed
run revident scan --strict
expect_exit 1
policy '[prune "c3c3c3c3c3c3"]' 'reason = squashed the first year'
run revident scan --strict
expect_exit 0
[ "$(tr -s ' \n' ' ' <"$CASE_DIR/out" | grep -o '(pruned by c3c3c3c3c3c3: squashed the first year)' | wc -l)" = 2 ] ||
	fail "$(cat "$CASE_DIR/out")"
run revident scan --format json
expect_json '{l["revision"]: l.get("waived_by") for l in d["lost"]} == {i: {"kind": "prune", "name": "c3c3c3c3c3c3", "reason": "squashed the first year"} for i in ("a1a1a1a1a1a1", "b2b2b2b2b2b2")}' \
	true
run revident scan --format sarif
[ "$(grep -o 'pruned by c3c3c3c3c3c3: squashed the first year' "$CASE_DIR/out" | wc -l)" = 2 ] || fail "$(cat "$CASE_DIR/out")"
run revident report b2b2b2b2b2b2
grep -qF 'The configuration lets that pass, by the prune "c3c3c3c3c3c3": squashed the first year.' "$CASE_DIR/out" ||
	fail "$(grep 'The migration' "$CASE_DIR/out")"
run revident report b2b2b2b2b2b2 --format json
expect_json 'd["cases"][0]["waived_by"]["reason"]' '"squashed the first year"'
run revident audit HEAD
grep -qxF '  pruned: what was above c3c3c3c3c3c3 may be gone (squashed the first year)' "$CASE_DIR/out" ||
	fail "$(cat "$CASE_DIR/out")"
run revident audit HEAD --format json
expect_json 'd["environments"][0]["prunes"]' '[{"revision": "c3c3c3c3c3c3", "reason": "squashed the first year"}]'
git rm -q migrations/versions/c3c3c3c3c3c3_invoices.py
git commit -q -m 'lose the base'
run revident audit HEAD --format json
expect_json '"prunes" in d["environments"][0]' false
run revident scan --format json
expect_json '[l["waived"] for l in d["lost"]]' '[false, false, false]'

it "an environment that is ignored, at the top, too"
fixture env-at-top
run revident scan
expect_exit 1
policy '[environment "."]' 'ignore = true'
run revident scan --format json
expect_exit 0
expect_json 'd["environments"], d["lost"], d["missing"]' '[[], [], []]'

it "a versions directory that only the policy names"
fixture no-alembic
mkdir steps
printf "revision = 'a1a1a1a1a1a1'\ndown_revision = None\n" >steps/one.py
git add steps
policy '[environment "."]' 'versions = steps'
git rm -q steps/one.py
git commit -q -m 'Remove it'
run revident scan --format json
expect_exit 0
expect_json '[(l["revision"], l["path"]) for l in d["lost"]]' '[["a1a1a1a1a1a1", "steps/one.py"]]'

it "git's configuration overrides the file"
fixture env-at-top
policy '[environment "."]' 'ignore = true'
git config revident.environment...ignore false
run revident scan
expect_exit 1

it "a mistake in it is wrong configuration, with file and line"
fixture overwritten-head
policy '[revident]' 'protekt = all'
run revident scan
expect_exit 2
expect_out </dev/null
grep -q '\.revident.*line 2' "$CASE_DIR/err" || fail "does not name the line: $(cat "$CASE_DIR/err")"

it "what is no regular file is no policy"
fixture overwritten-head
ln -s alembic.ini .revident
git add .revident
git commit -q -m 'Link it'
run revident scan
expect_exit 0

it "one that cannot be read leaves scan undecided, and the rest reported"
fixture overwritten-head
policy '[revident]' 'protect = all'
blob=$(git rev-parse HEAD:.revident)
rm -f ".git/objects/$(echo "$blob" | sed 's#^..#&/#')"
no_fsck
run revident scan --format json
expect_exit 3
expect_json 'd["repository"]["complete"], len(d["lost"])' '[false, 1]'

it "one that is too large is refused"
fixture overwritten-head
python3 -c 'print("[revident]\n" + "# " + "x" * (1 << 20))' >.revident
git add .revident
git commit -q -m 'Fill it'
run revident scan
expect_exit 2
