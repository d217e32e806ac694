#!/bin/sh
# revident check under real git: commits of every kind, merges, pushes, pre-receive, --merged-with.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hooked.sh"
need_command check

# take REV:PATH...: these objects are gone
take() {
	for taken in $(git rev-parse "$@"); do
		rm -f ".git/objects/$(printf %s "$taken" | cut -c1-2)/$(printf %s "$taken" | cut -c3-)"
	done
	fsck_fails "objects are gone"
}

it "a commit in each of git's ways"
hooked r
RULE=identity-overwritten
migration c3c3 b2b2 '' m/versions/b2b2_x.py
blocked git commit -qam overwrite
blocked git commit -q -m overwrite -o m/versions/b2b2_x.py
git add -A
blocked git commit -q -m overwrite
blocked git commit -q --amend -m overwrite
(cd app && blocked git commit -q -m overwrite)
git reset -q --hard
echo 2 >app/x.py
migration c3c3 b2b2 '' m/versions/b2b2_x.py
passes git commit -q -m part -o app/x.py
RULE=identity-overwritten
blocked git commit -q -am whole
git reset -q --hard
migration c3c3 b2b2
git add -A
passes git commit -q -m 'a new one'
RULE=identity-deleted
git rm -q m/versions/c3c3_x.py
blocked git commit -q -m delete

it "the first commit, and one that is only intended"
git init -q -b main r
REPOS="$REPOS $CASE_DIR/r"
cd r
mkdir -p m/versions
printf '[alembic]\nscript_location = m\n' >alembic.ini
echo 'from alembic import context' >m/env.py
migration a1a1 ''
git add -A
hook pre-commit 'exec "$REVIDENT" check --staged'
passes git commit -qm first
migration b2b2 gone
git add -N m/versions/b2b2_x.py
passes revident check --staged
RULE=missing-revision
git add -A
blocked revident check --staged

it "a linked work tree, a subdirectory, an index of its own"
hooked r
git worktree add -q ../linked -b topic
cd ../linked
RULE=identity-deleted
git rm -q m/versions/b2b2_x.py
blocked git commit -qm delete
blocked revident check --staged -C m
cd ../r
passes revident check --staged
GIT_INDEX_FILE=$CASE_DIR/other git read-tree HEAD
GIT_INDEX_FILE=$CASE_DIR/other git rm -q --cached m/versions/b2b2_x.py
GIT_INDEX_FILE=$CASE_DIR/other
export GIT_INDEX_FILE
blocked revident check --staged
unset GIT_INDEX_FILE
passes revident check --staged
git worktree remove --force ../linked

it "split and sparse indexes, version 4"
hooked r
RULE=identity-deleted
git rm -q m/versions/b2b2_x.py
git update-index --split-index
blocked revident check --staged
shared=$(echo .git/sharedindex.*)
python3 -c 'import sys
data = open(sys.argv[1], "rb").read()
open(sys.argv[1], "wb").write(data.replace(b"m/versions/a1a1", b"m/versions/z9z9"))' "$shared"
run revident check --staged
expect_exit 3
grep -q "index '$(basename "$shared")' is damaged" "$CASE_DIR/out" "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/out")"
rm "$shared" .git/index
git reset -q
git update-index --no-split-index --index-version 4
git rm -q m/versions/b2b2_x.py
blocked revident check --staged
git reset -q --hard
git sparse-checkout set --cone --sparse-index app 2>/dev/null
passes revident check --staged
git rm -q --sparse m/versions/b2b2_x.py
find .git/objects >"$CASE_DIR/before"
blocked revident check --staged
for command in scan 'audit --staged' 'check --worktree'; do
	# shellcheck disable=SC2086 # a command and its options
	run revident $command
done
find .git/objects >"$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "git wrote trees of the sparse index"
echo 2 >app/new.py
mkdir docs
echo 2 >docs/new
git add --sparse app/new.py docs
run revident scan --format json
expect_json 'd["repository"]["limits"]' '[]'
git reset -q --hard

