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
sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$CASE_DIR/out" >"$CASE_DIR/commands"
for command in scan explain show audit schema; do
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
