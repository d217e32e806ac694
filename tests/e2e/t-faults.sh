#!/bin/sh
# A disk that is full, a reader that goes, descriptors that are closed, signals: the exit status tells, what is written
# is whole or not there, and the repository is as it was. tests/fault makes single calls fail; this is the real thing.

. "${0%/*}/lib.sh"
need_command recover

# each_command FUNCTION: with the words of every command that answers about september-17.
each_command() {
	"$1" scan
	"$1" scan --format json
	"$1" explain 189b1231afd4
	"$1" show 189b1231afd4
	"$1" recover
	"$1" recover --patch
	"$1" audit
	"$1" check --format json --range HEAD~1..HEAD
	"$1" report --format json
	"$1" hooks doctor
	"$1" schema revident.scan.v1
	"$1" help
}

# each_format FUNCTION: those that each_command leaves out.
each_format() {
	for format in ndjson sarif; do "$1" scan --format $format; done
	"$1" explain --format json 189b1231afd4
	for format in json ndjson sarif mermaid svg; do "$1" audit --format $format; done
	"$1" recover --format json
	for format in sarif gitlab; do "$1" check --range HEAD~1..HEAD --format $format; done
	"$1" check --list-rules
	for format in markdown html; do "$1" report --format $format; done
	"$1" hooks doctor --format json
	"$1" hooks --print install
	"$1" version
}

to_full_disk() {
	run sh -c '"$0" "$@" >/dev/full' "$REVIDENT" "$@"
	expect_exit 3
	grep -q 'No space left on device' "$CASE_DIR/err" || fail "$*: does not say that the disk is full"
}

it "a full disk behind standard output"
[ -c /dev/full ] || skip "there is no /dev/full"
fixture september-17
snapshot "$CASE_DIR/before"
each_command to_full_disk
each_format to_full_disk
run revident scan -o /dev/full
expect_exit 3
[ -c /dev/full ] || fail "the device was replaced"
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

# The first byte is read, and no more. A result that fits into the pipe is written before anyone could know.
to_reader_that_goes() {
	(
		status=0
		revident "$@" 2>"$CASE_DIR/err" || status=$?
		echo "$status" >"$CASE_DIR/status"
	) | head -c 1 >/dev/null
	case $(cat "$CASE_DIR/status") in
	0 | 1 | 3) ;;
	*) fail "exit $(cat "$CASE_DIR/status") when the reader went: $*" ;;
	esac
}

it "a reader that goes after the first byte, and one that has SIGPIPE ignored"
fixture september-17
snapshot "$CASE_DIR/before"
each_command to_reader_that_goes
(
	trap '' PIPE
	each_command to_reader_that_goes
)
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

# shellcheck disable=SC2016 # for the inner shell
without_output() {
	run sh -c '"$0" "$@" >&-' "$REVIDENT" "$@"
	expect_exit 3
}

# shellcheck disable=SC2016 # for the inner shell
without_input_and_errors() {
	run "$REVIDENT" "$@"
	cp "$CASE_DIR/out" "$CASE_DIR/wanted"
	cp "$CASE_DIR/status" "$CASE_DIR/wanted.status"
	run sh -c '"$0" "$@" <&- 2>&-' "$REVIDENT" "$@"
	expect_exit "$(cat "$CASE_DIR/wanted.status")"
	compare "$CASE_DIR/wanted" "$CASE_DIR/out" "standard output"
}

it "descriptors that are closed are nobody's"
fixture september-17
snapshot "$CASE_DIR/before"
each_command without_output
each_command without_input_and_errors
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

# --- a file system that is full -----------------------------------------------

# on_small_disk FORM: the fixture on a file system of its own, which is full; $DISK/filler is what fills it.
on_small_disk() {
	fixture september-17
	no_fsck
	DISK=$CASE_DIR/disk
	mkdir "$DISK"
	mount -t tmpfs -o size=4m tmpfs "$DISK" 2>/dev/null || return 1
	at_exit "umount '$DISK'"
	cp -R "$CASE_DIR/september-17/." "$DISK"
	cd "$DISK"
	content >"$CASE_DIR/old"
	dd if=/dev/zero of=.git/filler bs=4096 2>/dev/null || :
}

content() {
	find . -name filler -prune -o -type f ! -path './.git/index' -exec cksum {} + | sort
}

unchanged() {
	content >"$CASE_DIR/now"
	compare "$CASE_DIR/old" "$CASE_DIR/now" "the full disk"
}