it "an index that is not sparse and has files as directories: git, which takes it apart, writes no trees of it"
hooked r
python3 -c 'import hashlib
data = open(".git/index", "rb").read()[:-20].replace(b"\x00\x00\x81\xa4", b"\x00\x00\x40\x00")
open(".git/index", "wb").write(data + hashlib.sha1(data).digest())'
find .git/objects >"$CASE_DIR/before"
for command in scan 'audit --staged' 'check --staged' 'check --worktree' recover; do
	# shellcheck disable=SC2086 # a command and its options
	run revident $command
done
find .git/objects >"$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "git wrote trees of the index"
no_fsck
run revident audit --staged
expect_exit 3
grep -q 'git cannot read the index: .*not a tree' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"

it "an index without a checksum, one with caches, files that are not checked out, GIT_COMMON_DIR"
hooked r
RULE=identity-deleted
git worktree add -q ../linked
cd ../linked
git rm -q m/versions/b2b2_x.py
set -- "$(git rev-parse --absolute-git-dir)" "$PWD" "$(cd "$(git rev-parse --git-common-dir)" && pwd)"
GIT_DIR=$1 GIT_WORK_TREE=$2 GIT_COMMON_DIR=$3 blocked revident -C / check --staged
GIT_DIR=$1 GIT_WORK_TREE=$2 GIT_COMMON_DIR=/ run revident check --staged
expect_exit 3
cd ../r
git worktree remove --force ../linked
git update-index --untracked-cache
passes revident check --staged
git sparse-checkout set --cone app 2>/dev/null
passes revident check --staged
git rm -q --cached --sparse m/versions/b2b2_x.py
blocked revident check --staged
python3 -c 'import sys
data = open(sys.argv[1], "rb").read()
open(sys.argv[1], "wb").write(data[:-20] + bytes(20))' .git/index # as index.skipHash leaves it
blocked revident check --staged
git update-index --force-write-index 2>/dev/null || git reset -q

it "absent objects block only inside an environment that changed"
hooked r
mkdir -p n/versions
printf '[alembic]\nscript_location = n\n' >other.ini
echo 'from alembic import context' >n/env.py
migration e1e1 '' '' n/versions/e1e1_x.py
git add -A
git commit -qm other
take HEAD:n/versions/e1e1_x.py HEAD:n/versions
migration c3c3 b2b2
git add m
passes revident check --staged
git commit -q --no-verify -m c3
passes revident check --range HEAD^..HEAD
migration e2e2 e1e1 '' n/versions/e2e2_x.py
id=$(git hash-object -w n/versions/e2e2_x.py)
git update-index --add --cacheinfo "100644,$id,n/versions/e2e2_x.py"
run revident check --staged
expect_exit 3

it "what nobody staged is not read: blobs but configuration, trees that the index knows"
hooked r
mkdir -p app/deep/deeper lib
echo 1 >app/deep/deeper/y.py
echo 1 >lib/z.py
printf '[tool.black]\n' >pyproject.toml
git add -A
git commit -qm more
take HEAD:m/versions/a1a1_x.py HEAD:m/versions/b2b2_x.py HEAD:app/x.py HEAD:app/deep/deeper/y.py HEAD:app/deep HEAD:app/deep/deeper
passes revident check --staged
echo 2 >app/x.py
echo 3 >app/new.py
git rm -q --cached lib/z.py
git add app/x.py app/new.py
passes revident check --staged
echo '[tool.other]' >>pyproject.toml
git add pyproject.toml
passes revident check --staged

it "a staged migration: no tree is read that cannot hold an environment"
hooked r
mkdir -p app/deep lib/versions lib/more
for i in $(seq 100); do
	mkdir "app/d$i"
	echo "$i" >"app/d$i/y.py"
done
echo 1 >lib/versions/notes.txt
echo 1 >lib/more/y.py
git add -A
git commit -qm more
take HEAD:lib/versions HEAD:app/d1
migration c3c3 b2b2
git add m
passes revident check --staged
run revident check --staged -v
trees=$(sed -n 's/^revident: \([0-9]*\) trees .*/\1/p' "$CASE_DIR/err")
[ "$trees" -lt 100 ] || fail "$trees trees read"
RULE=identity-deleted
git rm -q m/versions/b2b2_x.py
blocked revident check --staged

