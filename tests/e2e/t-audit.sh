#!/bin/sh
# revident audit: one tree's chain and what is wrong with it.

. "${0%/*}/lib.sh"
need_binary

V=migrations/versions

# findings: "level rule revision path" a line, notes about tables apart.
findings() {
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
for e in d["environments"]:
    for f in e["findings"]:
        if f["rule"] not in ("table-never-created", "model-without-table"):
            print(f["level"], f["rule"], f["revision"] or "-", f["path"] or "-")' "$CASE_DIR/out" | sort >"$CASE_DIR/findings"
}

# audited NAME EXIT <<findings: the findings of that fixture's tip.
audited() {
	fixture "$1"
	run revident audit --format json HEAD
	expect_exit "$2"
	expect_err </dev/null
	findings
	expect_file "$CASE_DIR/findings"
}

chain() {
	expect_json '[d["environments"][0]["heads"], d["environments"][0]["bases"]]' "$1"
}

it "a whole chain has no finding"
audited merge-migration 0 </dev/null
chain '[["e5e5e5e5e5e5"], ["a1a1a1a1a1a1"]]'
expect_json '[m["revision"] for m in d["environments"][0]["migrations"]]' \
	'["a1a1a1a1a1a1", "b2b2b2b2b2b2", "c3c3c3c3c3c3", "d4d4d4d4d4d4", "e5e5e5e5e5e5"]'
expect_json '[m["down_revision"] for m in d["environments"][0]["migrations"]][3]' '["b2b2b2b2b2b2", "c3c3c3c3c3c3"]'

it "the accident: missing parent, and a name that holds a former id"
audited september-17 1 <<EOF
error missing-revision 189b1231afd4 habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py
warning filename-mismatch 2a3f4c9d1cde habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py
EOF
chain '[["3b7a1d2e4f56"], []]'
expect_json '[f["line"] for f in d["environments"][0]["findings"] if f["rule"] == "missing-revision"]' '[12]'

it "a duplicate names both files"
fixture duplicate-ids
run revident audit --format json HEAD
expect_exit 1
expect_json '[(f["level"], f["revision"]) for f in d["environments"][0]["findings"] if f["rule"] == "duplicate-revision"]' \
	'[["error", "b2b2b2b2b2b2"]]'
run revident audit HEAD
for file in b2b2b2b2b2b2_orders.py c3c3c3c3c3c3_invoices.py; do
	grep -q "$file" "$CASE_DIR/out" || fail "does not name $file"
done

it "cycles"
fixture cycle
run revident audit --format json HEAD
expect_exit 1
expect_json 'sorted({f["level"] for f in d["environments"][0]["findings"] if f["rule"] == "cycle"})' '["error"]'

it "several heads and bases"
audited multiple-heads 0 <<EOF
note multiple-bases - -
warning multiple-heads - -
EOF
chain '[["b2b2b2b2b2b2", "c3c3c3c3c3c3", "d4d4d4d4d4d4"], ["a1a1a1a1a1a1", "d4d4d4d4d4d4"]]'

it "depends_on: by label, a missing label, a missing id"
audited labels 1 <<EOF
error missing-revision 0123456789ab $V/e5e5e5e5e5e5_parcels.py
error missing-revision gone $V/d4d4d4d4d4d4_payments.py
warning multiple-heads - -
EOF

it "dynamic values: no guess, no missing parent"
fixture dynamic
run revident audit --format json HEAD
expect_exit 0
expect_json 'sorted({(f["rule"], f["level"]) for f in d["environments"][0]["findings"]} & {("dynamic-revision", "warning"), ("missing-revision", "error")})' \
	'[["dynamic-revision", "warning"]]'

it "files that do not parse"
fixture unreadable
run revident audit --format json HEAD
expect_exit 1
expect_json 'sorted((f["level"], f["path"]) for f in d["environments"][0]["findings"] if f["rule"] == "unreadable-migration")' \
	"[[\"error\", \"$V/c3c3c3c3c3c3_invoices.py\"], [\"error\", \"$V/d4d4d4d4d4d4_payments.py\"]]"

it "names and docstrings that disagree"
fixture names
run revident audit --format json HEAD
expect_exit 0
expect_json 'sorted((f["rule"], f["level"], f["revision"]) for f in d["environments"][0]["findings"])' \
	'[["docstring-mismatch", "note", "c3c3c3c3c3c3"], ["docstring-mismatch", "warning", "c3c3c3c3c3c3"], ["filename-mismatch", "note", "b2b2b2b2b2b2"], ["filename-mismatch", "warning", "a1a1a1a1a1a1"]]'

