#!/bin/sh
# Repositories as they come: each is read, or gets a clear sentence and exit 3.

. "${0%/*}/lib.sh"
need_binary

# a_clear_sentence: exit 3, nothing on standard output, one line that is ours.
a_clear_sentence() {
	expect_exit 3
	expect_out </dev/null
	grep -q '^revident: ' "$CASE_DIR/err" || fail "no sentence of its own: $(cat "$CASE_DIR/err")"
	[ "$(wc -l <"$CASE_DIR/err")" -le 3 ] || fail "more than a sentence"
}

# the_accident: scan finds it here.
the_accident() {
	run revident scan "$@" --format json
	expect_exit 1
	expect_json '[l["revision"] for l in d["lost"]]' '["189b1231afd4"]'
}

it "a detached HEAD"
fixture september-17
git checkout -q --detach
the_accident
expect_json 'd["repository"]["head"]' 'null'

it "a linked work tree, and --all sees its HEAD"
fixture september-17
git worktree add -q --detach "$CASE_DIR/linked" "$(mark :5)"
cd "$CASE_DIR/linked"
run revident scan --format json
expect_exit 0
git -C "$CASE_DIR/september-17" update-ref refs/heads/keep "$(mark :7)"
cd habits_service/app
the_accident main
fixture deleted-head
git worktree add -q --detach "$CASE_DIR/other" "$(mark :1)"
git -C "$CASE_DIR/other" rm -q migrations/versions/a1a1a1a1a1a1_users.py
git -C "$CASE_DIR/other" commit -q -m 'Remove users'
run revident scan --all --format json
expect_json '[m["revision"] for m in d["missing"]]' '["a1a1a1a1a1a1"]'

it "a linked work tree's HEAD that is damaged, gone or no commit is said to be"
fixture merge-migration
git worktree add -q --detach "$CASE_DIR/linked" HEAD
head=.git/worktrees/linked/HEAD
for content in 'ref: HEAD' "$(git rev-parse HEAD:alembic.ini)" "$(mark :1 39)" gone; do
	echo "$content" >$head
	[ "$content" != gone ] || rm $head
	run revident scan --all --format json
	expect_exit 3
	expect_json '["worktrees/linked/HEAD" in limit for limit in d["repository"]["limits"]]' '[true]'
done
rm .git/worktrees/linked/gitdir # it is no work tree for git either
run revident scan --all
expect_exit 0

it "a work tree that is linked to a bare repository is none"
fixture overwritten-head bare
git worktree add -q "$CASE_DIR/linked" main
cd "$CASE_DIR/linked"
git reset -q --hard "$(mark :1)"
git update-ref refs/remotes/origin/main "$(mark :1)"
git show "$(mark :2):migrations/versions/b2b2b2b2b2b2_orders.py" >migrations/versions/b2b2b2b2b2b2_orders.py
run revident check --worktree
expect_exit 1
git add -A
run revident check --staged
expect_exit 1
run revident scan --format json
expect_json 'd["repository"]["bare"], [w["kind"] for w in d["worktree"]]' '[false, ["overwritten"]]'
run revident hooks install
expect_exit 0
run git commit -q -m overwritten
[ "$(git rev-parse HEAD)" = "$(mark :1)" ] || fail "the hook lets it through"
cd "$CASE_DIR/overwritten-head"
run revident check --staged
expect_exit 2
git config extensions.worktreeConfig true # now it is told of itself, too, as git is
cd "$CASE_DIR/linked"
[ "$(git rev-parse --is-bare-repository)" = true ] || fail "git thinks otherwise"
run revident check --staged
expect_exit 2

it "GIT_WORK_TREE that names none is no bare repository"
fixture september-17
for work_tree in "$CASE_DIR/none" alembic.ini; do
	run env GIT_DIR=.git GIT_WORK_TREE="$work_tree" "$REVIDENT" audit
	expect_exit 2
	expect_out </dev/null
	grep -q "GIT_WORK_TREE names '$work_tree', which is no directory" "$CASE_DIR/err" || fail "says: $(cat "$CASE_DIR/err")"
done

it "many references: twenty are named, the rest counted"
fixture overwritten
for number in 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
	git update-ref "refs/heads/b$number" HEAD
done
run revident scan --all --format json
expect_json 'len(d["missing"][0]["tips"]), d["missing"][0]["tips_more"]' '[20, 7]'

it "a reference that points to nothing"
fixture september-17
fsck_fails
echo 0123456789012345678901234567890123456789 >.git/refs/heads/dangling
the_accident
run revident scan --all --format json
[ "$(cat "$CASE_DIR/status")" -eq 1 ] || [ "$(cat "$CASE_DIR/status")" -eq 3 ] || fail "neither found nor undecided"
expect_json '[l["revision"] for l in d["lost"]] in ([], ["189b1231afd4"])' 'true'
no_fsck

