#!/bin/sh
# revident recover: the plan, and what --apply does with it.

. "${0%/*}/lib.sh"
need_binary

HABITS=habits_service/alembic/versions

it "plans the accident's repair and touches nothing"
fixture september-17
snapshot "$CASE_DIR/before"
run revident recover
expect_exit 1
expect_err </dev/null
expect_golden september-17.recover.text
run revident recover --format json
expect_exit 1
expect_json '[{k: s[k] for k in ("action", "path", "from", "to", "revision") if k in s} for s in d["steps"]]' \
	"[{\"action\": \"rename\", \"from\": \"$HABITS/189b1231afd4_bootstrap_tables.py\", \"to\": \"$HABITS/2a3f4c9d1cde_add_cascade_deletes.py\", \"revision\": \"2a3f4c9d1cde\"}, {\"action\": \"restore\", \"path\": \"$HABITS/189b1231afd4_bootstrap_tables.py\", \"revision\": \"189b1231afd4\"}]"
expect_golden september-17.recover.json
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

# accident_is_repaired: both files, byte for byte
accident_is_repaired() {
	expect_blob "$HABITS/189b1231afd4_bootstrap_tables.py" \
		"$(git rev-parse "$(mark :2):$HABITS/189b1231afd4_bootstrap_tables.py")"
	expect_blob "$HABITS/2a3f4c9d1cde_add_cascade_deletes.py" \
		"$(git rev-parse "$(mark :6):$HABITS/189b1231afd4_bootstrap_tables.py")"
}

it "--apply repairs the accident in the work tree alone"
fixture september-17
git ls-files -s >"$CASE_DIR/index"
run revident recover --apply
expect_exit 0
accident_is_repaired
git ls-files -s >"$CASE_DIR/index.after"
compare "$CASE_DIR/index" "$CASE_DIR/index.after" "the index"
run git status --porcelain
expect_out <<EOF
 M $HABITS/189b1231afd4_bootstrap_tables.py
?? $HABITS/2a3f4c9d1cde_add_cascade_deletes.py
EOF
run revident audit
expect_exit 0
run revident recover
expect_exit 0

it "says how to stage all of it: commit -a passes over what is new"
fixture september-17
run revident recover --apply
command=$(sed -n 's/^  \(git add .*\)/\1/p' "$CASE_DIR/out")
[ "$command" = "git add -A -- $HABITS/189b1231afd4_bootstrap_tables.py $HABITS/2a3f4c9d1cde_add_cascade_deletes.py" ] ||
	fail "says: $command"
run revident recover
grep -q -F "$command" "$CASE_DIR/out" || fail "does not say it again"
eval "$command"
git commit -q -m mended
run revident recover
expect_exit 0
grep -q 'Nothing is missing at HEAD' "$CASE_DIR/out" || fail "not whole"

it "HEAD is whole and what is not committed is not: says who knows"
fixture september-17
run revident recover --apply --stage
git commit -q -m mended
rm $HABITS/189b1231afd4_bootstrap_tables.py
for operand in '' 189b1231afd4; do
	run revident recover $operand
	expect_exit 0
	tr '\n' ' ' <"$CASE_DIR/out" | grep -qF \
		'your work tree takes 189b1231afd4 away, which HEAD has: `revident scan` says how to undo that' ||
		fail "says: $(cat "$CASE_DIR/out")"
done
git add -A
run revident recover
grep -q 'your index takes 189b1231afd4 away' "$CASE_DIR/out" || fail "does not name the index"

it "--stage puts it into the index, too, and never commits"
fixture september-17
run revident recover --apply --stage
expect_exit 0
grep -q 'git add' "$CASE_DIR/out" && fail "tells to stage what is staged"
accident_is_repaired
run git diff --cached --name-status --no-renames
expect_out <<EOF
M	$HABITS/189b1231afd4_bootstrap_tables.py
A	$HABITS/2a3f4c9d1cde_add_cascade_deletes.py
EOF
[ "$(git rev-parse HEAD)" = "$(mark :7)" ] || fail "it committed"

it "--patch is a patch that git apply takes"
fixture september-17
run revident recover --patch
expect_exit 0
git apply --whitespace=nowarn "$CASE_DIR/out"
accident_is_repaired

