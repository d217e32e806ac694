#!/bin/sh
# What single damages make of the answers: never a finding that the whole repository does not have, and what cannot be
# told is said. tests/damage tries thousands of damages for less.
. "${0%/*}/lib.sh"
need_binary

# loose PLACE: the file of the object that a path in a commit, or an id, names.
loose() {
	loose_id=$(git rev-parse "$1")
	echo ".git/objects/$(echo "$loose_id" | cut -c1-2)/$(echo "$loose_id" | cut -c3-)"
}

# empty FILE: what a machine leaves behind that went down too early.
empty() {
	chmod u+w "$1"
	: >"$1"
}

it "what a file that cannot be read may declare is not called missing"
fixture merge-migration
fsck_fails
run revident scan --format json
expect_exit 0
empty "$(loose HEAD:migrations/versions/a1a1a1a1a1a1_users.py)"
run revident scan --format json
expect_exit 3
expect_json '[d["missing"], d["lost"], d["repository"]["complete"]]' '[[], [], false]'
run revident scan
expect_exit 3
grep -q '^Nothing is lost or missing in what could be read' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
run revident report
expect_exit 3
head -n 1 "$CASE_DIR/out" | grep -qx '# No migration is known to be missing' || fail "$(head -n 1 "$CASE_DIR/out")"
run revident explain a1a1a1a1a1a1 --format json
expect_json '[d["state"], d["broken"]]' '["unknown", false]'

it "nor what a file may declare that is too long to be read"
fixture merge-migration
long=migrations/versions/f0f0f0f0f0f0_long.py
printf "revision = 'f0f0f0f0f0f0'\ndown_revision = None\n" >"$long"
head -c 4200000 /dev/zero | tr '\0' '#' >>"$long"
git add .
git commit -qm 'Long'
run revident scan --format json
expect_exit 0
printf "revision = 'f1f1f1f1f1f1'\ndown_revision = 'f0f0f0f0f0f0'\n" >migrations/versions/f1f1f1f1f1f1_child.py
git add .
git commit -qm 'Child'
run revident scan --format json
expect_exit 3
expect_json '[d["missing"], d["repository"]["complete"]]' '[[], false]'
expect_json '[l for l in d["repository"]["limits"]]' "[\"'$long' has more than 4 MiB, and is not read: what it declares is not known\"]"
run revident recover
expect_exit 3
run revident audit --format json
expect_exit 1 # the file itself is an error
expect_json '[f["level"] for e in d["environments"] for f in e["findings"] if f["rule"] == "missing-revision"]' '["warning"]'
printf '[waiver "known"]\n\trule = unreadable-migration\n\treason = a generated file\n' >.revident
run revident audit --format json
expect_exit 3 # and where it is none, what it declares is an open question
expect_json 'd["limits"]' "[\"'$long' has more than 4 MiB, and is not read: what it declares is not known\"]"
printf '[rule "unreadable-migration"]\n\tlevel = off\n' >.revident
run revident audit
expect_exit 3
printf '[rule "missing-revision"]\n\tlevel = warning\n' >>.revident
run revident audit # nor is it an error that it is missing
expect_exit 0
rm .revident
run revident check --range HEAD~1..HEAD
expect_exit 3
printf "revision = 'f2f2f2f2f2f2'\ndown_revision = 'f3f3f3f3f3f3'\n" >migrations/versions/f2f2f2f2f2f2_more.py
git add .
git commit -qm 'One file cannot be two'
run revident scan --format json
expect_exit 1
expect_json 'sorted(m["revision"] for m in d["missing"])' '["f0f0f0f0f0f0", "f3f3f3f3f3f3"]'
run revident audit --format json
expect_json '[f["level"] for e in d["environments"] for f in e["findings"] if f["rule"] == "missing-revision"]' '["error", "error"]'
run revident check --range HEAD~1..HEAD
expect_exit 1

it "what history is seen to lose is missing, whatever cannot be read beside it"
fixture deleted-parent
fsck_fails
empty "$(loose HEAD:migrations/versions/a1a1a1a1a1a1_users.py)"
run revident scan --format json
expect_exit 1
expect_json '[m["revision"] for m in d["missing"]]' '["b2b2b2b2b2b2"]'

