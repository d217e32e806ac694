#!/bin/sh
# revident check --range: what a change does to published revisions, fixture by
# fixture. The base of the range is what origin/main has.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hooked.sh"
need_binary

# judged NAME BASE TIP RESULT <<EOF: the rules about a change that it breaks,
# "level rule revision" a line, whatever else is found in the tree.
judged() {
	it "$1: $2..$3 is $4"
	fixture "$1"
	git update-ref refs/remotes/origin/main "$(mark "$2")"
	run revident check --range "$(mark "$2")..$(mark "$3")" --format json
	case $4 in
	clean | warned) expect_exit 0 ;;
	blocked) expect_exit 1 ;;
	esac
	expect_err </dev/null
	expect_json 'd["result"]' "\"$4\""
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
for v in d["violations"]:
    if v["rule"].startswith("identity-") or v["rule"] in ("reparented", "content-edited", "moved"):
        print(v["level"], v["rule"], v["revision"])' "$CASE_DIR/out" | sort >"$CASE_DIR/rules"
	expect_file "$CASE_DIR/rules"
}

judged overwritten :1 :2 blocked <<EOF
error identity-overwritten a1a1a1a1a1a1
EOF
judged overwritten-head :1 :2 blocked <<EOF
error identity-overwritten b2b2b2b2b2b2
EOF
judged deleted-head :1 :2 blocked <<EOF
error identity-deleted b2b2b2b2b2b2
EOF
judged deleted-parent :1 :2 blocked <<EOF
error identity-deleted b2b2b2b2b2b2
EOF
judged reidentified :1 :2 blocked <<EOF
error identity-edited b2b2b2b2b2b2
EOF
judged renumbered :3 :4 blocked <<EOF
error identity-edited b2b2b2b2b2b2
EOF
judged stripped :1 :2 blocked <<EOF
error identity-stripped a1a1a1a1a1a1
EOF
judged replaced :1 :2 blocked <<EOF
error identity-replaced b2b2b2b2b2b2
EOF
judged reused :2 :3 blocked <<EOF
error identity-reused b2b2b2b2b2b2
EOF
judged reparented :1 :2 blocked <<EOF
error reparented c3c3c3c3c3c3
EOF
judged duplicated :1 :2 blocked </dev/null
judged restored :2 :3 clean </dev/null
judged moved :1 :2 clean <<EOF
note moved b2b2b2b2b2b2
EOF
judged edited :1 :2 warned <<EOF
warning content-edited b2b2b2b2b2b2
EOF
judged edited :3 :4 clean </dev/null
judged env-moved :1 :2 clean <<EOF
note moved a1a1a1a1a1a1
note moved b2b2b2b2b2b2
EOF
judged env-moved-lossy :1 :2 blocked <<EOF
error identity-deleted b2b2b2b2b2b2
note moved a1a1a1a1a1a1
note moved c3c3c3c3c3c3
EOF
judged merge-adds :2 :4 clean </dev/null

it "the repair of the accident passes"
fixture repaired
git update-ref refs/remotes/origin/main "$(mark :2)"
run revident check --range "$(mark :2)..$(mark :3)" --format json
expect_exit 0
expect_json '[v for v in d["violations"] if v["level"] == "error"]' '[]'

it "what nobody has merged yet may be reshaped"
fixture renumbered
git update-ref refs/remotes/origin/main "$(mark :1)"
run revident check --range "$(mark :1)..$(mark :4)" --format json
expect_exit 0
expect_json 'd["violations"]' '[]'
fixture published
run revident check --range "$(mark :2)..$(mark :3)" --format json
expect_exit 1
expect_json '[v["revision"] for v in d["violations"] if v["rule"] == "identity-deleted" and v["level"] == "error"]' \
	'["b2b2b2b2b2b2"]'

it "--staged: the accident stops where it happens"
fixture september-17
git checkout -q -B main "$(mark :5)"
git update-ref refs/remotes/origin/main "$(mark :5)"
run revident check --staged
expect_exit 0
expect_out </dev/null
git checkout -q "$(mark :6)" -- habits_service
run revident check --staged
expect_exit 1
expect_golden september-17.check.text
run revident check --staged --format json
expect_exit 1
expect_json '[v["revision"] for v in d["violations"] if v["rule"] == "identity-overwritten"]' '["189b1231afd4"]'

it "what was a note, and now is worse, is new"
hooked r
cp m/versions/b2b2_x.py m/versions/orders.py
git rm -q m/versions/b2b2_x.py
git add -A
git commit -q --no-verify -m "a name without its id"
git mv m/versions/orders.py m/versions/a1a1_orders.py
run revident check --staged --format json
expect_exit 0
expect_json '[(v["level"], v["revision"]) for v in d["violations"] if v["rule"] == "filename-mismatch"]' \
	'[["warning", "b2b2"]]'

it "every hint ends with the waiver to paste, that of a note too"
fixture moved
run revident check --range "$(mark :1)..$(mark :2)" --format json
expect_exit 0
expect_json '[v["hint"].splitlines()[0] for v in d["violations"] if v["rule"] == "moved"]' \
	'["To leave it out, say so in .revident, and why:"]'
expect_json '{v["hint"].splitlines()[-1] for v in d["violations"]} == {"\treason ="}' true
git config revident.rule.moved.level error
run revident check --range "$(mark :1)..$(mark :2)" --format json
expect_exit 1
expect_json '[v["hint"].splitlines()[0] for v in d["violations"] if v["rule"] == "moved"]' '["Move it back:"]'

it "a waiver with a reason lets it pass and is shown"
fixture deleted-head
git update-ref refs/remotes/origin/main "$(mark :1)"
git checkout -q -B main "$(mark :1)"
git rm -q migrations/versions/b2b2b2b2b2b2_orders.py
cat >.revident <<EOF
[waiver "INC-1"]
	rule = identity-deleted
	revision = b2b2b2b2b2b2
	reason = never shipped
