#!/bin/sh
# Where output goes: pipes whose reader has gone, closed descriptors, devices,
# and -C in front of the command.

. "${0%/*}/lib.sh"
need_binary

it "a reader that has gone away is a quiet failure"
{
	sleep 0.3
	status=0
	revident help 2>"$CASE_DIR/err" || status=$?
	echo "$status" >"$CASE_DIR/status"
} | :
while [ ! -s "$CASE_DIR/status" ]; do sleep 0.1; done
expect_exit 3
expect_err </dev/null

it "a closed standard output is a failure, and no other file takes its place"
printf 'untouched\n' >file
# shellcheck disable=SC2016 # for the inner shell
run sh -c '"$0" help >&- <file' "$REVIDENT"
expect_exit 3
expect_err <<'EOT'
revident: cannot write the result to standard output: Bad file descriptor
EOT
expect_file file <<'EOT'
untouched
EOT

it "a closed standard error changes nothing"
# shellcheck disable=SC2016 # for the inner shell
run sh -c '"$0" version 2>&-' "$REVIDENT"
expect_exit 0
# shellcheck disable=SC2016 # for the inner shell
run sh -c '"$0" nosuch 2>&-' "$REVIDENT"
expect_exit 2
expect_out </dev/null

it "a device is written to, and stays one"
run revident version -o /dev/stdout
expect_exit 0
expect_out <<EOT
$(revident version)
EOT
mkfifo pipe
cat pipe >got &
run revident version -o pipe
wait
expect_exit 0
[ -p pipe ] || fail "the pipe was replaced"
expect_file got <<EOT
$(revident version)
EOT

it "a result that cannot be written leaves the old file as it was"
mkdir directory
printf 'old\n' >directory/file
run revident version -o directory
expect_exit 2
run revident version -o directory/none/file
expect_exit 3
expect_file directory/file <<'EOT'
old
EOT
[ "$(ls -A directory)" = file ] || fail "something was left behind: $(ls -A directory)"

it "-C stands before the command or behind it"
fixture september-17
cd "$CASE_DIR"
run revident -C september-17 help
expect_exit 0
run revident scan -C september-17
mv "$CASE_DIR/out" "$CASE_DIR/behind"
expect_exit 1
run revident -C september-17 scan
expect_exit 1
compare "$CASE_DIR/behind" "$CASE_DIR/out" "revident -C DIR scan"
run revident -C nowhere scan
[ "$(cat "$CASE_DIR/status")" -ge 2 ] || fail "a directory that is not there is fine"
