#!/bin/sh
# What the index and the work tree do to HEAD's revisions, before anything is
# committed.

. "${0%/*}/lib.sh"
need_binary

V=migrations/versions
A=$V/a1a1a1a1a1a1_users.py
B=$V/b2b2b2b2b2b2_orders.py

worktree_is_quiet() {
	run revident scan --format json
	expect_exit 0
	expect_json 'd["worktree"]' '[]'
}

# tells REVISION WORD...: the JSON has an entry for it, the text says the words.
tells() {
	revision=$1
	shift
	run revident scan --format json
	expect_json "len([w for w in d['worktree'] if w['revision'] == '$revision']) > 0" true
	run revident scan
	for word; do
		grep -q -e "$word" "$CASE_DIR/out" || fail "does not say: $word
$(cat "$CASE_DIR/out")"
	done
}

it "clean"
fixture merge-migration
worktree_is_quiet

it "an edit that does not touch identity is none of its business"
fixture merge-migration
echo '# more' >>$A
echo hello >README
worktree_is_quiet

it "a file that is too long for a migration, which a commit has as well"
fixture merge-migration
head -c 4200000 /dev/zero | tr '\0' '#' >"$V/long.py"
git add .
git commit -qm long
worktree_is_quiet

it "an overwrite that is not committed yet"
fixture merge-migration
sed 's/a1a1a1a1a1a1/f6f6f6f6f6f6/' $A >$A.new
mv $A.new $A
tells a1a1a1a1a1a1 'work tree' "git restore $A"
expect_exit 0

it "an overwrite that git is told not to look at, and what recover would have written over"
for told in --assume-unchanged --skip-worktree; do
	fixture merge-migration
	git update-index $told $A
	run revident audit
	expect_exit 0
	sed 's/a1a1a1a1a1a1/f6f6f6f6f6f6/' $A >$A.new
	mv $A.new $A
	run revident audit
	expect_exit 1
	run revident check --worktree
	expect_exit 1
	run revident check --staged
	expect_exit 0
	fixture overwritten
	echo '# mine' >>$A
	git update-index $told $A
	cp $A "$CASE_DIR/mine"
	run revident recover --apply
	expect_exit 3
	grep -q 'has changes that are not committed' "$CASE_DIR/err" || fail "$told: $(cat "$CASE_DIR/err")"
	grep -q "git update-index --no-assume-unchanged" "$CASE_DIR/err" || fail "$told: it is not said how to commit it"
	cmp $A "$CASE_DIR/mine" || fail "$told: it is written over"
	fixture overwritten
	sed -i 's/$/\r/' $A # as core.autocrlf has it: no change
	git update-index $told $A
	run revident recover --apply
	expect_exit 0
done

it "an overwrite that is staged"
fixture merge-migration
git mv -f $B $A
tells a1a1a1a1a1a1 $A
tells a1a1a1a1a1a1 'git restore --staged'

it "a deletion"
fixture merge-migration
rm $B
tells b2b2b2b2b2b2 "git restore $B"

it "a migration that is untracked"
fixture merge-migration
sed 's/e5e5e5e5e5e5/f6f6f6f6f6f6/; s/d4d4d4d4d4d4/e5e5e5e5e5e5/' $V/e5e5e5e5e5e5_parcels.py >$V/f6f6f6f6f6f6_new.py
tells f6f6f6f6f6f6 untracked

it "a migration that is ignored"
fixture merge-migration
sed 's/e5e5e5e5e5e5/f6f6f6f6f6f6/; s/d4d4d4d4d4d4/e5e5e5e5e5e5/' $V/e5e5e5e5e5e5_parcels.py >$V/f6f6f6f6f6f6_new.py
echo 'f6*' >.git/info/exclude
tells f6f6f6f6f6f6 ignored

it "HEAD's own migration, moved to a path that is not tracked"
fixture merge-migration
mv $B $V/moved.py
run revident scan --format json
expect_json '[(w["kind"], w["revision"], w["path"]) for w in d["worktree"]]' \
	"[[\"untracked\", \"b2b2b2b2b2b2\", \"$V/moved.py\"]]"
git add -A
worktree_is_quiet
cp $V/moved.py $V/copy.py
worktree_is_quiet

it "a linked work tree has its own"
fixture merge-migration
git worktree add -q -b topic "$CASE_DIR/linked"
rm "$CASE_DIR/linked/$B"
worktree_is_quiet
cd "$CASE_DIR/linked"
tells b2b2b2b2b2b2 "git restore $B"
cd migrations
tells b2b2b2b2b2b2 b2b2b2b2b2b2

