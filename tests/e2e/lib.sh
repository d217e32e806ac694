# shellcheck shell=sh
# The end-to-end harness: the real binary under real git, in a sealed sandbox.
# POSIX sh. A test sources this file first:
#
#	. "${0%/*}/lib.sh"
#
#	it "names the commit that took the revision away"
#	fixture september-17
#	run revident scan
#	expect_exit 1
#	expect_err </dev/null
#	expect_golden accident.scan.text
#
# Every case ("it") gets a directory of its own; a failed expectation is
# reported and the case goes on, a failed command ends the whole file. When a
# case closes, git fsck runs over each repository it made.
#
# REVIDENT=/absolute/path  the binary under test
# GOLDEN=1                 rewrite tests/golden instead of comparing with it
# KEEP=1                   keep the sandbox and say where it is

set -eu

case $0 in
*/*) E2E_DIR=$(cd "${0%/*}" && pwd -P) ;;
*) E2E_DIR=$(pwd -P) ;;
esac
TOP=$(cd "$E2E_DIR/../.." && pwd -P)
TEST_NAME=${0##*/}
TEST_NAME=${TEST_NAME%.sh}

# --- the sandbox: the one place that says what a test may see ---------------

seal_environment() {
	for seal_name in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p'); do
		unset "$seal_name"
	done
	unset NO_COLOR CLICOLOR CLICOLOR_FORCE COLUMNS LINES LANG LANGUAGE PAGER \
		EDITOR VISUAL CDPATH XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME \
		PYTHONPATH PYTHONHOME PYTHONSTARTUP DATABASE_URL ALEMBIC_CONFIG \
		GITHUB_ACTIONS GITHUB_STEP_SUMMARY GITLAB_CI CI PRE_COMMIT
	HOME=$SANDBOX/home
	TZ=UTC
	LC_ALL=C
	TERM=dumb
	GIT_CONFIG_NOSYSTEM=1
	GIT_CONFIG_GLOBAL=/dev/null
	GIT_AUTHOR_NAME='A U Thor'
	GIT_AUTHOR_EMAIL=author@example.com
	GIT_AUTHOR_DATE='2025-10-21T09:00:00 +0000'
	GIT_COMMITTER_NAME='C O Mitter'
	GIT_COMMITTER_EMAIL=committer@example.com
	GIT_COMMITTER_DATE='2025-10-21T09:00:00 +0000'
	PYTHONDONTWRITEBYTECODE=1
	# what a sanitizer finds must not look like an exit status of ours; whole
	# stacks, for tests/lsan.supp names a function of libgit2
	ASAN_OPTIONS=exitcode=99:fast_unwind_on_malloc=0
	UBSAN_OPTIONS=exitcode=99:print_stacktrace=1
	LSAN_OPTIONS=exitcode=99:print_suppressions=0:suppressions=$TOP/tests/lsan.supp
	export ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS
	export HOME TZ LC_ALL TERM GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL \
		GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE \
		GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE \
		PYTHONDONTWRITEBYTECODE
	umask 022
}

SANDBOX=$(mktemp -d "${TMPDIR:-/tmp}/revident-e2e.XXXXXX")
SANDBOX=$(cd "$SANDBOX" && pwd -P)
mkdir "$SANDBOX/home"
seal_environment
cd "$SANDBOX"

CASE_NUMBER=0
KEPT=0
CASE_TITLE=
FILE_FAILED=0
REPOS=
FSCK_EXPECTED=pass
AT_EXIT=:

# at_exit COMMAND: run it when the file ends, the last one first.
at_exit() {
	AT_EXIT="$1; $AT_EXIT"
}

