#!/bin/sh
# revident recover for the kinds of loss that need a decision: an id that names
# other content now, several environments, merges; and --force, which replaces
# what is in the way and keeps a copy of it.

. "${0%/*}/lib.sh"
need_binary

V=migrations/versions
B2=$V/b2b2b2b2b2b2_orders.py

it "replaced: not missing, and put back when it is named"
fixture replaced
former=$(git rev-parse "$(mark :1):$B2")
run revident recover
expect_exit 0
run revident recover --format json b2b2b2b2b2b2
expect_exit 1
expect_json '[(s["action"], s["path"], s["blob"], s["replaces"]) for s in d["steps"]]' \
	"[[\"restore\", \"$B2\", \"$former\", \"$(git rev-parse HEAD:$B2)\"]]"
expect_json '[s["where"] for s in d["sources"]]' '["history"]'
run revident recover --patch b2b2b2b2b2b2
git apply --index "$CASE_DIR/out"
[ "$(git rev-parse :$B2)" = "$former" ] || fail "the patch makes another file"
git reset -q --hard
run revident recover --apply b2b2b2b2b2b2
expect_exit 0
expect_blob $B2 "$former"
run revident recover b2b2b2b2b2b2
expect_exit 0
grep -q 'The work tree holds this already' "$CASE_DIR/out" || fail "does not see that it is done"

it "replaced, then edited and renamed: the version before the replacement, where the file is now"
fixture replaced
former=$(git rev-parse "$(mark :1):$B2")
echo '# edited' >>$B2
git mv $B2 $V/b2_parcels.py
git commit -q -a -m 'Edit and rename'
run revident recover --apply b2b2b2b2b2b2
expect_exit 0
expect_blob $V/b2_parcels.py "$former"
expect_no_file $B2
run revident audit
expect_exit 0

it "replaced and then lost: the version held last, and a word on the one before"
fixture replaced-later-lost
before=$(git rev-parse "$(mark :1):$B2")
last=$(git rev-parse "$(mark :2):$B2")
run revident recover --format json
expect_exit 1
expect_json '[s["blob"] for s in d["sources"]]' "[\"$last\"]"
expect_json '[n for n in d["notes"] if "--blob" in n]' \
	"[\"b2b2b2b2b2b2 named other content before it was replaced: --blob $before puts that back instead\"]"
run revident recover --format json --blob "$before"
expect_exit 1
expect_json '[(s["blob"], s["where"], s["commit"]) for s in d["sources"]]' \
	"[[\"$before\", \"history\", \"$(git rev-parse "$(mark :1)")\"]]"

it "present: --blob takes any version that it ever had"
fixture edited
path=$(git diff --name-only HEAD^ HEAD -- $V | head -n 1)
former=$(git rev-parse "HEAD^:$path")
id=$(sed -n "s/^revision = '\(.*\)'/\1/p" "$path")
run revident recover "$id"
expect_exit 0
run revident recover --apply --blob "$former" "$id"
expect_exit 0
expect_blob "$path" "$former"

it "reidentified at a head, --relink: nothing names the old id"
fixture reidentified
run revident recover --relink b2b2b2b2b2b2
expect_exit 0
grep -q 'there is nothing to re-link' "$CASE_DIR/out" || fail "does not say why"
run revident recover --apply b2b2b2b2b2b2
expect_exit 0
run revident audit
expect_exit 0

it "lost in a merge: the two heads are named beforehand"
fixture merge-theirs
run revident recover b2b2b2b2b2b2
expect_exit 1
tr '\n' ' ' <"$CASE_DIR/out" | grep -q 'there will be 2 heads, b2b2b2b2b2b2 and c3c3c3c3c3c3:' || fail "names no heads"

# two_environments: shop and desk, each with a1 and b2 of its own
two_environments() {
	git init -q -b main "$CASE_DIR/repo"
	cd "$CASE_DIR/repo"
	for env in shop desk; do
		mkdir -p $env/migrations/versions
		printf '[alembic]\nscript_location = migrations\n' >$env/alembic.ini
		echo 'from alembic import context' >$env/migrations/env.py
		migration $env a1 None >$env/migrations/versions/a1_$env.py
		migration $env b2 "'a1'" >$env/migrations/versions/b2_$env.py
	done
	git add .
	git commit -q -m 'Shop and desk'
}

# migration WHAT ID PARENT
migration() {
	cat <<-FILE
	"""$1 $2"""
	from alembic import op

	revision = '$2'
	down_revision = $3


	def upgrade():
	    op.create_table('$1_$2')
	    op.create_table('more_of_$1_$2')


	def downgrade():
	    op.drop_table('$1_$2')
	FILE
}

it "two environments miss the same id: each gets its own file back"
two_environments
git rm -q shop/migrations/versions/a1_shop.py desk/migrations/versions/a1_desk.py
git commit -q -m 'Tidy'
run revident recover --format json
expect_exit 1
expect_json 'sorted(s["path"] for s in d["steps"])' \
	'["desk/migrations/versions/a1_desk.py", "shop/migrations/versions/a1_shop.py"]'