it "-o DIR writes the recovered files only"
fixture september-17
snapshot "$CASE_DIR/before"
run revident recover -o "$CASE_DIR/out.d"
expect_exit 0
expect_blob "$CASE_DIR/out.d/$HABITS/189b1231afd4_bootstrap_tables.py" \
	"$(git rev-parse "$(mark :2):$HABITS/189b1231afd4_bootstrap_tables.py")"
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

it "a dirty file is refused; --force keeps a copy"
fixture september-17
echo '# mine' >>"$HABITS/189b1231afd4_bootstrap_tables.py"
snapshot "$CASE_DIR/before"
run revident recover --apply
[ "$(cat "$CASE_DIR/status")" -ne 0 ] || fail "not refused"
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

it "an untracked file in the way is refused"
fixture september-17
echo mine >"$HABITS/2a3f4c9d1cde_add_cascade_deletes.py"
run revident recover --apply
if [ "$(cat "$CASE_DIR/status")" -eq 0 ]; then
	expect_file "$HABITS/2a3f4c9d1cde_add_cascade_deletes.py" <<EOF
mine
EOF
fi

it "a symlinked directory is refused"
fixture september-17
mv habits_service/alembic "$CASE_DIR/away"
ln -s "$CASE_DIR/away" habits_service/alembic
run revident recover --apply
[ "$(cat "$CASE_DIR/status")" -ne 0 ] || fail "not refused"

# whole_again NAME REVISION MARK PATH: broken by that revision, repaired with
# the file as that commit had it.
whole_again() {
	it "$1"
	fixture "$1"
	run revident recover --format json
	expect_exit 1
	expect_json '[d["before"]["missing"], d["after"]["missing"]]' "[[\"$2\"], []]"
	run revident recover --apply
	expect_exit 0
	expect_blob "$4" "$(git rev-parse "$(mark "$3"):$4")"
	run revident audit --format json
	expect_json '[f for e in d["environments"] for f in e["findings"] if f["level"] == "error"]' '[]'
	run revident recover
	expect_exit 0
}

V=migrations/versions
whole_again overwritten a1a1a1a1a1a1 :1 $V/a1a1a1a1a1a1_users.py
whole_again deleted-parent b2b2b2b2b2b2 :1 $V/b2b2b2b2b2b2_orders.py
whole_again stripped a1a1a1a1a1a1 :1 $V/a1a1a1a1a1a1_users.py
whole_again merge-evil a1a1a1a1a1a1 :2 $V/a1a1a1a1a1a1_users.py
whole_again merge-lost-referenced b2b2b2b2b2b2 :3 $V/b2b2b2b2b2b2_orders.py
whole_again flask-migrate a1a1a1a1a1a1 :1 $V/a1a1a1a1a1a1_users.py
whole_again pyproject a1a1a1a1a1a1 :1 db/steps/a1a1a1a1a1a1_users.py
whole_again version-locations a1a1a1a1a1a1 :2 core/a1a1a1a1a1a1_users.py
whole_again env-at-top a1a1a1a1a1a1 :1 versions/a1a1a1a1a1a1_users.py
whole_again nested-recursive b2b2b2b2b2b2 :1 $V/newton/expand/b2b2b2b2b2b2_orders.py
whole_again crlf a1a1a1a1a1a1 :2 $V/a1a1a1a1a1a1_users.py
whole_again several-tips b2b2b2b2b2b2 :1 $V/b2b2b2b2b2b2_orders.py
whole_again replaced-later-lost b2b2b2b2b2b2 :2 $V/b2b2b2b2b2b2_orders.py

it "the environment moved since: the file goes to where it lives now"
fixture env-moved-lossy
run revident recover --apply
expect_exit 0
expect_blob db/$V/b2b2b2b2b2b2_orders.py "$(git rev-parse "$(mark :1):$V/b2b2b2b2b2b2_orders.py")"

it "in a sparse checkout the command that stages the repair says so, since git would refuse"
fixture deleted-parent
mkdir docs
echo 1 >docs/one
git add docs
git commit -q -m 'Add docs'
git sparse-checkout set docs
run revident recover --apply
expect_exit 0
sed -n 's/^ *\(git add .*\)/\1/p' "$CASE_DIR/out" >"$CASE_DIR/stage.sh"
run sh -e "$CASE_DIR/stage.sh"
expect_exit 0
[ "$(git diff --cached --name-only)" = "$V/b2b2b2b2b2b2_orders.py" ] || fail "staged: $(git diff --cached --name-only)"
git reset -q --hard 2>/dev/null
run revident explain b2b2b2b2b2b2
grep -q "git add --sparse -- $V/b2b2b2b2b2b2_orders.py" "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"

