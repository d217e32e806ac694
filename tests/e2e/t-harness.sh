#!/bin/sh
# The harness can fail: each expectation, once met and once not, alone and in a
# pipeline.

. "${0%/*}/lib.sh"

unset GOLDEN REVIDENT KEEP

# a_case LINE...: what a file of one case with these lines reports.
a_case() {
	{
		echo ". '$E2E_DIR/lib.sh'"
		echo "it one"
		printf '%s\n' "$@"
	} >"$CASE_DIR/t-inner.sh"
	run sh "$CASE_DIR/t-inner.sh"
}

passes() {
	a_case "$@"
	expect_exit 0
	echo "ok t-inner: one" | expect_out
}

fails() {
	a_case "$@"
	expect_exit 1
	tail -n 1 "$CASE_DIR/out" >"$CASE_DIR/last"
	echo "not ok t-inner: one" | expect_file "$CASE_DIR/last"
}

it "expectations that are met"
passes "run true" "expect_exit 0"
passes "run sh -c 'echo out; echo err >&2; exit 3'" "expect_exit 3" "echo out | expect_out" "echo err | expect_err"
passes "echo x >file" "echo x | expect_file file" "expect_no_file other"
passes "run echo '{\"a\": [1]}'" "expect_json 'd[\"a\"]' '[1]'"

it "expectations that are not"
fails "run true" "expect_exit 1"
fails "run echo hi" "echo ho | expect_out"
fails "run echo hi" "expect_out </dev/null"
fails "run sh -c 'echo hi >&2'" "expect_err </dev/null"
fails "echo x >file" "echo y | expect_file file"
fails ": | expect_file file"
fails "echo x >file" "expect_no_file file"
fails "echo x >file" "expect_blob file e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
fails "run echo '{\"a\": [1]}'" "expect_json 'd[\"a\"]' '[2]'"
fails "run echo nothing" "expect_json 'd' '{}'"
fails "run echo hi" "expect_golden no-such-golden.text"
fails "false"
fails "fail because"

it "fsck after each case"
fails "git init -q r" "REPOS=\$PWD/r" \
	"echo 0123456789012345678901234567890123456789 >r/.git/refs/heads/main"
