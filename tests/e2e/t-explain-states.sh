#!/bin/sh
# revident explain in clones, branches and work trees: where the revision is, and what brings it back.

. "${0%/*}/lib.sh"
need_command explain

V=habits_service/alembic/versions

# says TEXT: in the answer, its lines joined.
says() {
	tr '\n' ' ' <"$CASE_DIR/out" | tr -s ' ' | grep -qF -- "$1" || fail "does not say: $1
$(cat "$CASE_DIR/out")"
}

does_not_say() {
	if tr '\n' ' ' <"$CASE_DIR/out" | tr -s ' ' | grep -qF -- "$1"; then
		fail "says: $1
$(cat "$CASE_DIR/out")"
	fi
}

# commands LABEL: the commands of the answer from that label on, as a script.
commands() {
	sed -n "/^  $1  */,\$p" "$CASE_DIR/out" | sed 's/^.............//'
}

it "the accident is mended by the commands that the answer ends with"
fixture september-17
run revident explain 189b1231afd4
expect_exit 1
commands 'to mend' | sed "s|^revident |'$REVIDENT' |" >"$CASE_DIR/mend.sh"
run sh -e "$CASE_DIR/mend.sh"
expect_exit 0
expect_blob "$V/189b1231afd4_bootstrap_tables.py" "$(git rev-parse "$(mark :2):$V/189b1231afd4_bootstrap_tables.py")"
expect_blob "$V/2a3f4c9d1cde_add_cascade_deletes.py" "$(git rev-parse "$(mark :7):$V/189b1231afd4_bootstrap_tables.py")"
git commit -q -m 'Put the first migration back'
run revident explain 189b1231afd4 --format json
expect_exit 0
expect_json '[d["state"], d["at_head"], [e["kind"] for e in d["events"]]]' \
	'["present", true, ["added", "overwritten", "restored"]]'
run revident scan
expect_exit 0

it "mended upstream: the branch to merge, though older refs have it as well"
fixture september-17
git checkout -q -b fix
git mv "$V/189b1231afd4_bootstrap_tables.py" "$V/2a3f4c9d1cde_add_cascade_deletes.py"
revident show 189b1231afd4 -o "$V/189b1231afd4_bootstrap_tables.py"
git add .
git commit -q -m 'Put the first migration back'
git checkout -q main
run revident explain 189b1231afd4
expect_exit 1
says 'is not at HEAD;'
says 'The chain is broken: 2a3f4c9d1cde names it.'
says 'next git merge fix'
run revident explain 189b1231afd4 --format json
expect_json '[d["state"], d["broken"], d["at_head"]]' '["present", true, false]'

it "where HEAD lost it, an older branch that still has it is no cure"
fixture september-17
git branch old "$(mark :4)"
run revident explain 189b1231afd4
expect_exit 1
says 'is lost, and the chain is broken'
says 'still in'
says 'refs/heads/old'
does_not_say 'git merge'

it "lost at HEAD, on a branch that went on with it: that branch is named, and not for the lost content"
fixture september-17
git tag -d v1.3 >/dev/null
git checkout -q -b side "$(mark :4)"
echo 'x = 1' >>habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py
git commit -q -a -m 'One line more'
git checkout -q main
run revident explain 189b1231afd4 --format json
expect_exit 1
expect_json '[d["state"], d["refs"]]' '["lost", ["refs/heads/side"]]'
run revident explain 189b1231afd4
says "blob $(git rev-parse "$(mark :4):habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py"); this or another version is in refs/heads/side"

it "present: the first tag that has it, or none yet"
fixture september-17
git commit -q --allow-empty -m 'Later'
git tag later
run revident explain 3b7a1d2e4f56
expect_exit 0
says "code built before $(mark :7) (2025-09-24T14:55:29+05:30, first in tag v1.5.0)"
says "says \"Can't locate revision identified by '3b7a1d2e4f56'\""
run revident explain "Can't locate revision identified by '3b7a1d2e4f56'"
says 'prints exactly this error'
git tag -d later v1.5.0 >/dev/null
run revident explain 3b7a1d2e4f56
says 'in no tag yet'