it "two lost files had the same path: the last one gets it, the other goes beside it; so as a patch"
fixture overwritten-twice
run revident recover --format json
expect_json '[(s["action"], s.get("from"), s.get("to", s.get("path")), s["revision"]) for s in d["steps"]]' \
	"[[\"rename\", \"$V/latest.py\", \"$V/d4d4d4d4d4d4_add_payments.py\", \"d4d4d4d4d4d4\"], [\"restore\", null, \"$V/b2b2b2b2b2b2_add_orders.py\", \"b2b2b2b2b2b2\"], [\"restore\", null, \"$V/latest.py\", \"c3c3c3c3c3c3\"]]"
revident recover --patch >"$CASE_DIR/patch"
git apply --index "$CASE_DIR/patch"
git write-tree >"$CASE_DIR/by-patch"
git reset -q --hard
run revident recover --apply --stage
expect_exit 0
git write-tree >"$CASE_DIR/by-apply"
compare "$CASE_DIR/by-patch" "$CASE_DIR/by-apply" "what the patch makes"
expect_blob $V/latest.py "$(git rev-parse "$(mark :2):$V/latest.py")"
expect_blob $V/b2b2b2b2b2b2_add_orders.py "$(git rev-parse "$(mark :1):$V/latest.py")"
run revident audit --staged --format json
expect_json '[e["heads"] for e in d["environments"]]' '[["d4d4d4d4d4d4"]]'

it "and where nothing names either, none is put over the other, in any order"
fixture overwritten-twice
git rm -q $V/latest.py
git commit -q -m 'Start again'
for order in 'b2b2b2b2b2b2 c3c3c3c3c3c3' 'c3c3c3c3c3c3 b2b2b2b2b2b2'; do
	# shellcheck disable=SC2086 # two words
	run revident recover $order --apply
	expect_exit 0
	[ "$(cat $V/*.py | grep -c '^revision = .[abc][123][abc]')" -eq 3 ] || fail "not all three are there: $(grep '^revision' $V/*.py)"
	git clean -q -f
done

it "nothing to do"
fixture multiple-heads
run revident recover
expect_exit 0
run revident recover --apply
expect_exit 0

it "a retired revision on request"
fixture deleted-head
run revident recover
expect_exit 0
run revident recover b2b2b2b2b2b2
expect_exit 1
run revident recover b2b2b2b2b2b2 --apply
expect_exit 0
expect_blob $V/b2b2b2b2b2b2_orders.py "$(git rev-parse "$(mark :1):$V/b2b2b2b2b2b2_orders.py")"

# migration ID PARENT: a file whose text is the same but for the two
migration() {
	parent=None
	[ -z "$2" ] || parent="'$2'"
	cat <<-FILE
		"""step

		Revision ID: $1
		Revises: $2

		"""
		from alembic import op
		import sqlalchemy as sa

		revision = '$1'
		down_revision = $parent


		def upgrade():
		    op.execute('the same in all of them, so that a rename is one')
		    op.execute('and more of it')


		def downgrade():
		    op.execute('nothing')
	FILE
}

# three_steps CASE: a1, b2, c3 in one commit
three_steps() {
	it "$1"
	git init -q -b main "$CASE_DIR/repo"
	cd "$CASE_DIR/repo"
	mkdir -p $V
	printf '[alembic]\nscript_location = migrations\n' >alembic.ini
	touch migrations/env.py
	migration a1a1a1a1a1a1 '' >$V/a1_users.py
	migration b2b2b2b2b2b2 a1a1a1a1a1a1 >$V/b2_orders.py
	migration c3c3c3c3c3c3 b2b2b2b2b2b2 >$V/c3_items.py
	git add .
	git commit -q -m one
}