EOF
git add .revident
run revident check --staged --format json
expect_exit 0
expect_json 'len(d["waived"])' '1'
git config -f .revident --unset waiver.INC-1.reason
git add .revident
run revident check --staged --format json
expect_exit 1
expect_json 'd["result"], len(d["waived"]), d["notes"]' \
	"[\"blocked\", 0, [\"'.revident' line 2: the waiver 'INC-1' has no reason and does not count: add \`reason = ...\` to it\"]]"

it "the manual's example of .revident is one"
fixture deleted-head
awk '/^\.Sh CONFIGURATION/ { here = 1 } here && /^\.Ed/ { exit } inside; here && /^\.Bd/ { inside = 1 }' \
	"$TOP/man/revident.1" >.revident
grep -q '^\[prune ' .revident || fail "no example in the manual"
git add .revident
run revident check --staged --format json
expect_exit 0
expect_json 'd["policy"]' '".revident in the index"'

it "what recover does about a migration that was given another id passes, either way"
hooked r
migration c3c3 b2b2
git add -A
passes git commit -q -m chain
sed -i "s/^revision = 'b2b2'/revision = 'd4d4'/" m/versions/b2b2_x.py
git commit -q --no-verify -am renumbered
passes revident recover --apply --stage
passes git commit -q -m 'the old id back'
git reset -q --hard HEAD~1
passes revident recover --relink --apply --stage
run revident check --staged
expect_exit 0
grep -q 'warning reparented: c3c3' "$CASE_DIR/out" || fail "nothing is said: $(cat "$CASE_DIR/out")"
RULE=reparented
git reset -q --hard
sed -i "s/^down_revision = 'b2b2'/down_revision = None/" m/versions/c3c3_x.py
blocked revident check --worktree

it "an ignored environment is named where the change concerns it"
hooked r
git rm -q m/versions/b2b2_x.py
printf '[environment "m"]\n\tignore = true\n' >.revident
git add .revident
passes revident check --staged
grep -q '^note: m is not judged: the policy ignores it' "$CASE_DIR/out" || fail "nothing is said: $(cat "$CASE_DIR/out")"
echo 2 >app/x.py
git commit -qam ignored
echo 3 >app/x.py
git add app
passes revident check --staged
[ ! -s "$CASE_DIR/out" ] || fail "said of a change that does not concern it: $(cat "$CASE_DIR/out")"

it "what cannot be judged is said where the format has no room for it"
hooked r
git checkout -q -b topic
echo '# one' >>m/versions/b2b2_x.py
passes git commit -qam one
git checkout -q main
echo '# two' >>m/versions/b2b2_x.py
passes git commit -qam two
run revident check --range main...topic --merged-with main --format gitlab
expect_exit 3
grep -q 'cannot be judged: .*b2b2_x.py' "$CASE_DIR/err" || fail "nothing is said: $(cat "$CASE_DIR/err")"

it "doctor says what is wrong with the policy"
hooked r
printf '[revident]\n\trequires = 9.9\n' >.revident
git add .revident
git commit -q --no-verify -m policy
run revident hooks doctor
expect_exit 2
grep -q 'requires revident 9.9' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"

it "a directory that leaves the configuration takes its migrations along"
fixture version-locations
git checkout -q -B main "$(mark :1)"
git update-ref refs/remotes/origin/main "$(mark :1)"
sed -i 's, %(here)s/desk,,' alembic.ini
git add alembic.ini
run revident check --staged
expect_exit 0
expect_out <<'EOF'
warning not-loaded: c3c3c3c3c3c3 is there, and not loaded any more: alembic.ini
  names another directory
  desk/c3c3c3c3c3c3_invoices.py:11
  Let version_locations name its directory, or move the file.

warned: 0 errors, 1 warning, 0 notes; protected is what the remote's branches or
  a tag hold (refs/remotes/origin/main; 0 tags)
EOF
sed -i 's, %(here)s/shop,,' alembic.ini
git add alembic.ini
run revident check --staged --format json
expect_exit 0
expect_json '[(v["rule"], v["level"], v["revision"]) for v in d["violations"]]' \
	'[["not-loaded", "warning", "c3c3c3c3c3c3"], ["not-loaded", "warning", "b2b2b2b2b2b2"]]'
git commit -q --no-verify -m "only core is read"
run revident check --staged
expect_exit 0
expect_out </dev/null
git checkout -q HEAD~1 -- alembic.ini
sed -i 's, %(here)s/shop,,' alembic.ini
git commit -q --no-verify -a -m "shop is not read, desk is"
run revident check --range HEAD~2..HEAD --format json
expect_exit 1
expect_json '[(v["rule"], v["level"], v["revision"]) for v in d["violations"]][:1]' \
	'[["missing-revision", "error", "b2b2b2b2b2b2"]]'

it "a directory that the script location leaves is not named by its looks"
fixture version-locations
git checkout -q -B main "$(mark :1)"
git mv core migrations/versions
sed -i '/version/d' alembic.ini
git add -A
git commit -q --no-verify -m "the default place"
mkdir -p db/versions
cp migrations/env.py db/
sed -i 's,= migrations,= db,' alembic.ini
git add -A
run revident check --staged --format json
expect_exit 0
expect_json '[(v["rule"], v["level"], v["revision"]) for v in d["violations"]]' \
	'[["not-loaded", "warning", "a1a1a1a1a1a1"]]'
git mv migrations/versions/* db/versions/
run revident check --staged --format json
expect_exit 0
expect_json '[v for v in d["violations"] if v["rule"] == "not-loaded"]' '[]'