it "a HEAD that git gives no meaning to names no unborn branch"
fixture overwritten
fsck_fails
for content in 'ref: refs/heads/main\nref: refs/heads/main\n' 'ref: refs/heads/ma in\n' 'ref: refs/heads/main.lock\n' \
	'ref: refs/heads/@{1}\n' 'ref: main\n'; do
	# shellcheck disable=SC2059 # a format on purpose
	printf "$content" >.git/HEAD
	for command in scan 'scan --all' 'audit HEAD' 'check --staged' explain\ a1a1a1a1a1a1; do
		# shellcheck disable=SC2086 # a command and its operands
		run revident $command
		expect_exit 3
		grep -q "ref 'HEAD' is damaged" "$CASE_DIR/out" "$CASE_DIR/err" || fail "$command: $(cat "$CASE_DIR/err")"
	done
done

it "where git takes the repository for none, it is told that its HEAD is why"
fixture overwritten
cp .git/HEAD ../head
for content in '' 'garbage\n'; do
	# shellcheck disable=SC2059 # a format on purpose
	printf "$content" >.git/HEAD
	for command in audit 'hooks install' 'hooks doctor'; do
		# shellcheck disable=SC2086 # a command and its operands
		run revident $command
		expect_exit 3
		expect_err <<'END'
revident: ref 'HEAD' is damaged: write 'ref: refs/heads/BRANCH' into its file
END
	done
done
mv ../head .git/HEAD

it "a branch that is gone with its log still there is lost, not unborn"
fixture overwritten
git config core.logAllRefUpdates true
git commit -q --allow-empty -m 'leave a trace'
rm .git/refs/heads/main
for command in scan 'audit HEAD' 'check --staged' recover; do
	# shellcheck disable=SC2086 # a command and its operands
	run revident $command
	expect_exit 3
	grep -q "HEAD names 'refs/heads/main', which is not there" "$CASE_DIR/err" || fail "$command: $(cat "$CASE_DIR/err")"
done
git symbolic-ref HEAD refs/heads/new
run revident check --staged
grep -q 'not there' "$CASE_DIR/err" && fail "a new branch has no log: $(cat "$CASE_DIR/err")"

it "a repository without its HEAD is not passed over for the one around it"
fixture overwritten
mkdir inner
git init -q -b main inner
cd inner
mv .git/HEAD ../head
for command in scan audit 'check --staged'; do
	# shellcheck disable=SC2086 # a command and its options
	run revident $command
	expect_exit 3
	grep -q "inner/.git' lacks its HEAD" "$CASE_DIR/err" || fail "$command: $(cat "$CASE_DIR/err")"
done
mv ../head .git/HEAD

it "nor one without its objects, or whose objects are a link to itself"
fixture overwritten
mkdir inner
git init -q -b main inner
cd inner
rm -r .git/objects
for command in scan audit 'check --staged'; do
	# shellcheck disable=SC2086 # a command and its options
	run revident $command
	expect_exit 3
	grep -q "inner/.git' lacks its .* objects" "$CASE_DIR/err" || fail "$command: $(cat "$CASE_DIR/err")"
done
ln -s objects .git/objects
run revident scan
expect_exit 3

it "a parent that is the null id is shown as what it is, and history is not whole"
fixture overwritten
fsck_fails "there is no such object"
git cat-file commit HEAD | sed "s/^parent .*/&\\nparent $(printf %040d 0)/" >"$CASE_DIR/commit"
git update-ref refs/heads/main "$(git hash-object -t commit -w --literally "$CASE_DIR/commit")"
run revident report --format json
expect_json '[c["commit"]["parents"][1] for c in d["cases"][0]["timeline"] if c["kind"] == "as-of"]' "[\"$(printf %040d 0)\"]"

it "nothing to draw in what could be read is not wrong usage"
fixture overwritten
fsck_fails
empty "$(loose HEAD:alembic.ini)"
empty "$(loose HEAD:migrations)"
for format in mermaid svg; do
	run revident audit HEAD --format $format
	expect_exit 3
	grep -q 'what could be read has no environment to draw' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