it "in the work tree only, staged only, ignored"
fixture september-17
sed 's/3b7a1d2e4f56/4c0000000000/' "$V/3b7a1d2e4f56_soft_delete_program_templates.py" >"$V/4c0000000000_more.py"
run revident explain 4c0000000000
expect_exit 1
says 'is not committed: only your work tree has it.'
says "next git add -- $V/4c0000000000_more.py"
git add .
run revident explain 4c0000000000
expect_exit 1
says 'only your index has it'
git reset -q
echo '*_more.py' >.gitignore
run revident explain 4c0000000000
says 'which git ignores'

it "HEAD is whole and the work tree is not"
fixture september-17
rm "$V/3b7a1d2e4f56_soft_delete_program_templates.py"
run revident explain 3b7a1d2e4f56
expect_exit 0
says 'present and whole at HEAD; your work tree takes it away.'
says "undo git restore -- $V/3b7a1d2e4f56_soft_delete_program_templates.py"

it "in a stash only: taken from it, not merged"
fixture deleted-parent
git reset -q --hard "$(mark :1)"
sed 's/c3c3c3c3c3c3/d4d4d4d4d4d4/; s/b2b2b2b2b2b2/c3c3c3c3c3c3/' migrations/versions/c3*.py >migrations/versions/d4_x.py
git add .
git stash -q
run revident explain d4d4d4d4d4d4
expect_exit 1
says 'next git checkout refs/stash -- migrations/versions/d4_x.py'
does_not_say 'git merge'

it "on no ref, and not gone: recover searches the reflogs"
fixture deleted-parent
git reset -q --hard "$(mark :1)"
sed 's/c3c3c3c3c3c3/d4d4d4d4d4d4/; s/b2b2b2b2b2b2/c3c3c3c3c3c3/' migrations/versions/c3*.py >migrations/versions/d4_x.py
sed 's/c3c3c3c3c3c3/e5e5e5e5e5e5/; s/b2b2b2b2b2b2/d4d4d4d4d4d4/' migrations/versions/c3*.py >"$CASE_DIR/e5_x.py"
git add .
git commit -q -m 'On no branch soon'
git reset -q --hard HEAD~1
cp "$CASE_DIR/e5_x.py" migrations/versions/e5_x.py
git add .
git commit -q -m 'The child'
run revident explain d4d4d4d4d4d4
expect_exit 1
says 'next revident recover d4d4d4d4d4d4'
run revident recover --apply d4d4d4d4d4d4
expect_exit 0
[ -f migrations/versions/d4_x.py ] || fail "not back"

it "put back already: only the staging is left to do"
fixture deleted-parent
run revident recover --apply
run revident explain b2b2b2b2b2b2
expect_exit 1
says "next git add -- migrations/versions/b2b2b2b2b2b2_orders.py compare revident show b2b2b2b2b2b2"
does_not_say 'revident recover'
does_not_say 'to restore'

it "a sparse checkout: what it leaves out is not deleted"
fixture september-17
git sparse-checkout set --cone nothing 2>/dev/null
[ ! -e $V ] || fail "still checked out"
run revident scan --format json
expect_json 'd["worktree"]' '[]'
run revident explain 3b7a1d2e4f56
expect_exit 0
says 'present and whole at HEAD.'
git rm -q --cached --sparse "$V/3b7a1d2e4f56_soft_delete_program_templates.py"
run revident explain 3b7a1d2e4f56
says 'present and whole at HEAD; your index takes it away.'

it "a shallow clone: known at HEAD, undecided for what is gone"
fixture september-17
git clone -q --depth 1 "file://$CASE_DIR/september-17" "$CASE_DIR/shallow" 2>/dev/null
cd "$CASE_DIR/shallow"
run revident explain 3b7a1d2e4f56
expect_exit 0
says 'behind the boundary of this shallow clone'
run revident explain 189b1231afd4
expect_exit 3
says 'is missing'
says 'try git fetch --unshallow'
run revident show 189b1231afd4
expect_exit 3
expect_out </dev/null
grep -q 'git fetch --unshallow' "$CASE_DIR/err" || fail "show does not say git fetch --unshallow"
run revident show 3b7a1d2e4f56
expect_exit 0
echo 'revident: history is cut off: if this content replaced another before that, git fetch --unshallow tells' | expect_err