it "what HEAD's configuration names no more is still there, until somebody deletes it"
fixture locations-unknown
worktree_is_quiet
git rm -q shop/b2b2b2b2b2b2_orders.py
tells b2b2b2b2b2b2 'your index deletes b2b2b2b2b2b2'
run revident scan --format json
expect_json '[(w["kind"], w["environment"], w["path"]) for w in d["worktree"]]' \
	'[["deleted", "migrations", "shop/b2b2b2b2b2b2_orders.py"]]'

it "many deletions: five by name, one command for the rest, which leaves other changes alone"
fixture merge-migration
for n in 1 2 3 4 5 6 7 8; do
	printf "revision = 'c%s00'\ndown_revision = None\n" $n >"$V/c${n}00_more.py"
done
git add .
git commit -qm 'More'
for index in '' --cached; do
	git rm -q $index "$V"/c?00_more.py
	[ -z "$index" ] || rm "$V"/c?00_more.py
	echo '# mine' >>$A
	run revident scan
	[ "$(grep -c 'git restore --staged --worktree migrations' "$CASE_DIR/out")" = 5 ] || fail "not five by name"
	grep -q '^Your index deletes 3 more below migrations/versions\.$' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
	sed -n 's/^  undo  *\(git diff .*\)/\1/p' "$CASE_DIR/out" | sh
	[ "$(git status --porcelain)" = " M $A" ] || fail "not undone, or more than that: $(git status --porcelain)"
	git checkout -q $A
done
rm "$V"/c?00_more.py
run revident scan
grep -q '^Your work tree deletes 3 more below migrations/versions\.$' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
sed -n 's/^  undo  *\(git ls-files .*\)/\1/p' "$CASE_DIR/out" | sh
[ -z "$(git status --porcelain)" ] || fail "not undone: $(git status --porcelain)"
for n in 1 2 3 4 5 6 7; do
	printf "revision = 'd%s00'\ndown_revision = None\n" $n >"$V/c${n}00_more.py"
done
run revident scan
grep -q '^2 more: revident scan --format json$' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"

# printed VERB: the first command of git's with that verb in what was printed.
printed() {
	sed -n "s/^ *\(undo\|next\)\{0,1\} *\(git $1 .*\)/\2/p" "$CASE_DIR/out" | head -n 1
}

it "a path that means more to git than itself is printed so that it does not"
mkdir r
cd r
git init -q -b main .
mkdir -p ':db/versions'
printf 'from alembic import context\ncontext.configure()\n' >':db/env.py'
lost=':db/versions/[x]*b.py'
other=:db/versions/xb.py
printf "revision = 'a1a1'\ndown_revision = None\n" >"$lost"
printf "revision = 'b2b2'\ndown_revision = 'a1a1'\n" >$other
for n in 1 2 3 4 5 6 7 8; do
	printf "revision = 'c%s00'\ndown_revision = 'b2b2'\n" $n >":db/versions/[c]${n}00.py"
done
git add -A
git commit -q -m one
echo '# mine' >>$other
for undo in scan 'explain a1a1'; do
	rm "$lost"
	# shellcheck disable=SC2086 # a command and its operand
	run revident $undo
	sh -c "$(printed restore)" || fail "$undo: $(printed restore)"
	[ "$(git status --porcelain)" = " M $other" ] || fail "not undone, or more than that: $(git status --porcelain)"
	git --literal-pathspecs rm -q "$lost"
	# shellcheck disable=SC2086 # a command and its operand
	run revident $undo
	sh -c "$(printed restore)" || fail "$undo: $(printed restore)"
	[ "$(git status --porcelain)" = " M $other" ] || fail "not undone, or more than that: $(git status --porcelain)"
done
rm :db/versions/?c*
run revident scan
sh -c "$(printed ls-files)" || fail "$(printed ls-files)"
[ "$(git status --porcelain)" = " M $other" ] || fail "not undone, or more than that: $(git status --porcelain)"
git --literal-pathspecs rm -q "$lost"
run revident check --staged
sh -c "$(printed checkout)" || fail "$(printed checkout)"
[ "$(git status --porcelain)" = " M $other" ] || fail "not undone, or more than that: $(git status --porcelain)"
git --literal-pathspecs rm -q "$lost"
git commit -q -m two
run revident recover --apply
sh -c "$(printed add)" || fail "$(printed add)"
[ "$(git status --porcelain)" = "$(printf 'A  "%s"\n M %s' "$lost" $other | tr -d '"')" ] || fail "$(git status --porcelain)"
