#!/bin/sh
# revident scan, stopped by SIGINT (Ctrl-C) at its system calls one after the
# other: it dies of the signal, so that a script's loop ends, too; what it was
# asked for is there whole or not at all, and nothing else is left behind.
# INTERRUPT_EVERY=1 tries every call.

. "${0%/*}/lib.sh"
need_binary

# LeakSanitizer cannot work where strace traces; everything else that a sanitizer finds still counts.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS

DIED=130
command -v strace >/dev/null || skip "strace is not installed"
strace -qq -o "$SANDBOX/probe" -e inject=openat:error=EIO:when=60000 true 2>/dev/null ||
	skip "strace may not trace here"

# calls TRACE: "CALL N" for the Nth call of each kind; those that write, and some of the others.
calls() {
	awk -v every="${INTERRUPT_EVERY:-11}" '
		{ call = $0; sub(/\(.*/, "", call) }
		call !~ /^[a-z0-9_]+$/ || call == "exit_group" || call == "execve" { next }
		{ n[call]++ }
		call ~ /^(write|fsync|rename|fchmod|unlink)$/ || /O_WRONLY/ || ++seen % every == 0 { print call, n[call] }
	' "$1"
}

# interrupted CALL N: scan, into a file, with the signal at that call.
interrupted() {
	status=0
	strace -qq -o /dev/null -e "inject=$1:signal=INT:when=$2" "$REVIDENT" scan --all -o result \
		>"$CASE_DIR/stdout" 2>&1 || status=$?
	[ "$status" -eq "$DIED" ] || fail "at $1 number $2: exit status $status"
	[ ! -s "$CASE_DIR/stdout" ] || fail "at $1 number $2: it says $(cat "$CASE_DIR/stdout")"
}

# at_each_call PREPARE: `result` is then what PREPARE made of it, or whole; both happen.
at_each_call() {
	fixture september-17
	run revident scan --all
	mv "$CASE_DIR/out" "$CASE_DIR/expected"
	"$1"
	strace -qq -o "$CASE_DIR/trace" "$REVIDENT" scan --all -o result >/dev/null || :
	calls "$CASE_DIR/trace" >"$CASE_DIR/calls"
	[ "$(wc -l <"$CASE_DIR/calls")" -ge 20 ] || fail "too few calls to interrupt"
	: >"$CASE_DIR/ends"
	while read -r call n; do
		rm -f result
		"$1"
		find . -name .git -prune -o -type f -exec sha256sum {} + | sort >"$CASE_DIR/before"
		interrupted "$call" "$n"
		if cmp -s result "$CASE_DIR/expected"; then
			echo whole >>"$CASE_DIR/ends"
			rm -f result
			"$1"
		else
			echo before >>"$CASE_DIR/ends"
		fi
		find . -name .git -prune -o -type f -exec sha256sum {} + | sort >"$CASE_DIR/after"
		compare "$CASE_DIR/before" "$CASE_DIR/after" "at $call number $n"
	done <"$CASE_DIR/calls"
	sort -u "$CASE_DIR/ends" | tr '\n' ' ' >"$CASE_DIR/both"
	[ "$(cat "$CASE_DIR/both")" = "before whole " ] || fail "it only ended $(cat "$CASE_DIR/both")"
}

no_file() { :; }
older_file() { echo "from yesterday" >result; }

it "a new file is there whole or not at all"
at_each_call no_file

it "an older file stays until the new one is whole"
at_each_call older_file