it "a file system that is full: nothing is changed, and with room again all is well"
if on_small_disk; then
	run revident scan -o out
	expect_exit 3
	unchanged
	run revident recover --apply
	expect_exit 3
	unchanged
	run revident recover -o repaired
	expect_exit 3
	rm -rf repaired
	unchanged
	run revident hooks install
	expect_exit 3
	unchanged
	run revident report --evidence evidence -o report.md
	expect_exit 3
	expect_no_file report.md
	[ -z "$(find . -name '.revident-*')" ] || fail "temporaries are left"
	rm -rf evidence .git/filler
	unchanged
	run revident recover --apply
	expect_exit 0
	run revident audit
	expect_exit 0
	run revident hooks install
	expect_exit 0
	cd "$CASE_DIR"
else
	skip "no file system can be mounted here"
fi

# to_full_file COMMAND...: its -o, where a file is already and where none is.
to_full_file() {
	echo before >result
	for target in result result.new; do
		run revident "$@" -o "$target"
		expect_exit 3
		grep -q 'No space left on device' "$CASE_DIR/err" || fail "$* -o: does not say that the disk is full"
	done
	[ "$(cat result)" = before ] || fail "$* -o: the old file is not what it was"
	[ "$(echo result* .revident-*)" = "result .revident-*" ] || fail "$* -o: leaves $(echo result* .revident-*)"
}

it "a file system that is full: -o of every command leaves the file that was there"
if on_small_disk; then
	rm .git/filler
	echo before >result
	dd if=/dev/zero of=.git/filler bs=4096 2>/dev/null || :
	to_full_file scan
	to_full_file scan --format sarif
	to_full_file explain 189b1231afd4
	to_full_file show 189b1231afd4
	to_full_file audit --format svg
	to_full_file check --range HEAD~1..HEAD --format gitlab
	to_full_file report --format html
	to_full_file schema revident.scan.v1
	to_full_file help
	to_full_file version
	rm result .git/filler
	unchanged
	cd "$CASE_DIR"
else
	skip "no file system can be mounted here"
fi

it "a file system that is full: the sweep answers as ever, and keeps nothing"
if on_small_disk; then
	rm .git/filler
	git config gc.auto 0
	seq 1001 2100 | sed 's/.*/blob\
data 4\
&/' | git -c fastimport.unpackLimit=1 fast-import --quiet
	run revident recover --no-cache --from unreachable --format json
	cp "$CASE_DIR/out" "$CASE_DIR/wanted"
	wanted=$(cat "$CASE_DIR/status")
	mkdir -p .git/revident/sweep
	dd if=/dev/zero of=.git/filler bs=4096 2>/dev/null || :
	run revident recover --from unreachable --format json
	expect_exit "$wanted"
	compare "$CASE_DIR/wanted" "$CASE_DIR/out" "the answer on a full disk"
	[ -z "$(ls -A .git/revident/sweep)" ] || fail "is left: $(ls -A .git/revident/sweep)"
	rm .git/filler
	run revident recover --from unreachable --format json
	compare "$CASE_DIR/wanted" "$CASE_DIR/out" "the answer with room again"
	[ -n "$(ls -A .git/revident/sweep)" ] || fail "no note is kept where there is room"
	cd "$CASE_DIR"
else
	skip "no file system can be mounted here"
fi

it "a file system that is read-only: nothing is changed, and what only reads answers as ever"
if on_small_disk; then
	rm .git/filler
	run revident scan
	cp "$CASE_DIR/out" "$CASE_DIR/wanted"
	mount -o remount,ro "$DISK"
	for command in "recover --apply" "recover -o new" "hooks install" "scan -o out" "report --evidence evidence -o report.md"; do
		# shellcheck disable=SC2086 # words
		run revident $command
		expect_exit 3
	done
	run revident scan
	expect_exit 1
	compare "$CASE_DIR/wanted" "$CASE_DIR/out" "the answer"
	unchanged
	cd "$CASE_DIR"
else
	skip "no file system can be mounted here"
fi

it "a directory where a file is expected, and a file where a directory is"
fixture september-17
mkdir -p directory .git/hooks/pre-push/x
run revident scan -o directory
expect_exit 2
run revident hooks install
expect_exit 3
expect_no_file .git/hooks/pre-commit
rm -r .git/hooks/pre-push
echo file >evidence
run revident report --evidence evidence -o report.md
expect_exit 3
expect_no_file report.md
echo file >.git/revident
run revident recover --apply
expect_exit 3
[ -z "$(git status --porcelain -uno)" ] || fail "the work tree is changed"
rm .git/revident
mkdir -p .git/revident/journal
run revident recover --apply
expect_exit 3
[ -z "$(git status --porcelain -uno)" ] || fail "the work tree is changed"