it "configuration that the library does not know"
fixture september-17
git config core.repositoryformatversion 1
git config extensions.worktreeConfig true
the_accident
git config extensions.partialClone origin
the_accident
git config extensions.preciousObjects true
the_accident
git config extensions.objectFormat sha1
the_accident
git config extensions.noop-v1 true
the_accident

it "a reference storage that cannot be read"
fixture september-17
git config core.repositoryformatversion 1
git config extensions.refStorage reftable
run revident scan
a_clear_sentence
no_fsck

it "SHA-256"
git init -q -b main --object-format=sha256 sha256 2>/dev/null || skip "git cannot make SHA-256 repositories"
cd sha256
echo hello >README
git add README
git commit -q -m 'Say hello'
run revident scan
a_clear_sentence

it "a repository owned by someone else"
[ "$(id -u)" -eq 0 ] || skip "needs root to give files away"
fixture september-17
chown -R 65534 "$CASE_DIR/september-17"
the_accident
no_fsck

it "a partial clone lacks blobs that are not migrations"
fixture september-17
git config uploadpack.allowFilter true
git config uploadpack.allowAnySHA1InWant true
git clone -q --no-checkout --filter=blob:none "file://$CASE_DIR/september-17" "$CASE_DIR/partial"
cd "$CASE_DIR/partial"
for path in alembic.ini alembic/env.py; do
	git cat-file -e "HEAD:habits_service/$path"
done
for commit in "$(mark :2)" "$(mark :6)" "$(mark :7)"; do
	git ls-tree -r "$commit" -- habits_service/alembic | while read -r _ _ blob _; do
		git cat-file -e "$blob"
	done
done
git remote set-url origin "file://$CASE_DIR/gone"
the_accident
expect_json 'd["repository"]["complete"]' 'true'

it "grafts are not followed"
fixture september-17
mkdir -p .git/info
echo "$(mark :7) $(mark :5)" >.git/info/grafts
the_accident
[ -s "$CASE_DIR/err" ] || fail "says nothing of the graft"
no_fsck

it "a commit that is damaged"
fixture september-17
fsck_fails
path=.git/objects/$(mark :3 2)/$(mark :3 | cut -c3-)
chmod u+w "$path"
echo damage >"$path"
run timeout 20 "$REVIDENT" scan --format json
case $(cat "$CASE_DIR/status") in
1) expect_json 'd["repository"]["complete"]' 'false' ;;
3) ;;
*) fail "neither found nor undecided" ;;
esac
grep -q "$(mark :3)" "$CASE_DIR/out" "$CASE_DIR/err" || fail "does not name the commit"

it "-v says how long it took, -q says nothing, both answer the same"
fixture september-17
run revident scan
cp "$CASE_DIR/out" "$CASE_DIR/reference"
run revident scan -v
compare "$CASE_DIR/reference" "$CASE_DIR/out" "the answer with -v"
grep -q ' ms ' "$CASE_DIR/err" || fail "no times"
git replace "$(mark :6)" "$(mark :5)"
run revident scan -q
compare "$CASE_DIR/reference" "$CASE_DIR/out" "the answer with -q"
expect_err </dev/null

it "a filter that the configuration defines is not run"
fixture merge-migration
edited=migrations/versions/a1a1a1a1a1a1_users.py
mkdir -p .git/info
for name in plain 'with.dot and space'; do
	git config "filter.$name.clean" "touch '$CASE_DIR/ran'; cat"
	git config "filter.$name.process" "touch '$CASE_DIR/ran'; false"
done
git config filter.plain.required true
echo '*.py filter=plain' >.git/info/attributes
printf '[include]\n\tpath = more\n[includeIf "hasconfig:remote.*.url:x"]\n\tpath = most\n[remote "x"]\n\turl = x\n' >>.git/config
git config -f .git/more filter.more.clean "touch '$CASE_DIR/ran'; cat"
git config -f .git/most filter.most.clean "touch '$CASE_DIR/ran'; cat"
sed 's/a1a1a1a1a1a1/f6f6f6f6f6f6/' "$edited" >changed.txt
for filter in plain more most; do
	echo "*.py filter=$filter" >.git/info/attributes
	cp changed.txt "$edited"
	for command in scan 'audit --worktree' 'check --worktree' 'check --staged' recover 'recover --apply'; do
		# shellcheck disable=SC2086 # a command and its options
		run revident $command
		[ "$(cat "$CASE_DIR/status")" -le 1 ] || fail "$command: $(cat "$CASE_DIR/err")"
		[ ! -e "$CASE_DIR/ran" ] || fail "$command runs the filter $filter"
		rm -f "$CASE_DIR/ran"
	done
done
git config 'filter.a=b.clean' cat
run revident audit --worktree
a_clear_sentence
grep -q 'a=b' "$CASE_DIR/err" || fail "does not name the filter"