run revident recover a1 --apply
expect_exit 0
for env in shop desk; do
	expect_blob $env/migrations/versions/a1_$env.py "$(git rev-parse HEAD^:$env/migrations/versions/a1_$env.py)"
done

it "one environment misses an id that another has"
two_environments
git rm -q desk/migrations/versions/a1_desk.py
git commit -q -m 'Tidy'
run revident recover a1 --apply
expect_exit 0
expect_blob desk/migrations/versions/a1_desk.py "$(git rev-parse HEAD^:desk/migrations/versions/a1_desk.py)"

it "history tells which environment a retired revision lived in, though it moved"
two_environments
git rm -q shop/migrations/versions/b2_shop.py desk/migrations/versions/b2_desk.py
migration desk c3 "'a1'" >desk/migrations/versions/c3.py
git add .
git commit -q -m 'Drop both'
git mv shop store
git commit -q -m 'Move'
b2=$(git rev-parse HEAD~2:shop/migrations/versions/b2_shop.py)
run revident recover b2 --blob "$b2" --apply
expect_exit 0
expect_blob store/migrations/versions/b2_shop.py "$b2"

# --- --force -------------------------------------------------------------------

# forced PATH: the repair goes through with --force alone, and what was there is kept
forced() {
	run revident recover --apply
	expect_exit 3
	grep -q 'nothing was changed' "$CASE_DIR/err" || fail "does not say that nothing was changed"
	run revident recover --apply --force
	expect_exit 0
	expect_file "$1.revident-saved" <"$CASE_DIR/kept"
	run revident audit --worktree
	expect_exit 0
}

it "--force: an untracked file in the way"
fixture deleted-parent
echo 'mine' | tee "$CASE_DIR/kept" >$B2
forced $B2
expect_blob $B2 "$(git rev-parse HEAD^:$B2)"

it "--force: changes in the file that is to be renamed; the committed version is renamed"
fixture september-17
usurper=$(git ls-files | grep '/versions/189b1231afd4')
echo '# mine' >>"$usurper"
cp "$usurper" "$CASE_DIR/kept"
forced "$usurper"

it "--force: a second copy does not replace the first"
fixture deleted-parent
echo 'first' >$B2.revident-saved
echo 'second' >$B2
run revident recover --apply --force
expect_exit 0
echo 'first' | expect_file $B2.revident-saved
echo 'second' | expect_file $B2.revident-saved-2

it "--force: a file that an ignore rule hides is kept, too"
fixture deleted-parent
echo '*_orders.py' >.git/info/exclude
echo 'mine' | tee "$CASE_DIR/kept" >$B2
forced $B2

it "--force --stage: what is staged, and neither in HEAD nor in the file, is kept"
fixture deleted-parent
echo 'staged' >$B2
git add $B2
echo 'in the file' >$B2
run revident recover --apply --force --stage
expect_exit 0
echo 'in the file' | expect_file $B2.revident-saved
echo 'staged' | expect_file $B2.revident-saved-2
[ "$(git rev-parse :$B2)" = "$(git rev-parse HEAD^:$B2)" ] || fail "the index has another file"

it "--force --stage: a conflict in the index is kept, stage by stage, and solved"
fixture deleted-parent
{
	echo "100644 $(echo ours | git hash-object -w --stdin) 2	$B2"
	echo "100644 $(echo theirs | git hash-object -w --stdin) 3	$B2"
} | git update-index --index-info
run revident recover --apply --stage
expect_exit 3
run revident recover --apply --stage --force
expect_exit 0
echo 'ours' | expect_file $B2.revident-saved
echo 'theirs' | expect_file $B2.revident-saved-2
[ "$(git ls-files -u)" = "" ] || fail "the conflict is still there"

for obstacle in link directory pipe; do
	it "--force does not help where a $obstacle is in the way"
	fixture deleted-parent
	case $obstacle in
	link) ln -s "$CASE_DIR/target" $B2 ;;
	directory) mkdir $B2 ;;
	pipe) mkfifo $B2 ;;
	esac
	snapshot "$CASE_DIR/before"
	run revident recover --apply --force
	expect_exit 3
	snapshot "$CASE_DIR/after"
	compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"
	test ! -e "$CASE_DIR/target" || fail "written through the link"
done

it "--force keeps nothing and changes nothing where another file cannot be replaced"
two_environments
git rm -q shop/migrations/versions/a1_shop.py desk/migrations/versions/a1_desk.py
git commit -q -m 'Tidy'
mkdir -p shop/migrations/versions
echo 'mine' >desk/migrations/versions/a1_desk.py
mkdir shop/migrations/versions/a1_shop.py
snapshot "$CASE_DIR/before"
run revident recover --apply --force
expect_exit 3
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"
