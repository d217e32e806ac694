#!/bin/sh
# The hooks' scripts by themselves: what they hand on, what they do with the hook that was there before, and what they
# do where there is no revident. A stand-in writes down how it is called; t-hooks-git.sh has the real one.

. "${0%/*}/lib.sh"
need_command hooks

PATH=$(printf '%s' "$PATH" | tr ':' '\n' | while read -r dir; do [ -x "$dir/revident" ] || printf '%s:' "$dir"; done)
PATH=${PATH%:}
plain_path=$PATH

# stand_in [STATUS]: a revident in PATH that keeps its arguments and its standard input in $CASE_DIR/calls.log
stand_in() {
	mkdir -p "$CASE_DIR/bin"
	cat >"$CASE_DIR/bin/revident" <<END
#!/bin/sh
{ echo "revident \$*"; cat; } >>"$CASE_DIR/calls.log"
exit ${1:-0}
END
	chmod +x "$CASE_DIR/bin/revident"
	PATH=$CASE_DIR/bin:$PATH
}

# saved HOOK [STATUS]: one that was there before, and keeps the same
saved() {
	cat >".git/hooks/$1.revident-saved" <<END
#!/bin/sh
{ echo "saved \$*"; cat; } >>"$CASE_DIR/calls.log"
exit ${2:-0}
END
	chmod +x ".git/hooks/$1.revident-saved"
}

repository() {
	PATH=$plain_path
	git init -q -b main "$CASE_DIR/$1"
	REPOS="$REPOS $CASE_DIR/$1"
	cd "$CASE_DIR/$1"
	cp "$TOP"/hooks/pre-* .git/hooks
	mkdir -p a/versions/deep
	echo 1 >a/versions/deep/x.py
	echo 1 >other.txt
}

# for a test of pushes: one commit, and a repository to push to
pushing() {
	repository "$1"
	git init -q --bare "$CASE_DIR/remote"
	git remote add origin "$CASE_DIR/remote"
	git add other.txt
	git commit -q --no-verify -m one
}

# blocked_unfound WHAT: the last run was stopped since there is no revident
blocked_unfound() {
	expect_exit 1
	grep -q "^revident: not found.* and this $1 changes .py files below a versions directory, so it is blocked;" \
		"$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
}

passed_unfound() {
	expect_exit 0
	grep -qx "revident: not found, so this $1 is not judged; it changes no migration" "$CASE_DIR/err" ||
		fail "$(cat "$CASE_DIR/err")"
}

it "pre-commit and pre-merge-commit call check --staged, after the hook that was there"
repository called
stand_in
saved pre-commit
saved pre-merge-commit
git add .
git commit -q -m one
git checkout -q -b side HEAD
git commit -q --allow-empty -m two
git checkout -q main
git commit -q --allow-empty -m three
git merge -q --no-edit side
expect_file ../calls.log <<'END'
saved 
revident check --staged
saved 
revident check --staged
saved 
revident check --staged
saved 
revident check --staged
END

it "the hook that was there blocks by itself, and is not run where git would not run it"
repository statuses
stand_in
saved pre-commit 7
git add .
run git commit -q -m one
expect_exit 1
expect_file ../calls.log <<'END'
saved 
END
chmod -x .git/hooks/pre-commit.revident-saved
run git commit -q -m one
expect_exit 0
stand_in 3
saved pre-commit
run git commit -q -m two --allow-empty
expect_exit 1

it "pre-push hands arguments and the whole standard input to both"
pushing push
stand_in
saved pre-push
git branch two
git tag three
run git push -q origin main two three
expect_exit 0
head=$(git rev-parse HEAD)
none=0000000000000000000000000000000000000000
expect_file ../calls.log <<END
saved origin $CASE_DIR/remote
refs/heads/main $head refs/heads/main $none
refs/heads/two $head refs/heads/two $none
refs/tags/three $head refs/tags/three $none
revident check --pre-push origin $CASE_DIR/remote
refs/heads/main $head refs/heads/main $none
refs/heads/two $head refs/heads/two $none
refs/tags/three $head refs/tags/three $none
END
rm ../calls.log
run git push -q origin main
expect_exit 0
expect_file ../calls.log <<END
saved origin $CASE_DIR/remote
revident check --pre-push origin $CASE_DIR/remote
END
saved pre-push 1
run git push -q origin :two
expect_exit 1
saved pre-push
stand_in 1
run git push -q origin :two
expect_exit 1
stand_in
# shellcheck disable=SC2016 # for the other shell
printf '#!/bin/sh\nexit 0\n' >.git/hooks/pre-push.revident-saved
run git push -q origin :two
expect_exit 0