# whole_after ARGUMENT...: the plan, used as a patch and by --apply, comes to the same, and the chain is whole
whole_after() {
	run revident recover "$@"
	expect_exit 1
	run revident recover --patch "$@"
	expect_exit 0
	git apply --index "$CASE_DIR/out"
	patched=$(git write-tree)
	git reset -q --hard
	run revident recover --apply --stage "$@"
	expect_exit 0
	[ "$(git write-tree)" = "$patched" ] || fail "--apply and --patch differ"
	run revident audit --format json
	expect_json '[f["rule"] for e in d["environments"] for f in e["findings"] if f["level"] == "error"]' '[]'
}

three_steps "given another id in place: the old one comes back"
migration b9b9b9b9b9b9 a1a1a1a1a1a1 >$V/b2_orders.py
git commit -q -a -m reidentify
whole_after
expect_blob $V/b2_orders.py "$(git rev-parse HEAD^:$V/b2_orders.py)"

three_steps "given another id in place: --relink points the child to it"
migration b9b9b9b9b9b9 a1a1a1a1a1a1 >$V/b2_orders.py
git commit -q -a -m reidentify
whole_after --relink
migration c3c3c3c3c3c3 b9b9b9b9b9b9 | expect_file $V/c3_items.py

# the child's file names b2 and b9 in its first bytes, where nothing stands in front of the id
three_steps "given another id in place: --relink in a file that begins with the id"
{ echo 'b2b2b2b2b2b2 = down_revision = "b2b2b2b2b2b2"'; echo 'revision = "c3c3c3c3c3c3"'; } >$V/c3_items.py
migration b9b9b9b9b9b9 a1a1a1a1a1a1 >$V/b2_orders.py
git commit -q -a -m reidentify
whole_after --relink
{ echo 'b2b2b2b2b2b2 = down_revision = "b9b9b9b9b9b9"'; echo 'revision = "c3c3c3c3c3c3"'; } | expect_file $V/c3_items.py

renumber() {
	git mv $V/b2_orders.py $V/b9_orders.py
	migration b9b9b9b9b9b9 a1a1a1a1a1a1 >$V/b9_orders.py
	git commit -q -a -m renumber
}

three_steps "renumbered to another path: the old id and the old path come back"
renumber
whole_after
expect_blob $V/b2_orders.py "$(git rev-parse HEAD^:$V/b2_orders.py)"
expect_no_file $V/b9_orders.py

three_steps "renumbered to another path: --relink points the child to it"
renumber
whole_after --relink
expect_blob $V/b9_orders.py "$(git rev-parse HEAD:$V/b9_orders.py)"
migration c3c3c3c3c3c3 b9b9b9b9b9b9 | expect_file $V/c3_items.py

three_steps "--patch needs neither git nor a directory for temporary files"
git rm -q $V/b2_orders.py
git commit -q -m gone
run env TMPDIR="$CASE_DIR/none" PATH= "$(command -v "$REVIDENT")" recover --patch
expect_exit 0
expect_err </dev/null
whole_after

three_steps "ancestors that are lost, too, come back as well"
git rm -q $V/a1_users.py $V/b2_orders.py
git commit -q -m tidy
whole_after
expect_blob $V/a1_users.py "$(git rev-parse HEAD^:$V/a1_users.py)"

three_steps "the former bytes: CRLF, a BOM, no newline at the end, the exec bit"
{ printf '\357\273\277'; migration b2b2b2b2b2b2 a1a1a1a1a1a1 | sed 's/$/\r/'; printf '# end'; } >$V/b2_orders.py
chmod +x $V/b2_orders.py
git commit -q -a -m odd
git rm -q $V/b2_orders.py
git commit -q -m gone
git config core.autocrlf true
git config core.safecrlf true
run revident recover --patch
expect_exit 0
git -c core.autocrlf=false apply --cached "$CASE_DIR/out"
[ "$(git rev-parse :$V/b2_orders.py)" = "$(git rev-parse HEAD^:$V/b2_orders.py)" ] || fail "the patch changes bytes"
git reset -q
run revident recover --apply
expect_exit 0
[ "$(git hash-object --no-filters $V/b2_orders.py)" = "$(git rev-parse HEAD^:$V/b2_orders.py)" ] || fail "not byte for byte"
[ -x $V/b2_orders.py ] || fail "not executable"

