#!/bin/sh
# revident hooks install, killed at every system call that changes something: what stands there then is told, nothing of
# others is lost, and the next run completes it or takes it out again.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hooked.sh"
need_command hooks

# LeakSanitizer cannot work where strace traces; everything else that a sanitizer finds still counts.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS

command -v strace >/dev/null || skip "strace is not installed"
strace -qq -o "$SANDBOX/probe" -e inject=openat:error=EIO:when=60000 true 2>/dev/null ||
	skip "strace may not trace here"

# a repository with a published revision and two hooks of others
repository() {
	hooked r
	rm .git/hooks/*
	hook pre-commit 'echo one of others'
	hook pre-push 'echo another'
	cp -a .git/hooks "$CASE_DIR/before"
	revident hooks install >/dev/null
	cp -a .git/hooks "$CASE_DIR/complete"
	reset_hooks
}

reset_hooks() {
	rm -rf .git/hooks
	cp -a "$CASE_DIR/before" .git/hooks
}

# what stands in a directory: mode, name, content
content() {
	(cd "$1" && find . -type f -printf '%m %p ' -exec cksum {} \; | sort)
}

# killed_at CALL N: installs; is there an Nth call, and was it the last?
killed_at() {
	killed_status=0
	{
		strace -qq -o /dev/null -e "inject=$1:signal=KILL:when=$2" "$REVIDENT" hooks install || killed_status=$?
	} >/dev/null 2>&1
	[ "$killed_status" -eq 137 ]
}

# both hooks of others stand under one of their two names, whole
nothing_is_lost() {
	for hook in pre-commit pre-push; do
		cmp -s "$CASE_DIR/before/$hook" ".git/hooks/$hook" ||
			cmp -s "$CASE_DIR/before/$hook" ".git/hooks/$hook.revident-saved" ||
			fail "$1: the $hook of others is gone"
	done
}

it "killed anywhere: nothing of others is lost, and the next run completes it"
repository
content "$CASE_DIR/complete" >"$CASE_DIR/whole"
for call in linkat rename fsync; do
	n=1
	reset_hooks
	while killed_at $call $n; do
		nothing_is_lost "$call $n"
		run revident hooks install
		expect_exit 0
		expect_err </dev/null
		content .git/hooks >"$CASE_DIR/now"
		compare "$CASE_DIR/whole" "$CASE_DIR/now" "after the next run, $call $n:"
		reset_hooks
		n=$((n + 1))
	done
	[ $n -gt 1 ] || fail "no $call was found"
done

it "killed after the first of three: doctor names the others, and uninstall puts back what was there"
repository
n=1
while killed_at fsync $n && ! [ -e .git/hooks/pre-merge-commit ]; do
	reset_hooks
	n=$((n + 1))
done
cmp -s .git/hooks/pre-push "$CASE_DIR/before/pre-push" || fail "the third was reached"
run revident hooks doctor
expect_exit 1
expect_out <<'END'
ok: .git/hooks/pre-commit blocks the change
ok: .git/hooks/pre-merge-commit blocks the change
wrong: .git/hooks/pre-push lets the change through, it does not run revident:
  revident hooks install
END
run revident hooks uninstall
expect_exit 0
content "$CASE_DIR/before" >"$CASE_DIR/then"
content .git/hooks >"$CASE_DIR/now"
compare "$CASE_DIR/then" "$CASE_DIR/now" "uninstall"

it "killed while it keeps a hook: uninstall takes away the second name that it gave it"
repository
killed_at linkat 2 || fail "there is no second linkat"
expect_no_file .git/hooks/pre-merge-commit
[ -e .git/hooks/pre-commit.revident-saved ] || fail "nothing was kept yet"
run revident hooks uninstall
expect_exit 0
content .git/hooks >"$CASE_DIR/now"
content "$CASE_DIR/before" >"$CASE_DIR/then"
compare "$CASE_DIR/then" "$CASE_DIR/now" "uninstall"

it "what a killed run left unfinished beside a hook goes, whether or not the hook is written"
repository
echo half >.git/hooks/.revident-pre-push-0.tmp
run revident hooks uninstall
expect_exit 0
expect_no_file .git/hooks/.revident-pre-push-0.tmp
run revident hooks install
expect_exit 0
echo half >.git/hooks/.revident-pre-push-0.tmp
run revident hooks install
expect_exit 0
expect_no_file .git/hooks/.revident-pre-push-0.tmp
run revident hooks uninstall
expect_exit 0
content .git/hooks >"$CASE_DIR/now"
content "$CASE_DIR/before" >"$CASE_DIR/then"
compare "$CASE_DIR/then" "$CASE_DIR/now" "uninstall"