finish() {
	finish_status=$?
	trap - EXIT
	set +e
	if [ "$finish_status" -eq 143 ]; then
		fail "the test was ended, by its time limit if nobody else did (E2E_TIMEOUT, 300 s by default)"
	elif [ "$finish_status" -ne 0 ]; then
		fail "the test ended early with status $finish_status"
	fi
	close_case
	cd /
	validate_documents
	eval "$AT_EXIT"
	if [ -n "${KEEP:-}" ]; then
		echo "# kept: $SANDBOX"
	else
		chmod -R u+rwX "$SANDBOX" 2>/dev/null
		rm -rf "$SANDBOX"
	fi
	exit "$FILE_FAILED"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# --- cases -------------------------------------------------------------------

# it TITLE: close the case before, open the next in a new directory.
it() {
	close_case
	CASE_NUMBER=$((CASE_NUMBER + 1))
	CASE_TITLE=$1
	rm -f "$SANDBOX/failed"
	REPOS=
	FSCK_EXPECTED=pass
	CASE_DIR=$SANDBOX/$CASE_NUMBER
	mkdir "$CASE_DIR"
	cd "$CASE_DIR"
}

close_case() {
	[ -n "$CASE_TITLE" ] || return 0
	for close_repo in $REPOS; do
		check_repository "$close_repo"
	done
	if [ ! -e "$SANDBOX/failed" ]; then
		echo "ok $TEST_NAME: $CASE_TITLE"
	else
		echo "not ok $TEST_NAME: $CASE_TITLE"
		FILE_FAILED=1
	fi
	CASE_TITLE=
}

# skip REASON: end the file here; what ran before still counts.
skip() {
	CASE_TITLE=
	echo "skipped: $TEST_NAME: $1"
	exit 0
}

# fail TEXT: the case has failed, and goes on. A file says so, since this may run
# in a pipeline's subshell.
fail() {
	[ -n "$CASE_TITLE" ] || CASE_TITLE="(before the first case)"
	: >"$SANDBOX/failed"
	printf '%s\n' "$*" | sed 's/^/# /'
}

# --- repositories ------------------------------------------------------------

# fixture NAME [bare]: import testrepos/NAME.fi into ./NAME, check out main if
# there is one, and go there. Commits are named by their mark: $(mark :5).
fixture() {
	import_stream "$@" <"$TOP/testrepos/$1.fi"
}

# import_stream NAME [bare]: the same for a stream on standard input.
import_stream() {
	MARKS=$CASE_DIR/$1.marks
	rm -rf "${CASE_DIR:?}/$1"
	if [ "${2:-}" = bare ]; then
		git init -q --bare -b main "$CASE_DIR/$1"
	else
		git init -q -b main "$CASE_DIR/$1"
	fi
	REPOS="${REPOS%" $CASE_DIR/$1"} $CASE_DIR/$1"
	cd "$CASE_DIR/$1"
	git fast-import --quiet --export-marks="$MARKS" 2>"$CASE_DIR/import.err" || {
		fail "$1 does not import: $(cat "$CASE_DIR/import.err")"
		return 0
	}
	if [ "${2:-}" != bare ] && git rev-parse -q --verify main >/dev/null; then
		git checkout -q -f main
	fi
}

# mark :N [LENGTH]: the object id that the fixture's stream marked :N.
mark() {
	sed -n "s/^$1 //p" "$MARKS" | cut -c "1-${2:-64}"
}

# fsck_fails WHY: this case's repository is damaged or malformed on purpose.
fsck_fails() {
	FSCK_EXPECTED=fail
}

# no_fsck: this case's repositories were checked elsewhere.
no_fsck() {
	REPOS=
}

check_repository() {
	if git -C "$1" fsck --no-progress --no-dangling >"$SANDBOX/fsck" 2>&1; then
		[ "$FSCK_EXPECTED" = pass ] || fail "git fsck finds nothing wrong"
	else
		[ "$FSCK_EXPECTED" = fail ] || fail "git fsck:
$(cat "$SANDBOX/fsck")"
	fi
}

# --- running and expecting -----------------------------------------------------

revident() {
	"${REVIDENT:?set REVIDENT to the binary under test}" "$@"
}

need_binary() {
	[ -n "${REVIDENT:-}" ] || skip "REVIDENT is not set"
	[ -x "$REVIDENT" ] || skip "$REVIDENT cannot be run"
}

# need_command NAME: for a command that t-cli.sh does not ask for yet.
need_command() {
	need_binary
	revident help | grep -q "^  $1 " || skip "revident has no command $1"
}

# run COMMAND...: keep standard output, standard error and the exit status.
run() {
	LAST_RUN=$*
	run_status=0
	"$@" >"$CASE_DIR/out" 2>"$CASE_DIR/err" || run_status=$?
	echo "$run_status" >"$CASE_DIR/status"
	keep_document
}

# keep_document: what was printed, if it is a document of ours; all of them are held against their schemas in the end.
keep_document() {
	{ read -r kept_brace && read -r kept_format; } <"$CASE_DIR/out" 2>/dev/null || return 0
	case $kept_brace$kept_format in
	'{"format": "revident.'*) ;;
	*) return 0 ;;
	esac
	KEPT=$((KEPT + 1))
	mkdir -p "$SANDBOX/documents"
	cp "$CASE_DIR/out" "$SANDBOX/documents/$CASE_NUMBER-$KEPT"
}