it "pre-receive hands the whole standard input to both"
pushing receive
stand_in
cp "$TOP/hooks/pre-receive" ../remote/hooks
cat >../remote/hooks/pre-receive.revident-saved <<END
#!/bin/sh
{ echo "saved \$*"; cat; } >>"$CASE_DIR/calls.log"
END
chmod +x ../remote/hooks/pre-receive.revident-saved
run git push -q --no-verify origin main main:two
expect_exit 0
head=$(git rev-parse HEAD)
expect_file ../calls.log <<END
saved 
$none $head refs/heads/main
$none $head refs/heads/two
revident check --pre-receive
$none $head refs/heads/main
$none $head refs/heads/two
END
stand_in 1
run git push -q --no-verify origin main:three
expect_exit 1

it "the path that was recorded counts, then PATH"
repository recorded
stand_in
cp ../bin/revident ../elsewhere
sed -i "s|echo \"revident|echo \"elsewhere|" ../elsewhere
sed -i "s|^revident=revident|revident=$CASE_DIR/elsewhere|" .git/hooks/pre-commit
git add .
git commit -q -m one
rm ../elsewhere
git commit -q -m two --allow-empty
expect_file ../calls.log <<'END'
elsewhere check --staged
revident check --staged
END

it "without revident, a commit that touches a migration is blocked, another one warned of"
repository unfound
git add a
run git commit -q -m one
blocked_unfound commit
grep -qx 'install revident, or pass this once: git commit --no-verify' "$CASE_DIR/err" || fail "no way out is named"
run git commit -q -m one --no-verify
expect_exit 0
git add other.txt
run git commit -q -m two
passed_unfound commit
mkdir versions conversions
echo 1 >conversions/x.py
echo 1 >a/versions/x.txt
git add conversions a
run git --literal-pathspecs commit -q -m three
passed_unfound commit
echo 1 >versions/x.py
git add versions
run git --literal-pathspecs commit -q -m four
blocked_unfound commit
git rm -q -f --cached versions/x.py
git rm -q a/versions/deep/x.py
run git commit -q -m five
blocked_unfound commit
git reset -q --hard
git checkout -q -b side
git rm -q a/versions/deep/x.py
git commit -q --no-verify -m side
git checkout -q main
git commit -q --no-verify --allow-empty -m six
run git merge -q --no-edit side
blocked_unfound merge
git merge --abort 2>/dev/null || git reset -q --hard

it "without revident, a push that brings such a commit is blocked, another one warned of"
pushing unpushed
run git push -q origin main
passed_unfound push
git add a
git commit -q --no-verify -m migration
run git push -q origin HEAD~1:refs/heads/same
passed_unfound push
run git push -q origin main
blocked_unfound push
run git push -q origin 'HEAD^{commit}:refs/heads/new'
blocked_unfound push
run git push -q origin HEAD~1:refs/heads/x HEAD:refs/heads/y
blocked_unfound push
run git push -q "$CASE_DIR/remote" :same
passed_unfound push
run git push -q --no-verify origin main
expect_exit 0
git checkout -q -b after
git commit -q --no-verify --allow-empty -m after
run git push -q origin after
passed_unfound push

it "without revident on the server, the same for what arrives there"
pushing unreceived
cp "$TOP/hooks/pre-receive" ../remote/hooks
run git push -q --no-verify origin main
expect_exit 0
grep -q '^remote: revident: not found, so this push is not judged; it changes no migration' "$CASE_DIR/err" ||
	fail "$(cat "$CASE_DIR/err")"
git add a
git commit -q --no-verify -m migration
run git push -q --no-verify origin main
expect_exit 1
grep -q '^remote: whoever keeps the server installs revident there' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
run git push -q --no-verify origin HEAD~1:refs/heads/old
expect_exit 0
run git push -q --no-verify origin :old
expect_exit 0
