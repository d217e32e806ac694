#!/bin/sh
# revident recover --apply, killed or failing at every system call that writes:
# the work tree holds the old state, or one that the next run completes or
# undoes; never half a file, never a lost one.
#
# RECOVER_EVERY=1 tries every call of three repairs with three kinds of failure
# (make stress); without it, every call of one repair and a choice of failures.

. "${0%/*}/lib.sh"
need_command recover

# LeakSanitizer cannot work where strace traces; everything else that a sanitizer finds still counts.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS

CALLS=openat,write,fsync,rename,renameat,unlink,unlinkat,mkdir,mkdirat
command -v strace >/dev/null || skip "strace is not installed"
strace -qq -o "$SANDBOX/probe" -e inject=openat:error=EIO:when=60000 true 2>/dev/null ||
	skip "strace may not trace here"

# work_tree: every file's name and content, but for leftovers that the next run
# has to take away, too.
work_tree() {
	git add -A
	git write-tree
	git reset -q
}

# content: what git sees, temporaries left out
content() {
	find . -name .git -prune -o -type f ! -name '.revident-*.tmp' -exec sha256sum {} + | sort -k 2
}

# calls_that_write: of the run itself, not of its children, from the first
# that makes the journal's directory; prints the numbers per call.
calls_that_write() {
	for call in openat write fsync rename renameat unlink unlinkat mkdir mkdirat; do
		awk -v call="$call" '
			index($0, call "(") == 1 { n++ }
			index($0, "mkdir(") == 1 && /\/revident"/ { begun = 1 }
			begun && index($0, call "(") == 1 && !/= -1 ENOENT/ && !/O_RDONLY/ { print call, n }
		' "$1"
	done
}

reset_repair() {
	git reset -q --hard
	git clean -fdq
	rm -rf .git/revident
}

# holds_old_or_new WHAT: each file has its old or its new content, whole; and the next run ends it.
ends_well() {
	content >"$CASE_DIR/now"
	sort -k 2 "$CASE_DIR/old" "$CASE_DIR/new" | uniq >"$CASE_DIR/allowed"
	if [ -n "$(comm -23 "$(sorted now)" "$(sorted allowed)")" ]; then
		fail "$1: a file is neither old nor new"
	fi
	while read -r blob; do # nothing that HEAD has may be gone without standing somewhere
		grep -q "^$blob" "$CASE_DIR/now" || fail "$1: content is lost"
	done <"$CASE_DIR/kept"
	"$REVIDENT" recover >"$CASE_DIR/out" 2>"$CASE_DIR/err" || :
	content >"$CASE_DIR/now"
	if cmp -s "$CASE_DIR/now" "$CASE_DIR/old"; then
		if cmp -s "$CASE_DIR/broken" "$CASE_DIR/old"; then :; else
			grep -q 'interrupted before it changed anything' "$CASE_DIR/err" || fail "$1: does not say it was undone"
		fi
	elif cmp -s "$CASE_DIR/now" "$CASE_DIR/new"; then
		cmp -s "$CASE_DIR/broken" "$CASE_DIR/new" || grep -q 'it is complete now' "$CASE_DIR/err" ||
			fail "$1: does not say it was completed"
	else
		fail "$1: the next run leaves a mixture"
	fi
	[ -z "$(find . -name '.revident-*.tmp')" ] || fail "$1: temporary files are left"
	[ ! -e .git/revident/journal ] || fail "$1: the journal is left"
}

sorted() {
	sort "$CASE_DIR/$1" >"$CASE_DIR/$1.sorted"
	echo "$CASE_DIR/$1.sorted"
}

# interrupted FIXTURE INJECTION...
interrupted() {
	name=$1
	shift
	it "$name, interrupted"
	fixture "$name"
	content >"$CASE_DIR/old"
	strace -qq -o "$CASE_DIR/trace" -e "trace=$CALLS" "$REVIDENT" recover --apply >/dev/null
	content >"$CASE_DIR/new"
	cut -c1-64 "$CASE_DIR/old" | sort >"$CASE_DIR/a"
	cut -c1-64 "$CASE_DIR/new" | sort >"$CASE_DIR/b"
	comm -12 "$CASE_DIR/a" "$CASE_DIR/b" | uniq >"$CASE_DIR/kept"
	calls_that_write "$CASE_DIR/trace" >"$CASE_DIR/calls"
	[ "$(wc -l <"$CASE_DIR/calls")" -ge 10 ] || fail "too few calls to interrupt"
	for injection; do
		while read -r call n; do
			reset_repair
			strace -qq -o /dev/null -e "inject=$call:$injection:when=$n" \
				"$REVIDENT" recover --apply >/dev/null 2>&1 || :
			find . -name .git -prune -o -type f -exec sha256sum {} + | sort -k 2 >"$CASE_DIR/broken"
			ends_well "$call number $n, $injection"
		done <"$CASE_DIR/calls"
	done
}

if [ "${RECOVER_EVERY:-}" ]; then
	for name in september-17 stripped env-moved-lossy; do
		interrupted "$name" signal=KILL error=ENOSPC error=EIO error=EROFS
	done
else
	interrupted september-17 signal=KILL error=ENOSPC
fi