done

it "git is not let loose on a ref that is a device, which it reads without end"
fixture september-17
run revident hooks install
ln -s /dev/zero .git/refs/stash
run timeout 20 "$REVIDENT" hooks doctor
expect_exit 3
grep -q "cannot be tried: .*refs/stash' is a device" "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
rm .git/refs/stash

it "what is judged without a base, in a first commit or a first push, is not let through unread"
fixture merge-migration
fsck_fails
tip=$(git rev-parse HEAD)
empty "$(loose HEAD:migrations/versions/a1a1a1a1a1a1_users.py)"
git symbolic-ref HEAD refs/heads/new
run revident check --staged
expect_exit 3
git symbolic-ref HEAD refs/heads/main
echo "refs/heads/main $tip refs/heads/main 0000000000000000000000000000000000000000" >push
run revident check --pre-push origin "file://$CASE_DIR/none" <push
expect_exit 3
empty "$(loose HEAD:migrations/versions)"
run revident check --pre-push origin "file://$CASE_DIR/none" <push
expect_exit 3
rm push

it "what the index holds and nobody can read is not called stripped where the work tree shows it"
fixture merge-migration
fsck_fails
edited=migrations/versions/a1a1a1a1a1a1_users.py
echo '# staged' >>"$edited"
git add "$edited"
run revident scan --format json
expect_json 'd["worktree"]' '[]'
empty "$(loose ":$edited")"
run revident scan --format json
expect_exit 3
expect_json 'd["worktree"]' '[]'

it "a configuration that includes a named pipe, or files without end, is told at once"
fixture overwritten
mkdir more
mkfifo more/pipe
cp .git/config "$CASE_DIR/config"
printf '[Include]\n\tpath = "../more/one"\n[other]\n\tpath = ../more/none\n' >>.git/config
printf '[includeIf "gitdir:**"] path = pipe\n' >more/one
run timeout 5 "$REVIDENT" scan
expect_exit 3
grep -q "more/pipe' is a named pipe" "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
next=one
for level in 2 3 4 5 6 7 8 9; do
	printf '[include]\n' >"more/$next"
	for _ in 1 2 3 4 5 6 7 8; do
		echo "path = $level" >>"more/$next"
	done
	next=$level
done
: >more/9
run timeout 5 "$REVIDENT" scan
expect_exit 3
grep -q 'includes more than' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
mv "$CASE_DIR/config" .git/config # git itself would read them all before it removes a line
rm -r more

it "what is no file where the work tree should have a configuration or a migration cannot be told"
fixture merge-migration
run revident audit
expect_exit 0
for path in alembic.ini migrations/versions/a1a1a1a1a1a1_users.py; do
	[ -f "$path" ] || fail "$path is not in the fixture"
	for way in 'mkfifo' 'ln -s nowhere' 'ln -s alembic.ini' 'ln -s /dev/zero'; do
		rm "$path"
		$way "$path"
		run timeout 20 "$REVIDENT" audit
		expect_exit 3
		grep -q "'$path' in the work tree is a" "$CASE_DIR/out" "$CASE_DIR/err" || fail "$path, $way: $(cat "$CASE_DIR/out")"
		run timeout 20 "$REVIDENT" check --worktree
		expect_exit 3
	done
	rm "$path"
	git checkout -q -- "$path"
done

it "a configuration that changes and cannot be read may place the migrations anywhere"
fixture overwritten
config=$(git ls-files '*alembic.ini' | head -n 1)
echo '# ' >>"$config"
git add -A
run revident check --staged
expect_exit 0
yes '# padding' | head -n 450000 >>"$config"
git add -A
run revident check --staged
expect_exit 3
tr -s ' \n' '  ' <"$CASE_DIR/out" >"$CASE_DIR/words"
grep -q "$config (blob [0-9a-f]*), which may say where migrations are, cannot be read: .* more than the 4194304" "$CASE_DIR/words" ||
	fail "$(cat "$CASE_DIR/out")"

finish