three_steps "from a subdirectory, in a linked work tree, in a bare repository, in a shallow clone"
git rm -q $V/b2_orders.py
git commit -q -m gone
git worktree add -q -b topic "$CASE_DIR/linked" HEAD
run revident -C "$CASE_DIR/linked/migrations" recover --apply
expect_exit 0
[ -f "$CASE_DIR/linked/$V/b2_orders.py" ] || fail "not restored in the linked work tree"
expect_no_file $V/b2_orders.py
git clone -q --bare . "$CASE_DIR/bare.git"
run revident -C "$CASE_DIR/bare.git" recover --apply
expect_exit 2
run revident -C "$CASE_DIR/bare.git" recover -o "$CASE_DIR/from-bare"
expect_exit 0
[ -f "$CASE_DIR/from-bare/$V/b2_orders.py" ] || fail "not written from the bare repository"
git clone -q --depth 1 "file://$PWD" "$CASE_DIR/shallow"
run revident -C "$CASE_DIR/shallow" recover
expect_exit 3
tr '\n' ' ' <"$CASE_DIR/out" | grep -qi 'shallow' || fail "does not say that the clone is shallow"

it "--patch with nothing to do is empty"
fixture multiple-heads
run revident recover --patch
expect_exit 0
expect_out </dev/null
grep -q 'the patch is empty' "$CASE_DIR/err" || fail "does not say why"

it "-o DIR follows no link below DIR"
fixture september-17
mkdir "$CASE_DIR/out.d" "$CASE_DIR/elsewhere"
ln -s "$CASE_DIR/elsewhere" "$CASE_DIR/out.d/habits_service"
run revident recover -o "$CASE_DIR/out.d"
expect_exit 3
[ -z "$(ls "$CASE_DIR/elsewhere")" ] || fail "written through a link"

# stub_says EXPRESSION EXPECTED: the stand-in is Python, and says so
stub_says() {
	found=$(python3 -c 'import sys; m = {}; exec(compile(open(sys.argv[1], "rb").read(), "stub", "exec"), m); print(eval(sys.argv[2], m))' "$1" "$2")
	[ "$found" = "$3" ] || fail "$2 is $found"
}

