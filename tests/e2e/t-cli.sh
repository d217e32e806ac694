#!/bin/sh
# The command line itself: help, versions, wrong usage, output that cannot be
# written. Wrong usage leaves with 2 and writes nothing to standard output.

. "${0%/*}/lib.sh"
need_binary

it "without arguments it shows its usage and leaves with 2"
run revident
expect_exit 2
expect_out </dev/null
grep -q '^usage: revident <command>' "$CASE_DIR/err" || fail "no usage on standard error"

it "help goes to standard output"
for arguments in help --help -h; do
	run revident "$arguments"
	expect_exit 0
	expect_err </dev/null
	grep -q '^usage: revident <command>' "$CASE_DIR/out" || fail "no usage: $arguments"
done

it "every command has help, and help names every command"
run revident help
sed -n '/^commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p' "$CASE_DIR/out" >"$CASE_DIR/commands"
for command in scan explain show recover audit check hooks schema; do
	grep -qx "$command" "$CASE_DIR/commands" || fail "help does not name $command"
done
while read -r command; do
	run revident help "$command"
	expect_exit 0
	expect_err </dev/null
	grep -q "^usage: revident $command" "$CASE_DIR/out" || fail "no usage of $command"
	mv "$CASE_DIR/out" "$CASE_DIR/by-help"
	run revident "$command" --help
	expect_exit 0
	compare "$CASE_DIR/by-help" "$CASE_DIR/out" "$command --help"
	awk 'length($0) > 80' "$CASE_DIR/out" >"$CASE_DIR/long"
	: | expect_file "$CASE_DIR/long"
done <"$CASE_DIR/commands"

it "says its version"
run revident --version
expect_exit 0
expect_err </dev/null
expect_out <<EOF
revident $(sed -n 's/^.define REVIDENT_VERSION "\(.*\)"/\1/p' "$TOP/include/revident/base/version.h")
EOF

wrong() {
	run revident "$@"
	expect_exit 2
	expect_out </dev/null
	[ -s "$CASE_DIR/err" ] || fail "says nothing: $*"
}

it "wrong usage leaves with 2"
fixture overwritten
wrong nosuch
wrong scann
wrong --nosuch
wrong scan --nosuch
wrong scan --forma json
wrong scan --format
wrong scan --format yaml
wrong scan --color sometimes
wrong scan --events nosuch
wrong scan -C
wrong scan no-such-tip
wrong audit HEAD HEAD
wrong show
wrong explain
wrong schema no-such-format

it "outside a repository it asks for one"
mkdir empty
cd empty
run revident scan
expect_exit 2
expect_out </dev/null
grep -q -e '-C DIR' "$CASE_DIR/err" || fail "does not say -C"

it "a full disk is a failure"
fixture overwritten
for command in "scan --format json" "audit" "show a1a1a1a1a1a1" "explain a1a1a1a1a1a1" help; do
	# shellcheck disable=SC2016,SC2086 # words
	run sh -c '"$0" "$@" >/dev/full' "$REVIDENT" $command
	expect_exit 3
	[ -s "$CASE_DIR/err" ] || fail "says nothing: $command"
done

it "-o writes a file whole or not at all"
fixture overwritten
run revident scan --format json
cp "$CASE_DIR/out" "$CASE_DIR/json"
run revident scan --format json -o "$CASE_DIR/scan.json"
expect_exit 1
expect_out </dev/null
expect_err </dev/null
compare "$CASE_DIR/json" "$CASE_DIR/scan.json" "the file"
run revident scan --format json -o "$CASE_DIR/no/such/dir/scan.json"
expect_exit 3
run revident scan --format json -o /dev/full
expect_exit 3
[ -c /dev/full ] || fail "/dev/full was replaced"

it "-o names a path in the directory that -C starts in"
fixture september-17
mkdir ../elsewhere
cd ../elsewhere
run revident -C ../september-17 scan -o told.txt
[ -s ../september-17/told.txt ] || fail "scan: not there"
run revident recover -C ../september-17 -o files
[ -d ../september-17/files ] || fail "recover: not there"
run revident scan -C ../september-17 -o "$PWD/here.txt"
[ -s here.txt ] || fail "an absolute path: not there"
[ "$(ls)" = here.txt ] || fail "something else is here: $(ls)"

it "option names are exact, and -- ends the options"
fixture overwritten
run revident scan --format=json
mv "$CASE_DIR/out" "$CASE_DIR/expected.json"
run revident scan --format json -- main
expect_exit 1
wrong scan -- --format

it "what each command takes, every command takes"
fixture merge-migration
while read -r command; do
	# shellcheck disable=SC2086 # a command with its operands
	run revident $command
	cp "$CASE_DIR/out" "$CASE_DIR/plain"
	cp "$CASE_DIR/status" "$CASE_DIR/plain.status"
	# shellcheck disable=SC2086
	run revident $command -C . --color never --no-progress -q
	expect_out <"$CASE_DIR/plain"
	expect_exit "$(cat "$CASE_DIR/plain.status")"
done <<COMMANDS
audit
check --worktree
explain a1a1a1a1a1a1
help scan
hooks doctor
recover
report
scan
schema scan
show a1a1a1a1a1a1
version
COMMANDS