it "a named pipe where git reads a file is not waited for"
fixture merge-migration
for path in .gitignore .gitattributes .git/info/exclude .git/info/attributes .git/config.worktree; do
	mkdir -p .git/info
	[ ! -e $path ] || mv $path "$CASE_DIR/kept"
	mkfifo $path
	run timeout 5 "$REVIDENT" audit --worktree
	a_clear_sentence
	grep -q "$path" "$CASE_DIR/err" || fail "does not name $path"
	rm $path
	[ ! -e "$CASE_DIR/kept" ] || mv "$CASE_DIR/kept" $path
done

it "nor one that the configuration names"
fixture merge-migration
mkfifo .git/pipe
cp .git/config "$CASE_DIR/config"
printf '[INCLUDE]\n\tpath = pipe\n' >>.git/config
run timeout 60 "$REVIDENT" scan
a_clear_sentence
cp "$CASE_DIR/config" .git/config
for key in core.excludesFile core.attributesFile; do
	git config $key .git/pipe
	run timeout 5 "$REVIDENT" audit --worktree
	a_clear_sentence
	grep -q "'.*/[.]git/pipe'" "$CASE_DIR/err" || fail "does not name the pipe: $(cat "$CASE_DIR/err")"
	git config $key /dev/zero
	run timeout 5 "$REVIDENT" audit --worktree
	a_clear_sentence
	git config $key /dev/null
	run "$REVIDENT" audit --worktree
	expect_exit 0
	git config --unset $key
done
if [ "${HOSTILE:-}" = all ]; then
	mkdir below
	mkfifo below/.gitignore
	run timeout 60 "$REVIDENT" audit --worktree
	a_clear_sentence
	rm below/.gitignore
fi

it "nor one in the place of the user's own configuration"
fixture merge-migration
mkdir -p "$CASE_DIR/home/.config/git"
for path in .gitconfig .config/git/config; do
	mkfifo "$CASE_DIR/home/$path"
	run env HOME="$CASE_DIR/home" timeout 5 "$REVIDENT" scan
	a_clear_sentence
	grep -q "home/$path' is a named pipe" "$CASE_DIR/err" || fail "does not name $path"
	rm "$CASE_DIR/home/$path"
done
mkfifo "$CASE_DIR/home/pipe" "$CASE_DIR/home/.config/git/ignore"
printf '[include]\n\tpath = ~/pipe\n' >"$CASE_DIR/home/.gitconfig"
run env HOME="$CASE_DIR/home" timeout 5 "$REVIDENT" scan
a_clear_sentence
rm "$CASE_DIR/home/.gitconfig"
run env HOME="$CASE_DIR/home" timeout 5 "$REVIDENT" audit --worktree
a_clear_sentence
grep -q "git/ignore' is a named pipe" "$CASE_DIR/err" || fail "does not name it: $(cat "$CASE_DIR/err")"

it "a configuration that git refuses is not read in part"
fixture september-17
cp .git/config "$CASE_DIR/config"
mkdir .git/more
printf '[include]\n\tpath = more\n' >>.git/config
run revident check --range HEAD~1..HEAD
a_clear_sentence
grep -q 'git cannot read its configuration: .*more' "$CASE_DIR/err" || fail "says: $(cat "$CASE_DIR/err")"
head -c 100 /dev/zero >.git/config
run revident check --range HEAD~1..HEAD
a_clear_sentence
grep -q "config' holds a zero byte" "$CASE_DIR/err" || fail "says: $(cat "$CASE_DIR/err")"
# cut off in the middle of the ref that would have been protected
{ cat "$CASE_DIR/config" && printf '[revident]\n\tprotectedRef = "refs/heads/ma'; } >.git/config
run revident check --range HEAD~1..HEAD
a_clear_sentence
grep -q "config' holds a double quote that is not closed" "$CASE_DIR/err" || fail "says: $(cat "$CASE_DIR/err")"
{ cat "$CASE_DIR/config" && printf '[a "]\\""]\n\tb = \\""c;d"\\\n"e" ; "f\n# "g\n'; } >.git/config
git config --list >/dev/null || fail "git refuses it"
run revident check --range HEAD~1..HEAD
expect_err </dev/null
cp "$CASE_DIR/config" .git/config

it "the user's configuration that may not be read is passed by, as by git"
[ "$(id -u)" -eq 0 ] || skip "needs root to be somebody else"
fixture september-17
chmod 755 "$SANDBOX" "$CASE_DIR" # the program must be reachable, too
mkdir "$CASE_DIR/home"
chmod 700 "$CASE_DIR/home"
cp "$REVIDENT" "$CASE_DIR/revident-copy"
chmod -R a+rX .
run setpriv --reuid 65534 --clear-groups env HOME="$CASE_DIR/home" "$CASE_DIR/revident-copy" scan
expect_exit 1