it "ids that Alembic refuses or that do not fit"
fixture bad-ids
run revident audit --format json HEAD
expect_exit 1
expect_json 'sorted((f["rule"], f["level"], f["revision"]) for f in d["environments"][0]["findings"] if "-revision" in f["rule"])' \
	'[["invalid-revision", "error", "v-2"], ["invalid-revision", "warning", "a:b"], ["long-revision", "warning", "0123456789012345678901234567890123456789"]]'

it "what Alembic would not load"
fixture not-loaded
run revident audit --format json "$(mark :1)"
expect_exit 0
expect_json '[(f["level"], f["path"]) for f in d["environments"][0]["findings"] if f["rule"] == "not-loaded"]' \
	"[[\"warning\", \"$V/old/c3c3c3c3c3c3_invoices.py\"]]"
run revident audit --format json "$(mark :2)"
expect_exit 0
expect_json '[f["rule"] for f in d["environments"][0]["findings"] if f["rule"] == "not-loaded"]' '[]'
chain '[["c3c3c3c3c3c3"], ["a1a1a1a1a1a1"]]'

it "an id that is a file name counts as present"
audited id-from-name 0 </dev/null
chain '[["b2b2b2b2b2b2"], ["a1a1a1a1a1a1"]]'

it "a revision, the index, the work tree"
fixture september-17
git mv habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py \
	habits_service/alembic/versions/2a3f4c9d1cde_add_cascade_deletes.py
git show "$(mark :2):habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py" \
	>habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py
run revident audit --format json
expect_exit 0
chain '[["3b7a1d2e4f56"], ["189b1231afd4"]]'
run revident audit --worktree --format json
expect_exit 0
run revident audit --staged --format json
expect_exit 1
run revident audit HEAD --format json
expect_exit 1
run revident audit v1.3 --format json
expect_exit 0
chain '[["189b1231afd4"], ["189b1231afd4"]]'
git add -A
run revident audit --staged --format json
expect_exit 0

it "bare repositories: HEAD"
fixture september-17 bare
run revident audit --format json
expect_exit 1
chain '[["3b7a1d2e4f56"], []]'

run revident audit --staged
expect_exit 2
run revident audit --worktree
expect_exit 2

it "an unborn HEAD: the work tree, or nothing to decide on"
fixture unborn
run revident audit
expect_exit 0
run revident audit HEAD
expect_exit 2
git init -q --bare "$CASE_DIR/empty.git"
cd "$CASE_DIR/empty.git"
run revident audit
expect_exit 3

for name in september-17 merge-migration multiple-heads cycle duplicate-ids unreadable labels; do
	it "draws the chain of $name"
	fixture "$name"
	run revident audit HEAD
	expect_err </dev/null
	expect_golden "$name.audit.text"
	awk 'length($0) > 80 && !/\//' "$CASE_DIR/out" >"$CASE_DIR/long"
	: | expect_file "$CASE_DIR/long"
done

it "a name that only history knows: a former id"
audited overwritten-head 0 <<END
warning filename-mismatch c3c3c3c3c3c3 $V/b2b2b2b2b2b2_orders.py
END
expect_json 'd["environments"][0]["findings"][0]["message"]' \
	'"this file declares c3c3c3c3c3c3, and is named after b2b2b2b2b2b2, which was there once"'
run revident audit
expect_exit 0
grep -q 'was there once' "$CASE_DIR/out" || fail "the work tree's history is not asked"

it "a policy is that of the tree under judgement; git's configuration overrides it"
fixture multiple-heads
printf '[rule "multiple-heads"]\n\tlevel = error\n' >.revident
run revident audit
expect_exit 1
run revident audit --staged
expect_exit 0
git add .revident
run revident audit --staged
expect_exit 1
run revident audit HEAD
expect_exit 0
git config revident.rule.multiple-heads.level off
run revident audit --format json
expect_exit 0
findings
echo "note multiple-bases - -" | expect_file "$CASE_DIR/findings"
printf '[rule "multiple-head"]\n' >.revident
printf '\tlevel = error\n' >>.revident
run revident audit
expect_exit 2
grep -q "'.revident' line 2" "$CASE_DIR/err" || fail "does not say where: $(cat "$CASE_DIR/err")"

it "a policy ignores an environment, allows heads, names what is external"
fixture multiple-heads
printf '[environment "migrations"]\n\theads = 3\n' >.revident
run revident audit --format json
expect_json '[f["level"] for f in d["environments"][0]["findings"] if f["rule"] == "multiple-heads"]' '["note"]'
printf '[environment "migrations"]\n\tignore = true\n' >.revident
run revident audit --format json
expect_json 'd["environments"]' '[]'
run revident audit --env migrations --format json
expect_json 'len(d["environments"])' '1'