validate_documents() {
	[ -d "$SANDBOX/documents" ] || return 0
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || return 0
	CASE_TITLE="every document fits its schema"
	rm -f "$SANDBOX/failed"
	/usr/bin/python3 "$TOP/tests/e2e/validate.py" "$REVIDENT" "$SANDBOX/documents" >"$SANDBOX/misfits" 2>&1 || :
	[ ! -s "$SANDBOX/misfits" ] || fail "$(head -n 20 "$SANDBOX/misfits")"
	REPOS=
	close_case
}

expect_exit() {
	expect_status=$(cat "$CASE_DIR/status")
	[ "$expect_status" = "$1" ] || fail "exit $expect_status, expected $1: ${LAST_RUN:-}
$(head -n 20 "$CASE_DIR/err")"
}

# compare EXPECTED ACTUAL WHAT: whole files, byte for byte.
compare() {
	cmp -s "$1" "$2" || fail "$3 differs (- expected, + actual): ${LAST_RUN:-}
$(diff -u "$1" "$2" | sed 1,2d | head -n 200)"
}

# expect_out, expect_err: what is on standard input, and nothing else.
expect_out() {
	cat >"$CASE_DIR/expected"
	compare "$CASE_DIR/expected" "$CASE_DIR/out" "standard output"
}

expect_err() {
	cat >"$CASE_DIR/expected"
	compare "$CASE_DIR/expected" "$CASE_DIR/err" "standard error"
}

# expect_file PATH: its content is what is on standard input.
expect_file() {
	cat >"$CASE_DIR/expected"
	if [ -f "$1" ]; then
		compare "$CASE_DIR/expected" "$1" "$1"
	else
		fail "$1 does not exist"
	fi
}

# expect_blob PATH OID: its content is that blob's, byte for byte.
expect_blob() {
	if [ -f "$1" ]; then
		blob_id=$(git hash-object --no-filters "$1")
		[ "$blob_id" = "$2" ] || fail "$1 is $blob_id, expected $2"
	else
		fail "$1 does not exist"
	fi
}

expect_no_file() {
	if [ -e "$1" ] || [ -h "$1" ]; then
		fail "$1 exists"
	fi
}

# expect_golden NAME: standard output is tests/golden/NAME; GOLDEN=1 rewrites it.
expect_golden() {
	if [ -n "${GOLDEN:-}" ]; then
		cp "$CASE_DIR/out" "$TOP/tests/golden/$1"
	elif [ -f "$TOP/tests/golden/$1" ]; then
		compare "$TOP/tests/golden/$1" "$CASE_DIR/out" "tests/golden/$1"
	else
		fail "tests/golden/$1 is missing: make golden writes it"
	fi
}

# expect_json EXPRESSION VALUE: a Python expression over the document `d` that
# went to standard output; VALUE is JSON on one line.
expect_json() {
	json_value=$(python3 -c 'import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
print(json.dumps(eval(sys.argv[2]), ensure_ascii=False))' "$CASE_DIR/out" "$1" 2>&1 | tail -n 1) || :
	[ "$json_value" = "$2" ] || fail "$1 is $json_value, expected $2: ${LAST_RUN:-}"
}

# snapshot FILE: every file of the repository with its checksum, references and
# index included, to hold against a later one: nothing was touched.
snapshot() {
	find . -type f ! -path './.git/index' -exec cksum {} + | sort >"$1"
	git ls-files -s >>"$1" 2>/dev/null || :
}
