#!/bin/sh
# Hooks as `revident hooks install` leaves them, run by git: each way to commit, merge, push and receive; and what
# `revident hooks doctor` says of them.

. "${0%/*}/lib.sh"
need_command hooks
need_command check

plain_path=$PATH

# published: a repository whose two migrations are on origin/main, with hooks installed
published() {
	PATH=$plain_path
	fixture overwritten-head
	git checkout -q -B main "$(mark :1)"
	git update-ref refs/remotes/origin/main "$(mark :1)"
	echo 1 >notes.txt
	git add notes.txt
	git commit -q -m notes
	revident hooks install >"$CASE_DIR/out"
}

# overwrite: what must not be committed. honest ID: what may be.
overwrite() {
	git show "$(mark :2):migrations/versions/b2b2b2b2b2b2_orders.py" >"${1:-.}/migrations/versions/b2b2b2b2b2b2_orders.py"
}

honest() {
	sed "s/b2b2b2b2b2b2/$1/g; s/a1a1a1a1a1a1/b2b2b2b2b2b2/; s/orders/$1/g" migrations/versions/b2b2b2b2b2b2_orders.py \
		>"migrations/versions/$1_new.py"
}

blocked() {
	before=$(git rev-parse HEAD)
	run "$@"
	[ "$(cat "$CASE_DIR/status")" -ne 0 ] || fail "passes: $*"
	grep -q 'identity-' "$CASE_DIR/out" "$CASE_DIR/err" || fail "no rule is named: $*
$(cat "$CASE_DIR/out" "$CASE_DIR/err")"
	[ "$(git rev-parse HEAD)" = "$before" ] || fail "HEAD moved: $*"
}

passes() {
	run "$@"
	[ "$(cat "$CASE_DIR/status")" -eq 0 ] || fail "is blocked: $*
$(cat "$CASE_DIR/out" "$CASE_DIR/err")"
}

it "stop the change in each way to commit, and let honest work through"
published
overwrite
blocked git commit -q -a -m x
blocked git commit -q -m x migrations/versions/b2b2b2b2b2b2_orders.py
blocked git commit -q -m x -o migrations/versions/b2b2b2b2b2b2_orders.py
blocked git commit -q -m x -i migrations/versions/b2b2b2b2b2b2_orders.py
git reset -q
yes | blocked git commit -q -m x -p
git add -A
blocked git commit -q -m x
blocked git commit -q -m x --amend
blocked git -C migrations/versions commit -q -m x
blocked env GIT_DIR="$PWD/.git" GIT_WORK_TREE="$PWD" git commit -q -m x
GIT_INDEX_FILE=$CASE_DIR/another git read-tree HEAD
passes env GIT_INDEX_FILE="$CASE_DIR/another" git commit -q -m x --allow-empty
git reset -q --hard
git rm -q migrations/versions/b2b2b2b2b2b2_orders.py
blocked git commit -q -m x
git reset -q --hard
honest c3c3c3c3c3c3
git add -A
passes git commit -q -m x
honest d4d4d4d4d4d4
sed -i "s/'b2b2b2b2b2b2'/'c3c3c3c3c3c3'/" migrations/versions/d4d4d4d4d4d4_new.py
git add -A
passes git commit -q -m x --amend
overwrite
passes git commit -q -a -m x --no-verify

it "the first commit, in a repository with nothing before it"
git init -q -b main first
REPOS="$REPOS $CASE_DIR/first"
cd first
revident hooks install >"$CASE_DIR/out"
mkdir -p migrations/versions
cp "$CASE_DIR/../1/overwritten-head/alembic.ini" .
cp "$CASE_DIR/../1/overwritten-head/migrations/env.py" migrations
for file in one two; do
	printf 'revision = "a1a1a1a1a1a1"\ndown_revision = None\n' >migrations/versions/$file.py
done
git add -A
run git commit -q -m first
expect_exit 1
grep -q duplicate-revision "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
git rm -q -f migrations/versions/two.py
passes git commit -q -m first