it "a variable that names another merge's side, left over, is no parent"
hooked r
migration c3c3 b2b2
git add -A
git commit -qm c3
git rm -q m/versions/c3c3_x.py
RULE=identity-deleted
blocked env "GITHEAD_$(git rev-parse HEAD^)=old" "$REVIDENT" check --staged

it "directories that nothing but their migrations joins, one of them changed"
git init -q -b main r
REPOS="$REPOS $CASE_DIR/r"
cd r
mkdir -p one/versions two/versions
migration a1a1 '' '' one/versions/a1a1_x.py
migration a2a2 a1a1 '' one/versions/a2a2_x.py
migration b1b1 a1a1 '' two/versions/b1b1_x.py
git add -A
git commit -qm base
migration b2b2 a2a2 '' two/versions/b2b2_x.py
git add two/versions/b2b2_x.py
passes revident check --staged

it "migrations where only an option, the policy or an env.py says so"
git init -q -b main r
REPOS="$REPOS $CASE_DIR/r"
cd r
mkdir -p db/changes m/steps
echo 'from alembic import context' >m/env.py
for dir in db/changes m/steps; do
	migration a1a1 '' '' $dir/a1a1_x.py
	migration b2b2 a1a1 '' $dir/b2b2_x.py
done
git add -A
git commit -qm base
RULE=identity-deleted
git rm -q db/changes/b2b2_x.py
passes revident check --staged
blocked revident check --staged --versions-dir db/changes
printf '[environment "db"]\n\tversions = db/changes\n' >.revident
git add .revident
blocked revident check --staged
git reset -q --hard
rm -f .revident
git rm -q m/steps/b2b2_x.py
blocked revident check --staged

it "merges: what one side did is no change, what the merge drops is one"
hooked r
git checkout -q -b topic
migration c3c3 b2b2
git add -A
git commit -qm c3
git checkout -q main
echo 2 >app/x.py
git commit -qam app
passes git merge -q --no-edit topic
git reset -q --hard HEAD^
git merge -q --no-commit topic >/dev/null 2>&1
git rm -q -f m/versions/c3c3_x.py
RULE=identity-lost-in-merge
blocked git commit -qm merge
git merge --abort
git checkout -q topic
git rm -q m/versions/b2b2_x.py m/versions/c3c3_x.py
git commit -q --no-verify -m 'drop them'
git checkout -q main
passes git merge -q --no-edit topic

it "a merge that overwrites without conflict is stopped before it is committed"
hooked r
git checkout -q -b topic
migration c3c3 b2b2
git add -A
git commit -qm c3
git checkout -q main
echo 2 >app/x.py
git commit -qam app
RULE=identity-lost-in-merge
blocked git merge -q --no-edit -s ours topic

it "a conflict in a versions directory cannot be judged"
hooked r
git checkout -q -b topic
migration b2b2 a1a1 one
git commit -q --no-verify -am one
git checkout -q main
migration b2b2 a1a1 two
git commit -q --no-verify -am two
git merge -q topic >/dev/null 2>&1 || :
run revident check --staged
expect_exit 3
grep -q "'m/versions/b2b2_x.py' is in a conflict" "$CASE_DIR/out" || fail "the conflict is not named"

it "the work tree, untracked files included"
hooked r
passes revident check --worktree
migration c3c3 gone
RULE=missing-revision
blocked revident check --worktree
rm m/versions/c3c3_x.py m/versions/b2b2_x.py
RULE=identity-deleted
blocked revident check --worktree