it "--stub plans a stand-in that raises, and names the tables that nobody creates"
fixture never-there
sed -i.bak 's/^def upgrade.*/&\n    op.add_column("nobodys", sa.Column("x"))\n    op.create_index("i", "theirs", ["x"])/' $V/c3c3c3c3c3c3*.py
rm -f $V/*.bak
git commit -q -a -m more
run revident recover --stub --down-revision a1a1a1a1a1a1 --apply
expect_exit 0
stub=$(echo $V/b2b2b2b2b2b2*.py)
stub_says "$stub" '(revision, down_revision)' "('b2b2b2b2b2b2', 'a1a1a1a1a1a1')"
stub_says "$stub" '"stand-in" in __doc__' True
grep -q '^    #   nobodys$' "$stub" || fail "does not name the table"
grep -q '^    #   theirs$' "$stub" || fail "does not name the index's table"
grep -q '^    #   users$' "$stub" && fail "names a table that is created"
grep -q 'raise NotImplementedError' "$stub" || fail "does not raise"
run revident audit
expect_exit 0

it "--stub without a parent becomes the base, or a second one, and says how to name the parent"
fixture never-there
run revident recover --stub --apply
expect_exit 0
stub_says "$(echo $V/b2b2b2b2b2b2*.py)" 'down_revision' None
cat "$CASE_DIR/out" "$CASE_DIR/err" | tr -s ' \n' ' ' >"$CASE_DIR/said"
grep -q 'second base, since nothing tells its parent: say it with --down-revision' "$CASE_DIR/said" ||
	fail "does not say that there are two bases: $(cat "$CASE_DIR/said")"
git rm -q --cached $V/a1a1a1a1a1a1*.py
rm -f $V/a1a1a1a1a1a1*.py $V/b2b2b2b2b2b2*.py
git commit -qm 'without its base'
run revident recover b2b2b2b2b2b2 --stub --apply
expect_exit 0
stub_says "$(echo $V/b2b2b2b2b2b2*.py)" 'down_revision' None
if grep -q 'second base' "$CASE_DIR/out" "$CASE_DIR/err"; then fail "it is the only base"; fi

it "--stub=pass does nothing; the id is escaped whatever it holds"
fixture never-there
run revident recover --stub=pass "it's \"\"\" a \\ b" --down-revision c3c3c3c3c3c3 --apply
expect_exit 0
stub=$(git ls-files -z --others $V | tr -d '\0')
stub_says "$stub" 'revision' "it's \"\"\" a \\ b"
stub_says "$stub" 'upgrade()' None
run revident recover --stub "$(printf 'a\377')" --apply
expect_exit 2
grep -q 'a stand-in needs ids in UTF-8' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"

it "an environment that is not there is a mistake, and no whole chain"
fixture september-17
run revident recover --env habits_service/alembik
expect_exit 2
expect_out </dev/null
expect_err <<EOF
revident: "habits_service/alembik" is no environment here; there is "habits_service/alembic"
EOF
run revident recover --env habits_service/alembic
expect_exit 1

it "--patch takes no --format"
fixture september-17
run revident recover --patch --format json
expect_exit 2
expect_out </dev/null

it "on a branch without commits the advice is one that can be taken"
fixture unborn
git symbolic-ref HEAD refs/heads/none
run revident recover
expect_exit 3
expect_out </dev/null
grep -q 'switch to a branch' "$CASE_DIR/err" || fail "does not say what to do"
grep -q -e --all "$CASE_DIR/err" && fail "names an option that recover does not have"
:

it "-o DIR says what it wrote, and writes over nothing that is other"
fixture deleted-parent
run revident recover -o "$CASE_DIR/out.d"
expect_exit 0
grep -q "^  $CASE_DIR/out.d/$V/b2b2b2b2b2b2_orders.py\$" "$CASE_DIR/out" || fail "does not say where"
grep -q 'the same command' "$CASE_DIR/out" && fail "gives advice that is wrong usage"
run revident recover -o "$CASE_DIR/out.d" --format json
expect_exit 0
expect_json '[d["applied"], d["written"]]' "[false, [\"$CASE_DIR/out.d/$V/b2b2b2b2b2b2_orders.py\"]]"
echo mine >"$CASE_DIR/out.d/$V/b2b2b2b2b2b2_orders.py"
run revident recover -o "$CASE_DIR/out.d"
expect_exit 3
grep -q "$V/b2b2b2b2b2b2_orders.py\" is there already" "$CASE_DIR/err" || fail "does not name the file"
expect_file "$CASE_DIR/out.d/$V/b2b2b2b2b2b2_orders.py" <<EOF
mine
EOF

it "the beginning of an id will do, and is no name for a stand-in"
fixture deleted-parent
run revident recover b2b2 --stub --format json
expect_exit 1
expect_json '[(s["action"], s["revision"]) for s in d["steps"]]' '[["restore", "b2b2b2b2b2b2"]]'
sed 's/c3c3c3c3c3c3/beefbeefbeef/' $V/c3c3c3c3c3c3*.py >"$CASE_DIR/lost.py"
git hash-object -w "$CASE_DIR/lost.py" >/dev/null
run revident recover beef --stub --format json
expect_exit 1
expect_json '[(s["action"], s["revision"]) for s in d["steps"] if s["revision"] != "b2b2b2b2b2b2"]' \
	'[["restore", "beefbeefbeef"]]'
sed 's/c3c3c3c3c3c3/beefbeef0000/' $V/c3c3c3c3c3c3*.py | git hash-object -w --stdin >/dev/null
run revident recover beef --stub
expect_exit 2
expect_out </dev/null
expect_err <<EOF
revident: "beef" fits several revisions: beefbeef0000, beefbeefbeef
EOF
run revident recover beefbeef0000
expect_exit 1
git checkout -q -b topic
cp "$CASE_DIR/lost.py" $V/beef.py
git add $V/beef.py
git commit -q -m beef
git checkout -q -f main
run revident recover --from refs beef --format json
expect_exit 1
expect_json '[s["path"] for s in d["steps"] if s["revision"] == "beefbeefbeef"]' "[\"$V/beef.py\"]"

it "what is found among all objects need not be unreachable, and has its path"
fixture deleted-parent
run revident recover --from unreachable
expect_exit 1
grep -q 'nothing$\|nothing leads' "$CASE_DIR/out" && fail "says that nothing leads to a reachable object"
grep -q 'found among all' "$CASE_DIR/out" || fail "does not say where it was found"
run revident recover --from unreachable --format json
expect_json '[(s["where"], s["path"]) for s in d["sources"]]' "[[\"unreachable\", \"$V/b2b2b2b2b2b2_orders.py\"]]"

it "a revision of an environment that HEAD has no more is put into no other one"
fixture skipped-environment
run revident recover f6f6f6f6f6f6
expect_exit 2
expect_out </dev/null
expect_err <<EOF
revident: "f6f6f6f6f6f6" belongs to the environment "old/migrations", which HEAD has no more: bring that back first ('git checkout $(git rev-list --max-parents=0 HEAD) -- old/migrations'), or say with --env into which other the file is to go
EOF
git checkout -q "$(git rev-list --max-parents=0 HEAD)" -- old/migrations
expect_file old/migrations/versions/f6f6f6f6f6f6_reviews.py <<EOF
$(git show HEAD~2:old/migrations/versions/f6f6f6f6f6f6_reviews.py)
EOF
git reset -q --hard
run revident recover --env migrations f6f6f6f6f6f6 --format json
expect_exit 1
expect_json '[s["path"] for s in d["steps"]]' '["migrations/versions/f6f6f6f6f6f6_reviews.py"]'

it "an older version, where the last one cannot be read, is called one: in the plan, in JSON, in the exit status"
fixture edited
git rm -q $V/b2b2b2b2b2b2_orders.py
sed "s/a1a1a1a1a1a1/c3c3c3c3c3c3/; s/^down_revision.*/down_revision = 'b2b2b2b2b2b2'/" $V/a1a1a1a1a1a1_users.py >$V/c3_users.py
sed -i "s/a1a1a1a1a1a1/c3c3c3c3c3c3/" $V/c3_users.py
git add $V
git commit -q -m 'Users once more, without orders'
last=$(git rev-parse "$(mark :5):$V/b2b2b2b2b2b2_orders.py")
rm -f ".git/objects/$(echo "$last" | sed 's/^../&\//')"
fsck_fails "a blob is missing"
run revident recover
expect_exit 1
tr -s ' \n' '  ' <"$CASE_DIR/out" | grep -q "commit $(mark :4) may not be the last version: blob $last, which commit $(mark :5) has there, cannot be read" ||
	fail "$(cat "$CASE_DIR/out")"