it "a clone of one branch: the fetch that gets the others"
fixture several-tips
git clone -q --single-branch --branch main "file://$CASE_DIR/several-tips" "$CASE_DIR/single" 2>/dev/null
cd "$CASE_DIR/single"
run revident explain d4d4d4d4d4d4
expect_exit 1
says 'This clone fetches only main; another may have it:'
says "try git fetch origin '+refs/heads/*:refs/remotes/origin/*'"
commands 'try' >"$CASE_DIR/try.sh"
run sh -e "$CASE_DIR/try.sh"
expect_exit 0
run revident explain d4d4d4d4d4d4
expect_exit 1
says 'refs/remotes/origin/topic has it'
says 'next git merge origin/topic'

it "several environments have it: each is told, and commands say which"
fixture env-shared-id
run revident explain a1a1a1a1a1a1
expect_exit 1
says 'of desk/migrations is lost'
says 'of shop/migrations is present and whole at HEAD'
says 'revident show --env desk/migrations a1a1a1a1a1a1'
run revident explain a1a1a1a1a1a1 --env shop/migrations
expect_exit 0
run revident explain a1a1a1a1a1a1 --env nowhere
expect_exit 2

it "the environment moved: a file goes back to where it is loaded from today"
fixture env-moved-lossy
run revident explain b2b2b2b2b2b2
expect_exit 1
says 'revident show -o db/migrations/versions/b2b2b2b2b2b2_orders.py b2b2b2b2b2b2'

it "targets as Alembic writes them, a slip of the finger, heads"
fixture labels
for target in shop@head shop shop@b2b2b2b2b2b2 b2b2b2b2b2b2-1; do
	run revident explain "$target" --format json
	expect_exit 0
	expect_json 'd["revision"]' '"b2b2b2b2b2b2"'
done
run revident explain b2b2b2b2b2b3
expect_exit 1
says 'b2b2b2b2b2b2 is almost the same'
fixture multiple-heads
run revident explain heads
expect_exit 2
says "HEAD's commit has 3 heads"

it "a missing name that is something else"
fixture no-alembic
mkdir -p migrations/versions
echo 'from alembic import context' >migrations/env.py
printf '%s\n' "revision = 'aaaa1111'" 'down_revision = None' "branch_labels = ('shop',)" >migrations/versions/one_file.py
printf '%s\n' "revision = 'bbbb2222'" "down_revision = 'aaaa'" "depends_on = ('one_file', 'shop')" \
	>migrations/versions/two.py
git add .
git commit -q -m 'Add two'
run revident explain shop
expect_exit 0
says 'child bbbb2222 in migrations/versions/two.py:3 (depends_on)'
sed -i.old '/shop/d' migrations/versions/one_file.py
git commit -q -a -m 'Drop the label'
run revident explain shop
expect_exit 1
says 'perhaps aaaa1111 has or had it as a branch label'
run revident explain aaaa
expect_exit 1
says 'perhaps aaaa1111 begins with it'
run revident explain one_file
expect_exit 1
says 'perhaps aaaa1111 has it as the name of its file'

it "the id is there again, for something else"
fixture reused
run revident explain b2b2b2b2b2b2
expect_exit 0
says 'its content was replaced'
says 'to other content: the id was given to another migration'
run revident show b2b2b2b2b2b2
expect_blob "$CASE_DIR/out" "$(git rev-parse "$(mark :1):migrations/versions/b2b2b2b2b2b2_orders.py")"

it "hostile names reach no terminal"
fixture hostile-names
run revident explain b2b2b2b2b2b2 --color never
expect_exit 1
if LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" "$CASE_DIR/out"; then
	fail "control bytes in the answer"
fi