it "pushes: new, protected, other, forced, deleted and several refs, tags, by URL"
hooked r
git init -q --bare -b main ../server.git
git remote add origin ../server.git
passes git push -q -u origin main
git checkout -q -b topic
migration c3c3 b2b2
git add -A
git commit -qm c3
passes git push -q origin topic
migration c3c3 a1a1
git commit -q --no-verify -am reparent
passes git push -q origin topic
git mv m/versions/c3c3_x.py m/versions/d4d4_x.py
sed -i.bak s/c3c3/d4d4/ m/versions/d4d4_x.py && rm m/versions/*.bak
git commit -q --no-verify -am renumber
passes git push -q origin topic
git checkout -q main
git rm -q m/versions/b2b2_x.py
git commit -q --no-verify -m delete
RULE=identity-deleted
blocked git push -q origin main
blocked git push -q origin main:other
blocked git push -q ../server.git main
blocked git push -q origin HEAD~0:refs/heads/main topic
git tag v1
blocked git push -q origin v1
git tag -a -m annotated v2
blocked git push -q origin v2
passes git push -q origin :topic
passes git push -q origin HEAD~1:refs/heads/same
git reset -q --hard HEAD^
migration e5e5 b2b2
git add -A
git commit -qm e5
passes git push -q origin main
git reset -q --hard HEAD^
blocked git push -q -f origin main
passes git push -q origin main:behind

it "a remote tip that this clone has never seen"
hooked r
git init -q --bare -b main ../server.git
git remote add origin ../server.git
passes git push -q -u origin main
git clone -q ../server.git ../other
git -C ../other commit -q --allow-empty -m other
git -C ../other push -q origin HEAD:main HEAD:refs/heads/x
git commit -q --allow-empty -m mine
passes git push -q -f origin main
git rm -q m/versions/b2b2_x.py
git commit -q --no-verify -m delete
RULE=identity-deleted
blocked git push -q -f origin main

it "pre-push by hand, and as the pre-commit framework calls it"
hooked r
git update-ref refs/remotes/origin/main HEAD
passes revident check --pre-push </dev/null
git rm -q m/versions/b2b2_x.py
git commit -q --no-verify -m delete
RULE=identity-deleted
passes revident check --pre-push </dev/null
PRE_COMMIT_FROM_REF=$(git rev-parse HEAD^) PRE_COMMIT_TO_REF=$(git rev-parse HEAD) blocked revident check --pre-push </dev/null
PRE_COMMIT=1 blocked revident check --pre-push </dev/null
echo nonsense >"$CASE_DIR/in"
run revident check --pre-push <"$CASE_DIR/in"
expect_exit 2
echo "refs/heads/a b $(git rev-parse HEAD) refs/heads/main $(git rev-parse HEAD^)" >"$CASE_DIR/in"
blocked revident check --pre-push origin url <"$CASE_DIR/in"

it "pre-receive: quarantined objects, a waiver that cannot waive itself"
hooked r
git init -q --bare -b main ../server.git
printf '#!/bin/sh\nexec "$REVIDENT" check --pre-receive\n' >../server.git/hooks/pre-receive
chmod +x ../server.git/hooks/pre-receive
git remote add origin ../server.git
rm .git/hooks/pre-push
passes git push -q origin main
migration c3c3 b2b2
git add -A
git commit -qm c3
passes git push -q origin main
git rm -q m/versions/c3c3_x.py
cat >.revident <<POLICY
[waiver "x"]
	rule = identity-deleted
	revision = c3c3
	reason = none
POLICY
git add -A
passes git commit -qm delete
RULE=identity-deleted
blocked git push -q origin main
blocked git push -q origin main:topic
git reset -q --hard HEAD^
git checkout -q -b waive
git commit -q --allow-empty -m x
cat >.revident <<POLICY
[waiver "x"]
	rule = identity-deleted
	revision = c3c3
	reason = reviewed
POLICY
git add -A
git commit -qm waiver
passes git push -q origin waive:main
git rm -q m/versions/c3c3_x.py
passes git commit -qm delete
passes git push -q origin waive:main
passes git push -q origin HEAD^:refs/heads/gone
passes git push -q origin :gone

it "--merged-with: heads, duplicates and conflicts that neither side has alone"
hooked r
git update-ref refs/remotes/origin/main HEAD
git checkout -q -b topic
migration c3c3 b2b2
git add -A
git commit -qm c3
passes revident check --range origin/main...HEAD --merged-with origin/main
git checkout -q main
migration d4d4 b2b2
git add -A
git commit -qm d4
git update-ref refs/remotes/origin/main HEAD
git checkout -q topic
passes revident check --range origin/main...HEAD
RULE=multiple-heads
blocked revident check --range origin/main...HEAD --merged-with origin/main
blocked revident check --merged-with origin/main
blocked revident check --staged --merged-with origin/main
git checkout -q main
migration c3c3 d4d4 '' m/versions/c3c3_other.py
git add -A
git commit -qm again
git update-ref refs/remotes/origin/main HEAD
git checkout -q topic
RULE=duplicate-revision
blocked revident check --merged-with origin/main
git checkout -q main
echo 3 >app/x.py
git commit -qam three
git rm -q m/versions/c3c3_other.py
git commit -q --no-verify -m back
git update-ref refs/remotes/origin/main HEAD
git checkout -q topic
echo 4 >app/x.py
git rm -q m/versions/c3c3_x.py
git commit -q --no-verify -am four
passes revident check --merged-with origin/main
git checkout -q main
migration a1a1 '' one
git commit -q --no-verify -am one
git update-ref refs/remotes/origin/main HEAD
git checkout -q topic
migration a1a1 '' two
git commit -q --no-verify -am two
run revident check --merged-with origin/main --protected-ref refs/none
expect_exit 3

it "--merged-with: a head that the branch brings along counts, whether or not the other side has moved"
hooked r
git update-ref refs/remotes/origin/main HEAD
git checkout -q -b topic
migration c3c3 a1a1
git add -A
git commit -qm c3 --no-verify
passes revident check --range origin/main...HEAD
RULE=multiple-heads
blocked revident check --range origin/main...HEAD --merged-with origin/main
blocked revident check --merged-with origin/main
run revident check --merged-with origin/main --format json
expect_json '[(v["rule"], v["level"]) for v in d["violations"] if v["rule"] == "multiple-heads"]' \
	'[["multiple-heads", "error"]]'
git checkout -q main
echo 3 >app/x.py
git commit -qam three
git update-ref refs/remotes/origin/main HEAD
git checkout -q topic
blocked revident check --merged-with origin/main

it "--merged-with what has the first commit already"
hooked r
first=$(git rev-list --max-parents=0 HEAD)
git commit -q --allow-empty -m more
passes revident check --range "HEAD..$first"
passes revident check --merged-with "$first"
git checkout -q "$first"
passes revident check --merged-with main

it "ranges: the merge base is B itself, --before, no empty judgement"
hooked r
git rm -q m/versions/b2b2_x.py
git commit -q --no-verify -m delete
git commit -q --allow-empty -m more
git update-ref refs/remotes/origin/main HEAD
passes revident check --range origin/main..HEAD
RULE=identity-deleted
blocked revident check --range origin/main..HEAD~1
blocked revident check --range origin/main...HEAD --before HEAD~2
blocked revident check --range origin/main..HEAD~1 --before HEAD~1
blocked revident check --range origin/main..HEAD~1 --before 0000000000000000000000000000000000000000
run revident check --range origin/main
expect_exit 2
run revident check --range nothing..HEAD
expect_exit 2
run revident check
expect_exit 2

it "shallow and partial clones: what cannot be judged blocks and says what to fetch"
hooked r
git checkout -q -b topic
migration c3c3 b2b2
git add -A
git commit -qm c3
git checkout -q main
echo 2 >app/x.py
git commit -qam app
git config uploadpack.allowFilter true
git clone -q --depth=1 --no-single-branch "file://$PWD" ../shallow
cd ../shallow
run revident check --range origin/main...origin/topic
expect_exit 3
grep -q "fetch-depth: 0" "$CASE_DIR/err" || fail "it does not say what to put into the workflow"
run revident check --range origin/main...origin/nothing
expect_exit 3
passes revident check --staged
cd ../r
git clone -q --filter=blob:none --no-checkout "file://$PWD" ../partial
cd ../partial
git read-tree HEAD
passes revident check --staged
passes revident check --range HEAD~1..HEAD
git rm -q --cached m/versions/b2b2_x.py
run revident check --staged
expect_exit 3
grep -q "is not in this clone" "$CASE_DIR/out" || fail "it does not say what to fetch"

it "a clone that is cut off before the tip's history meets the other's: an older common ancestor is no clean answer"
hooked r
git checkout -q -b topic
echo 2 >app/x.py
git commit -qam app
git checkout -q main
migration c3c3 b2b2
git add -A
git commit -qm c3
git checkout -q -b removing
git rm -q m/versions/c3c3_x.py
git commit -qm 'c3 removed' --no-verify
git merge -q --no-verify -m merged topic
RULE='identity-deleted: c3c3'
blocked revident check --range main..removing
git rev-parse removing~1 >.git/shallow
run revident check --range main..removing
expect_exit 3
grep -q 'too short to tell whether' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
rm .git/shallow

it "a revision that may be published, in objects that are not here, is not taken for unpublished"
hooked r
git checkout -q -b published
migration c3c3 b2b2
git add -A
git commit -qm c3
git checkout -q -b topic
migration d4d4 c3c3
git add -A
git commit -qm d4
git checkout -q published
migration d4d4 c3c3 '' m/versions/d4d4_other.py
echo '# another' >>m/versions/d4d4_other.py
git add -A
git commit -qm 'd4 under another name'
git update-ref refs/remotes/origin/main HEAD
git checkout -q topic
git rm -q m/versions/d4d4_x.py
RULE=identity-deleted
blocked revident check --staged
take origin/main:m/versions/d4d4_other.py
run revident check --staged
expect_exit 3
grep -q 'whether d4d4 is published cannot be told' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
printf '[waiver "x"]\n\trule = identity-deleted\n\trevision = d4d4\n\treason = ours\n' >.revident
git add .revident
passes revident check --staged

it "whether a new id was another's before is not known where the history is damaged; a shallow one is judged by what it has"
hooked r
for change in 'migration c3c3 b2b2' 'migration c3c3 b2b2 other' 'rm m/versions/c3c3_x.py' 'date >app/x.py'; do
	eval "$change"
	git add -A
	git commit -qm "$change" --no-verify
done
git checkout -q -b topic
migration d4d4 b2b2
git add -A
git commit -qm d4
git checkout -q main
passes revident check --range main..topic
git clone -q --depth=3 --no-single-branch "file://$PWD" ../shallow
cd ../shallow
passes revident check --range origin/main..origin/topic
grep -q "cut short" "$CASE_DIR/out" || fail "it does not say how far it looked"
cd ../r
for lost in $(git rev-parse topic~3:m/versions/c3c3_x.py topic~4 topic~3:m/versions topic~4:m); do
	git clone -q --no-local . ../damaged
	cd ../damaged
	mv .git/objects/pack/*.pack "$CASE_DIR/pack"
	rm -f .git/objects/pack/*
	git unpack-objects -q <"$CASE_DIR/pack"
	rm -f ".git/objects/$(printf %s "$lost" | cut -c1-2)/$(printf %s "$lost" | cut -c3-)"
	run revident check --range origin/main..origin/topic
	expect_exit 3
	grep -q "$lost" "$CASE_DIR/out" || fail "it does not say which object is missing"
	cd ../r
	rm -rf ../damaged
done

it "an environment that no side has is a mistake; a policy that cannot be read is not judged past"
hooked r
migration c3c3 b2b2
git add -A
passes revident check --staged --env m
run revident check --staged --env elsewhere
expect_exit 2
printf '[revident]\n\tprotect = everything\n' >.revident
git add .revident
run revident check --staged
expect_exit 2
printf '[revident]\n\tprotect = all\n' >.revident
git add .revident
passes revident check --staged
blob=$(git rev-parse :.revident)
rm -f ".git/objects/$(echo "$blob" | cut -c1-2)/$(echo "$blob" | cut -c3-)" .revident
fsck_fails "the policy's blob is gone"
run revident check --staged
expect_exit 3
grep -q "$blob" "$CASE_DIR/out" || fail "it does not say which object is missing"

it "a ref that cannot be read may be the protected one"
hooked r
git update-ref refs/remotes/origin/old HEAD
migration c3c3 b2b2
git add -A
passes git commit -q -m 'a new one'
git update-ref refs/remotes/origin/main HEAD
git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main
migration d4d4 b2b2 '' m/versions/c3c3_x.py
git add -A
RULE=identity-overwritten
blocked revident check --staged
: >.git/refs/remotes/origin/main
fsck_fails "a ref is empty"
run revident check --staged
expect_exit 3
grep -q "refs/remotes/origin/main" "$CASE_DIR/out" "$CASE_DIR/err" || fail "the ref is not named"
git config core.hooksPath none
printf 'refs/heads/main %s refs/heads/topic %s\n' "$(git rev-parse HEAD)" "$(git rev-parse HEAD)" |
	run revident check --pre-push origin nowhere
expect_exit 3

it "a damaged configuration may name the directory that changed"
git init -q -b main r
REPOS="$REPOS $CASE_DIR/r"
cd r
mkdir m migs
printf '[alembic]\nscript_location = m\nversion_locations = migs\n' >alembic.ini
echo 'from alembic import context' >m/env.py
migration a1a1 '' '' migs/a1a1_x.py
git add -A
git commit -qm base
migration b2b2 a1a1 '' migs/a1a1_x.py
git add -A
RULE=identity-overwritten
blocked revident check --staged
ini=$(git rev-parse HEAD:alembic.ini)
rm -f ".git/objects/$(printf %s "$ini" | cut -c1-2)/$(printf %s "$ini" | cut -c3-)"
printf 'no object' >".git/objects/$(printf %s "$ini" | cut -c1-2)/$(printf %s "$ini" | cut -c3-)"
fsck_fails "an object is damaged"
run revident check --staged
expect_exit 3
grep -q "alembic.ini (blob $ini)" "$CASE_DIR/out" "$CASE_DIR/err" || fail "the configuration is not named"

it "the waiver is pinned to the lost blob, however many migrations the remote's branches have to be read for it"
hooked r
rm .git/hooks/*
blob=$(git rev-parse HEAD:m/versions/a1a1_x.py)
git checkout -q -b release
parent=b2b2
for number in $(seq 100 163); do
	migration "d$number" "$parent"
	parent=d$number
done
git add m
git commit -q -m 'What the release has'
git update-ref refs/remotes/origin/release release
git checkout -q main
git rm -q m/versions/a1a1_x.py
run revident check --staged --format json
expect_exit 1
expect_json '[(v["revision"], v["hint"].count("blob = '"$blob"'")) for v in d["violations"] if v["rule"] == "identity-deleted"]' \
	'[["a1a1", 1]]'

it "a migration that is there and damaged is not said to be missing"
hooked r
blob=$(git rev-parse HEAD:m/versions/b2b2_x.py)
git rm -q --cached m/versions/b2b2_x.py
file=.git/objects/$(printf %s "$blob" | cut -c1-2)/$(printf %s "$blob" | cut -c3-)
rm -f "$file"
printf 'no object' >"$file"
fsck_fails "an object is damaged"
run revident check --staged --format json
expect_exit 3
grep -q "'m/versions/b2b2_x.py': cannot read object $blob: loose object $blob is no zlib stream" "$CASE_DIR/out" ||
	fail "it does not say why: $(cat "$CASE_DIR/out")"
if grep -q "not in this clone" "$CASE_DIR/out"; then fail "it says that the object is missing"; fi

it "of thousands of refs that lead nowhere twenty are shown, and the others counted"
fixture overwritten-head
{
	echo '# pack-refs with: peeled fully-peeled sorted '
	seq 1001 4000 | while read -r number; do
		echo "000000000000000000000000000000000000$number refs/tags/t$number"
	done
} >.git/packed-refs
run revident check --range HEAD~1..HEAD --protect published
expect_exit 1
grep -q '^cannot be judged: 2980 more; --format json lists them$' "$CASE_DIR/out" || fail "says $(wc -l <"$CASE_DIR/out") lines"
no_fsck

it "--merged-with: where the other side has not moved there is nothing to merge, and no file of it is asked for"
hooked source
git config uploadpack.allowFilter true
git checkout -q -b topic
migration c3c3 b2b2
echo 2 >app/y.py
git add -A
git commit -q -m 'honest work'
git checkout -q main
git clone -q -b topic --no-checkout --filter=blob:none "file://$PWD" ../partial
cd ../partial
git checkout -q topic -- m alembic.ini
passes revident check --range origin/main...HEAD --merged-with origin/main
no_fsck