grep -q "^ *git cat-file blob $last$" "$CASE_DIR/out" || fail "no command"
run revident recover --format json
expect_json 'd["sources"][0]["newer_unread"]' "{\"blob\": \"$last\", \"commit\": \"$(mark :5)\"}"
run revident recover --patch
expect_exit 3
grep -q 'a later version could not be read' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
run revident recover --blob "$(git rev-parse "$(mark :4):$V/b2b2b2b2b2b2_orders.py")" b2b2b2b2b2b2 --format json
expect_json 'd["sources"][0]["newer_unread"]' null
run revident recover --apply
expect_exit 3
expect_blob $V/b2b2b2b2b2b2_orders.py "$(git rev-parse "$(mark :4):$V/b2b2b2b2b2b2_orders.py")"

it "what may be in a file of HEAD that cannot be read is not put back beside it from another version"
fixture merge-migration
b2=$(git rev-parse HEAD:$V/b2b2b2b2b2b2_orders.py)
{ git cat-file blob "$b2" && echo '# a draft'; } | git hash-object -w --stdin >/dev/null
rm -f ".git/objects/$(echo "$b2" | sed 's/^../&\//')"
fsck_fails "a blob is missing"
for revision in '' b2b2b2b2b2b2; do
	run revident recover --apply $revision
	expect_exit 3
	grep -q '^Note: b2b2b2b2b2b2 may be in a file of HEAD that cannot be read: put that back' "$CASE_DIR/out" ||
		fail "$(cat "$CASE_DIR/out")"
	[ -z "$(git status --porcelain)" ] || fail "$(git status --porcelain)"
done

it "where nothing is missing, heads and bases are those of HEAD"
fixture merge-migration
run revident recover --format json
expect_exit 0
expect_json 'd["steps"], d["before"] == d["after"], d["before"]' \
	'[[], true, {"heads": ["e5e5e5e5e5e5"], "bases": ["a1a1a1a1a1a1"], "missing": []}]'