it "a linked work tree, a submodule, hooks in the work tree"
published
git worktree add -q ../linked -b linked
overwrite ../linked
(cd ../linked && blocked git commit -q -a -m x)
git worktree remove --force ../linked
git init -q -b main ../super
cd ../super
git -c protocol.file.allow=always submodule --quiet add -b main ../overwritten-head sub
cd sub
git update-ref refs/remotes/origin/main HEAD
revident hooks install >"$CASE_DIR/out"
overwrite
blocked git commit -q -a -m x
cd "$CASE_DIR/overwritten-head"
revident hooks uninstall >"$CASE_DIR/out"
git config core.hooksPath .githooks
mkdir "$CASE_DIR/bin"
ln -s "$REVIDENT" "$CASE_DIR/bin/revident"
PATH=$CASE_DIR/bin:$PATH
revident hooks install >"$CASE_DIR/out"
overwrite
blocked git commit -q -m x migrations

it "a merge without a conflict, and with one"
published
git checkout -q -b side
honest c3c3c3c3c3c3
git add -A
git commit -q -m c3
git update-ref refs/remotes/origin/main side
git checkout -q main
echo 2 >notes.txt
git commit -q -a -m more
blocked git merge -q --no-edit -s ours side
git merge --abort 2>/dev/null || git reset -q --hard
passes git merge -q --no-edit side
git checkout -q -b conflict HEAD~1
echo 3 >notes.txt
git commit -q -a -m conflicting
git checkout -q main
echo 4 >notes.txt
git commit -q -a -m 'the other side'
git merge -q --no-edit conflict >/dev/null 2>&1 || :
echo 5 >notes.txt
overwrite
git add -A
blocked git commit -q --no-edit
git checkout -q -f HEAD -- migrations
passes git commit -q --no-edit

it "a hook that was there before still runs, and may add to what is committed"
published
revident hooks uninstall >"$CASE_DIR/out"
cat >.git/hooks/pre-commit <<'END'
#!/bin/sh
git rm -q --cached migrations/versions/b2b2b2b2b2b2_orders.py
END
chmod +x .git/hooks/pre-commit
revident hooks install >"$CASE_DIR/out"
echo 2 >notes.txt
blocked git commit -q -a -m x
printf '#!/bin/sh\necho "not today"\nexit 1\n' >.git/hooks/pre-commit.revident-saved
run git commit -q -a -m x
expect_exit 1
grep -qx 'not today' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
rm .git/hooks/pre-commit.revident-saved
git reset -q --hard
mv .git/hooks/pre-commit .git/hooks/pre-commit.legacy
printf '#!/bin/sh\nexit 0\n' >.git/hooks/pre-commit.revident-saved
chmod +x .git/hooks/pre-commit.revident-saved
# shellcheck disable=SC2016 # what the pre-commit framework does with a hook that it finds
printf '#!/bin/sh\nexec "$0.legacy" "$@"\n' >.git/hooks/pre-commit
chmod +x .git/hooks/pre-commit
overwrite
blocked git commit -q -a -m x

it "pushes: what commits by other ways brought is stopped here"
published
git init -q --bare -b main ../remote
git remote add origin ../remote
git push -q origin "$(mark :1):refs/heads/main"
passes git push -q origin main
overwrite
git commit -q --no-verify -a -m overwritten
blocked git push -q origin main
blocked git push -q --force origin main
blocked git push -q origin HEAD:refs/heads/topic
blocked git push -q origin HEAD~1:refs/heads/fine HEAD:refs/heads/topic
blocked git push -q ../remote HEAD:refs/heads/main
git tag broken
blocked git push -q origin broken
passes git push -q origin HEAD~1:refs/heads/fine
passes git push -q origin :fine
git reset -q --hard HEAD~1
honest c3c3c3c3c3c3
git add -A
git commit -q -m honest
passes git push -q origin main main:refs/heads/other

it "pre-receive holds the line on the server, in front of a hook that was there"
published
git init -q --bare -b main ../remote
printf '#!/bin/sh\ncat >>"%s"\n' "$CASE_DIR/received" >../remote/hooks/pre-receive
chmod +x ../remote/hooks/pre-receive
revident -C ../remote hooks install --server >"$CASE_DIR/out"
git remote add origin ../remote
passes git push -q --no-verify origin main
[ "$(grep -c . ../received)" = 1 ] || fail "the hook that was there is not run"
overwrite
git commit -q --no-verify -a -m overwritten
blocked git push -q --no-verify origin main
grep -q '^remote: ' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
[ "$(git -C ../remote rev-parse main)" = "$(git rev-parse main~1)" ] || fail "the server has it"
run revident -C ../remote hooks doctor --server
expect_exit 0
expect_out <<'END'
ok: hooks/pre-receive blocks the change
END
revident -C ../remote hooks uninstall --server >"$CASE_DIR/out"
run revident -C ../remote hooks doctor --server
expect_exit 1
expect_out <<'END'
wrong: hooks/pre-receive lets the change through, it does not run revident:
  revident hooks install --server