it "ignored migrations count: Alembic loads them"
fixture multiple-heads
echo 'd4*' >.gitignore
git rm -q --cached "$V/d4d4d4d4d4d4_payments.py"
run revident audit --format json
chain '[["b2b2b2b2b2b2", "c3c3c3c3c3c3", "d4d4d4d4d4d4"], ["a1a1a1a1a1a1", "d4d4d4d4d4d4"]]'
run revident audit --staged --format json
chain '[["b2b2b2b2b2b2", "c3c3c3c3c3c3"], ["a1a1a1a1a1a1"]]'

it "a conflict in the index: it could not decide"
fixture overwritten
git checkout -q -b side
echo "# side" >>"$V/$(git ls-files "$V" | sed -n '1s,.*/,,p')"
git commit -q -a -m side
git checkout -q main
echo "# main" >>"$V/$(git ls-files "$V" | sed -n '1s,.*/,,p')"
git commit -q -a -m main
git merge -q side >/dev/null 2>&1 || :
run revident audit --staged --format json
expect_exit 3
expect_json '[d["complete"], len(d["limits"])]' '[false, 1]'

it "a missing blob: it could not decide"
fsck_fails "the blob is gone"
fixture merge-migration
blob=$(git rev-parse "HEAD:$V/b2b2b2b2b2b2_orders.py")
rm -f ".git/objects/$(echo "$blob" | sed 's,^..,&/,')"
! git cat-file -e "$blob" 2>/dev/null || fail "the blob is still there"
run revident audit HEAD --format json
expect_exit 3
expect_json '[f["level"] for f in d["environments"][0]["findings"] if f["rule"] == "missing-revision"]' '["warning"]'

it "the rules, and one environment"
fixture env-shared-id
run revident audit --list-rules
expect_exit 0
grep -q '^missing-revision (error): ' "$CASE_DIR/out" || fail "does not list the rules"
awk 'length($0) > 80' "$CASE_DIR/out" >"$CASE_DIR/long"
: | expect_file "$CASE_DIR/long"
run revident audit "$(mark :1)" --env ./shop/migrations/ --format json
expect_json '[e["path"] for e in d["environments"]]' '["shop/migrations"]'
run revident audit "$(mark :1)" --env nowhere
expect_exit 2
run revident audit HEAD --staged
expect_exit 2

it "as many limits as there is room for, and a HEAD that is missing: what of the work tree could not be read is listed"
fixture september-17
head=$(git rev-parse HEAD)
for i in 1 2 3 4 5 6 7 8; do
	echo junk >".git/objects/pack/pack-$i.idx"
done
rm -f ".git/objects/$(printf %s "$head" | cut -c1-2)/$(printf %s "$head" | cut -c3-)"
fsck_fails "the commit is missing"
run revident audit --format json
expect_exit 1
expect_json 'len(d["limits"])' 8

it "what never runs binds no id, and an except block none for sure"
fixture overwritten
file=migrations/versions/a1a1a1a1a1a1_users.py
git checkout -q -B main "$(mark :1)"
sed -i "s/^revision = /if False:\n    &/" $file
run revident audit --format json
expect_exit 1
expect_json '[(f["rule"], f["level"]) for f in d["environments"][0]["findings"]]' \
	'[["unreadable-migration", "error"]]'
git checkout -q $file
sed -i "s/^revision = /try:\n    import x\nexcept ImportError:\n    &/" $file
run revident audit --format json
expect_exit 0
expect_json '[(f["rule"], f["level"]) for f in d["environments"][0]["findings"]]' \
	'[["dynamic-revision", "warning"]]'

it "a character that no Python takes stops Alembic, wherever an id can still be read"
fixture overwritten
file=migrations/versions/a1a1a1a1a1a1_users.py
git checkout -q -B main "$(mark :1)"
for tail in '# a\0b' 'x = "\0"' 'x =\v1' '\033[0m' 'x = $y'; do
	git checkout -q HEAD $file
	# shellcheck disable=SC2059 # a format on purpose
	printf "\n$tail\n" >>$file
	run revident audit --format json
	expect_exit 1
	expect_json '[(f["rule"], f["revision"], f["line"]) for f in d["environments"][0]["findings"] if f["level"] == "error"]' \
		"[[\"unreadable-migration\", \"a1a1a1a1a1a1\", $(wc -l <$file)]]"
	git add $file
	run revident check --staged
	expect_exit 1
	run revident explain a1a1a1a1a1a1
	expect_exit 0
	git commit -q --no-verify -m "$tail"
	run revident explain a1a1a1a1a1a1
	expect_exit 0
	tr -s '\n ' '  ' <"$CASE_DIR/out" | grep -q 'Alembic cannot load its file' || fail "$(cat "$CASE_DIR/out")"
	git reset -q --hard HEAD~1
done
for tail in '# \v' 'x = "\v"' '\fx = 1' 'print "\\0"'; do
	git checkout -q HEAD $file
	# shellcheck disable=SC2059 # a format on purpose
	printf "\n$tail\n" >>$file
	run revident audit --format json
	expect_exit 0
done