it "the same bytes anywhere, in colour only when asked"
fixture september-17
run revident explain 189b1231afd4
cp "$CASE_DIR/out" "$CASE_DIR/plain"
(cd habits_service && TZ=Asia/Tokyo revident explain 189b1231afd4 >"$CASE_DIR/elsewhere") || :
compare "$CASE_DIR/plain" "$CASE_DIR/elsewhere" "the answer from a subdirectory"
git pack-refs --all
git gc -q
run revident explain 189b1231afd4
expect_out <"$CASE_DIR/plain"
run revident explain 189b1231afd4 --color always
sed "s/$(printf '\033')\[[0-9;]*m//g" "$CASE_DIR/out" >"$CASE_DIR/stripped"
compare "$CASE_DIR/plain" "$CASE_DIR/stripped" "the colours"
run revident explain 189b1231afd4 -o "$CASE_DIR/file"
expect_out </dev/null
compare "$CASE_DIR/plain" "$CASE_DIR/file" "the file"

it "a HEAD that cannot be read may have it, whoever else has: undecided"
fixture september-17
git checkout -q v1.3
run revident explain 189b1231afd4
expect_exit 0
printf 'x' >habits_service/alembic/versions/x.txt
git add -A
git commit -qm 'another tree'
tree=$(git rev-parse HEAD:habits_service/alembic/versions)
rm -f ".git/objects/$(printf %s "$tree" | cut -c1-2)/$(printf %s "$tree" | cut -c3-)"
fsck_fails "a tree is missing"
run revident explain 189b1231afd4
expect_exit 3
grep -q "as far as that could be read" "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"

it "of a squash, no single file is to be put back"
sh "$TOP/tests/support/squash-stream.sh" >"$CASE_DIR/squash.fi"
import_stream squash <"$CASE_DIR/squash.fi"
run revident explain 000000000100
expect_exit 1
says 'squashed it seems, together with 299 others, for which baba00000000 stands in'
says "git checkout $(mark :6) alembic upgrade head git checkout - alembic stamp --purge baba00000000"
if grep -q 'git add\|show -o' "$CASE_DIR/out"; then fail "one file is put back"; fi
run revident explain 000000000100 --format json
expect_json '[d["lost_with"], d["stand_in"]]' '[299, "baba00000000"]'

it "a lost file whose parent is lost, too, is not put back alone"
fixture edited
V=migrations/versions
git rm -q $V/*.py
git commit -q -m 'Start again'
run revident explain b2b2b2b2b2b2
says 'to restore revident recover b2b2b2b2b2b2 (and the parents that it needs, which are not there either)'
if grep -q 'git add\|show -o' "$CASE_DIR/out"; then fail "the file is put back alone"; fi
run revident recover b2b2b2b2b2b2 --apply
expect_exit 0
[ "$(cat $V/*.py | grep -c '^revision')" -eq 2 ] || fail "$(ls $V)"
run revident explain a1a1a1a1a1a1 --format json
expect_json '[d["lost_with"], d["stand_in"]]' '[1, null]'

it "a formatter's rewrite of nearly every line is no replacement to fear"
fixture merge-migration
V=migrations/versions
write_tables() {
	printf "revision = 'f7f7f7f7f7f7'\ndown_revision = 'b2b2b2b2b2b2'\n\ndef upgrade():\n"
	for table in one two three four five; do
		printf "    op.drop_table(%s'%s')\n" "$1" "$table${2-}"
	done
}
write_tables u >$V/f7f7f7f7f7f7_more.py
git add .
git commit -qm 'More'
write_tables '' >$V/f7f7f7f7f7f7_more.py
git commit -qam 'pyupgrade'
run revident scan --format json
expect_json '[[e["kind"], e["what"]] for e in d["events"]]' '[["replaced", "cosmetic"]]'
run revident scan
says 'Written anew, the code being the same (1):'
does_not_say '1 replaced'
run revident explain f7f7f7f7f7f7
says 'present and whole at HEAD.'
says 'the same code, written anew, similarity 0.'
does_not_say 'beware'
run revident recover f7f7f7f7f7f7
says 'there is nothing to put back'
sed -i 's/^def upgrade/import sqlalchemy as sa\n&/' $V/f7f7f7f7f7f7_more.py
git commit -qam 'isort'
write_tables '' s >$V/f7f7f7f7f7f7_more.py
git commit -qam 'Other tables'
run revident scan --format json
expect_json '[e.get("what") for e in d["events"]]' '["cosmetic", null]'
run revident scan
says '1 replaced'
run revident explain f7f7f7f7f7f7
says 'its content was replaced.'