END

it "doctor: all is well, and nothing was touched"
published
echo 2 >notes.txt
git add notes.txt
echo 3 >notes.txt
echo 1 >untracked.txt
git ls-files -s --debug >"$CASE_DIR/index"
find . -type f -exec cksum {} + | sort >"$CASE_DIR/before"
run revident hooks doctor
expect_exit 0
expect_err </dev/null
expect_out <<'END'
ok: .git/hooks/pre-commit blocks the change
ok: .git/hooks/pre-merge-commit blocks the change
ok: .git/hooks/pre-push blocks the change
END
find . -type f -exec cksum {} + | sort >"$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"
git ls-files -s --debug >"$CASE_DIR/again"
compare "$CASE_DIR/index" "$CASE_DIR/again" "the index"
git config core.splitIndex true
git update-index --split-index
find . -type f -exec cksum {} + | sort >"$CASE_DIR/before"
run revident hooks doctor
expect_exit 0
find . -type f -exec cksum {} + | sort >"$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository, with a split index"
mkdir "$CASE_DIR/tmp"
TMPDIR=$CASE_DIR/tmp revident hooks doctor >"$CASE_DIR/out"
rmdir "$CASE_DIR/tmp" || fail "left in TMPDIR: $(ls "$CASE_DIR/tmp")"
git worktree add -q ../linked -b linked
run revident -C ../linked hooks doctor
expect_exit 0

it "doctor: with a git that has no 'git hook run'"
published
mkdir "$CASE_DIR/bin"
cat >"$CASE_DIR/bin/git" <<END
#!/bin/sh
if [ "\$1" = hook ]; then
	echo "git: 'hook' is not a git command. See 'git --help'." >&2
	exit 1
fi
exec $(command -v git) "\$@"
END
chmod +x "$CASE_DIR/bin/git"
PATH=$CASE_DIR/bin:$PATH
run revident hooks doctor
expect_exit 0
[ "$(grep -c '^ok: ' "$CASE_DIR/out")" = 3 ] || fail "$(cat "$CASE_DIR/out")"
printf '#!/bin/sh\n' >.git/hooks/pre-commit
run revident hooks doctor
expect_exit 1
PATH=$plain_path

it "directories with odd names, apart from their git directory, clones that are not whole"
published
odd=$CASE_DIR/$(printf 'a b:c"d\\e$(x)`y\nz')
git clone -q . "$odd"
git clone -q --separate-git-dir ../git-dir . ../apart
git clone -q --depth 1 "file://$PWD" ../shallow
git clone -q --filter=blob:none --no-local . ../partial 2>/dev/null
for clone in "$odd" ../apart ../shallow ../partial; do
	revident -C "$clone" hooks install >"$CASE_DIR/out"
	run revident -C "$clone" hooks doctor
	expect_exit 0
	[ "$(grep -c '^ok: ' "$CASE_DIR/out")" = 3 ] || fail "$clone: $(cat "$CASE_DIR/out")"
	overwrite "$clone"
	(cd "$clone" && blocked git commit -q -a -m x)
done
cd "$CASE_DIR"
GIT_DIR=git-dir GIT_WORK_TREE=apart run revident hooks doctor
expect_exit 0

it "doctor: each thing that can be wrong"
published
chmod -x .git/hooks/pre-push
sed -i 's/^revident=.*/revident=none/' .git/hooks/pre-commit
printf '#!/bin/sh\nexit 1\n' >.git/hooks/pre-merge-commit
run revident hooks doctor
expect_exit 1
expect_out <<'END'
wrong: .git/hooks/pre-commit does not find revident, and blocks whatever touches
  a migration: put revident into PATH, or revident hooks install
wrong: .git/hooks/pre-merge-commit fails before revident judges:
  run it by itself and see why