it "doctor, while a hook runs: what it made is gone, or with the next run"
fixture september-17
mkdir "$CASE_DIR/temporary"
# shellcheck disable=SC2016 # for the hook
printf '#!/bin/sh\necho $$ >"%s"\nexec sleep 60\n' "$CASE_DIR/running" >.git/hooks/pre-commit
chmod +x .git/hooks/pre-commit
for signal in HUP TERM KILL; do
	rm -f "$CASE_DIR/running"
	TMPDIR=$CASE_DIR/temporary "$REVIDENT" hooks doctor >/dev/null 2>&1 &
	doctor=$!
	while [ ! -s "$CASE_DIR/running" ]; do sleep 0.1; done
	kill -s "$signal" $doctor
	status=0
	wait $doctor 2>/dev/null || status=$?
	[ "$status" -gt 128 ] || fail "$signal: exit $status"
	kill "$(cat "$CASE_DIR/running")" 2>/dev/null || :
	[ "$signal" = KILL ] || rmdir "$CASE_DIR/temporary" || fail "$signal: something is left in TMPDIR"
	mkdir -p "$CASE_DIR/temporary"
done
rm .git/hooks/pre-commit
run env TMPDIR="$CASE_DIR/temporary" "$REVIDENT" hooks doctor
rmdir "$CASE_DIR/temporary" || fail "something is left in TMPDIR"

it "a migration of the work tree that cannot be read may be any: nothing is said to be missing or changed"
fixture september-17
file=habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py
truncate -s 65M "$file" # longer than what is read
run revident audit
expect_exit 3
grep -q 'warning missing-revision: 2a3f4c9d1cde' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
grep -q '^not read: cannot read' "$CASE_DIR/out" || fail "it does not say what was not read"
run revident scan --format json
expect_json '[d["worktree"], d["repository"]["complete"]]' '[[], false]'
run revident check --worktree
expect_exit 3

it "a directory of the work tree that may not be entered: what it holds is not called deleted"
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	fixture merge-migration
	mkdir data
	: >data/.keep
	git add data
	git commit -q -m data
	chmod 755 "$SANDBOX" "$CASE_DIR"
	cp "$REVIDENT" "$CASE_DIR/revident-copy"
	chown -R 65534 .
	for command in audit 'check --worktree'; do
		chmod 755 migrations
		chmod 0 data
		# shellcheck disable=SC2086 # a command and its options
		run setpriv --reuid 65534 --clear-groups env HOME=/ "$CASE_DIR/revident-copy" $command
		expect_exit 0
		chmod 0 migrations
		# shellcheck disable=SC2086 # a command and its options
		run setpriv --reuid 65534 --clear-groups env HOME=/ "$CASE_DIR/revident-copy" $command
		expect_exit 3
		grep -q 'cannot read "migrations/versions/.*": Permission denied' "$CASE_DIR/out" "$CASE_DIR/err" ||
			fail "$command: says $(cat "$CASE_DIR/out" "$CASE_DIR/err")"
	done
	chmod 755 migrations data
	chown -R 0 .
	no_fsck
fi

it "doctor has no place for temporary files"
fixture september-17
run env TMPDIR="$CASE_DIR/nowhere" "$REVIDENT" hooks doctor
expect_exit 3
grep -q "cannot make a directory in \"$CASE_DIR/nowhere\": No such file" "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"

it "a file that may not grow is as a disk that is full"
fixture september-17
snapshot "$CASE_DIR/before"
printf 'old\n' >"$CASE_DIR/result"
for command in "report -o $CASE_DIR/result" "recover --apply"; do
	# shellcheck disable=SC2016,SC2086 # for the inner shell; a command and its options
	run sh -c 'ulimit -f 1; exec "$0" "$@" >/dev/null' "$REVIDENT" $command
	expect_exit 3
	grep -q 'File too large' "$CASE_DIR/err" || fail "$command: says $(cat "$CASE_DIR/err")"
done
expect_file "$CASE_DIR/result" <<'EOT'
old
EOT
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

it "a small stack grows, and where it may not, that is said"
fixture september-17
run "$REVIDENT" audit
mv "$CASE_DIR/out" "$CASE_DIR/usual"
# shellcheck disable=SC2016 # for the inner shell; dash and bash have ulimit -s, and the soft limit alone is lowered
run sh -c 'ulimit -S -s 64; exec "$0" audit' "$REVIDENT"
expect_exit 1
compare "$CASE_DIR/usual" "$CASE_DIR/out" "the answer with a small stack"
# shellcheck disable=SC2016
run sh -c 'ulimit -s 64; exec "$0" audit' "$REVIDENT"
expect_exit 3
expect_out </dev/null
expect_err <<'EOT'
revident: the stack may grow to 64 KiB only, and 1024 are needed: raise the limit ('ulimit -s')
EOT