wrong: .git/hooks/pre-push is no program that git may run: chmod +x
END
printf '#!/bin/sh\n: call_lefthook\n' >.git/hooks/pre-merge-commit
printf '#!/bin/sh\n' >.git/hooks/pre-push
chmod +x .git/hooks/pre-push
rm .git/hooks/pre-commit
run revident hooks doctor
expect_exit 1
expect_out <<'END'
wrong: .git/hooks/pre-commit is not there:
  lefthook was not told of it, or not installed here
wrong: .git/hooks/pre-merge-commit lets the change through; lefthook is not told
  to run revident, or passes over commits that only delete files:
  revident hooks install --print
wrong: .git/hooks/pre-push lets the change through, it does not run revident:
  revident hooks install
END
rm .git/hooks/pre-merge-commit .git/hooks/pre-push
revident hooks install >"$CASE_DIR/out"
git config core.hooksPath elsewhere
run revident hooks doctor
expect_exit 1
run revident hooks doctor --format json
expect_exit 1
expect_json '[(h["hook"], h["path"], h["state"], h["fix"]) for h in d["hooks"]][0]' \
	'["pre-commit", "elsewhere/pre-commit", "wrong", "revident hooks install"]'
expect_json 'd["action"], d["directory"], d["hooks"][-1]["hook"], d["hooks"][-1]["message"]' \
	'["doctor", "elsewhere", null, "core.hooksPath sends git to '"'elsewhere'"', past the hooks of revident in its own directory"]'

it "doctor: where nothing is forbidden, it cannot tell"
git init -q -b main empty
run revident -C empty hooks doctor
expect_exit 3
expect_err <<'END'
revident: HEAD has no migration: there is no forbidden change to try the hooks with
END
published
git update-ref -d refs/remotes/origin/main
git update-ref refs/remotes/origin/main "$(git commit-tree -m none "$(git mktree </dev/null)")"
run revident hooks doctor
expect_exit 3
expect_err <<'END'
revident: no migration of HEAD is published, or waivers let all of them go: there is no forbidden change to try the hooks with
END

it "doctor: what git would wait for, or cannot be read, is told"
published
mkdir -p "$CASE_DIR/store/objects"
git init -q --bare "$CASE_DIR/store"
echo "$CASE_DIR/store/objects" >.git/objects/info/alternates
rm "$CASE_DIR/store/HEAD"
mkfifo "$CASE_DIR/store/HEAD"
run timeout 20 "$REVIDENT" hooks doctor
expect_exit 0
tree=$(git rev-parse HEAD:migrations/versions)
file=.git/objects/$(echo "$tree" | sed 's|^..|&/|')
mv "$file" "$CASE_DIR/kept"
mkfifo "$file"
run timeout 20 "$REVIDENT" hooks doctor
expect_exit 3
expect_out </dev/null
grep -q "^revident: the hooks cannot be tried: .*$tree" "$CASE_DIR/err" || fail "says: $(cat "$CASE_DIR/err")"
rm "$file"
mv "$CASE_DIR/kept" "$file"

it "doctor: what git alone reads is looked at before git waits for it"
published
revident hooks install >/dev/null
git commit-graph write --reachable --split
git update-index --split-index
layer=.git/objects/info/commit-graphs/graph-$(cat .git/objects/info/commit-graphs/commit-graph-chain).graph
shared=$(echo .git/sharedindex.*)
mkdir -p .git/refs/replace
for file in "$layer" "$shared" ".git/refs/replace/$(git rev-parse HEAD)" .git/info/sparse-checkout .gitattributes; do
	[ ! -e "$file" ] || mv "$file" "$CASE_DIR/kept"
	mkfifo "$file"
	# git is given ten seconds where it waits
	run timeout 9 "$REVIDENT" hooks doctor
	expect_exit 3
	expect_out </dev/null
	grep -q "$file' is a named pipe where git keeps a file" "$CASE_DIR/err" || fail "$file: says $(cat "$CASE_DIR/err")"
	rm "$file"
	[ ! -e "$CASE_DIR/kept" ] || mv "$CASE_DIR/kept" "$file"
done
run revident hooks doctor
expect_exit 0

it "doctor: grafts that the environment names decide nothing and are not waited for"
published
revident hooks install >/dev/null
mkfifo "$CASE_DIR/grafts"
run env GIT_GRAFT_FILE="$CASE_DIR/grafts" timeout 9 "$REVIDENT" hooks doctor
expect_exit 0
