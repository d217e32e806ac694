#!/bin/sh
# What the real Alembic prints when it fails, handed to revident explain as it is.

. "${0%/*}/lib.sh"
need_command explain
python=/usr/bin/python3
$python -c 'import alembic' 2>/dev/null || skip "alembic is not installed"

# asked SCENARIO EXIT MESSAGE REVISION STATE: ids and names are JSON.
asked() {
	run sh -c '"$0" explain - --format json <"$1"' "$REVIDENT" "$CASE_DIR/said/$1.text"
	expect_exit "$2"
	expect_json '[d["error"]["message"], d["revision"], d["state"]]' "[\"$3\", $4, \"$5\"]"
	run sh -c '"$0" explain - <"$1"' "$REVIDENT" "$CASE_DIR/said/$1.text"
	expect_exit "$2"
	expect_err </dev/null
	cp "$CASE_DIR/out" "$CASE_DIR/$1.answer"
}

# answers SCENARIO TEXT: standing in the text that people read, its lines joined.
answers() {
	tr '\n' ' ' <"$CASE_DIR/$1.answer" | tr -s ' ' | grep -qF -- "$2" ||
		fail "$1: does not say: $2
$(cat "$CASE_DIR/$1.answer")"
}

it "every failure of Alembic's command line"
mkdir said
git init -q -b main repo
REPOS="$REPOS $CASE_DIR/repo"
$python "$E2E_DIR/alembic_errors.py" "$CASE_DIR/repo" "$CASE_DIR/said" >/dev/null
cd repo
git add .
git commit -q -m 'Add all environments'

asked parent 1 parent-not-present '"aa02"' missing
answers parent 'The chain is broken: aa03 names it.'
answers parent 'no commit that was read ever declared it'
asked lost 1 cannot-locate '"ba99"' unknown
answers lost 'searched 1 commit on 2 refs'
asked raised 1 cannot-locate '"bb99"' unknown
asked heads 2 multiple-heads null unknown
answers heads 'ab02 "make ab02"'
answers heads 'ab03 "make ab03"'
asked overlap 0 overlap '"ac03"' present
asked cycle 0 cycle '"bc01"' present
asked loop 0 self-loop '"bd01"' present
asked depends 0 dependency-cycle '"be01"' present
asked helper 1 no-id null unknown
answers helper 'No migration ever stood at helper.py'
asked half 1 no-down-revision null unknown
asked twice 0 duplicate-id '"af02"' present
answers twice 'is declared more than once at HEAD'
answers twice 'twice/scripts/versions/copy.py'
run sh -c '"$0" explain - --format json <"$1"' "$REVIDENT" "$CASE_DIR/said/labels.text"
expect_exit 0
expect_json '[d["error"]["message"], sorted(m["revision"] for m in d["matches"])]' '["label-used-twice", ["bf01", "bf02"]]'
asked label 1 cannot-locate '"cellar"' unknown
asked range 0 not-an-ancestor '"cb02"' present
asked prefix 2 ambiguous-prefix null unknown
answers prefix '2 revisions fit'
asked relative 2 relative-too-far null unknown

it "a file that lost its id: what it was"
fixture stripped
run revident explain "Could not determine revision id from filename a1a1a1a1a1a1_users.py. Be sure" --format json
expect_exit 1
expect_json '[d["revision"], d["state"], [e["kind"] for e in d["events"]]]' \
	'["a1a1a1a1a1a1", "lost", ["added", "stripped"]]'
run revident explain "AttributeError: module 'a1a1a1a1a1a1_users_py' has no attribute 'down_revision'" --format json
expect_exit 1
expect_json 'd["revision"]' '"a1a1a1a1a1a1"'
run revident explain migrations/versions/a1a1a1a1a1a1_users.py --format json
expect_exit 1
expect_json 'd["revision"]' '"a1a1a1a1a1a1"'

it "a KeyError from elsewhere"
fixture september-17
printf '%s\n' 'Traceback (most recent call last):' '  File "/app/migrations/env.py", line 12, in <module>' \
	"KeyError: 'DATABASE_URL'" >"$CASE_DIR/traceback"
run sh -c '"$0" explain - <"$1"' "$REVIDENT" "$CASE_DIR/traceback"
expect_exit 1
expect_err </dev/null
grep -q 'not about a revision' <<-EOF || fail "takes it for a revision"
	$(tr '\n' ' ' <"$CASE_DIR/out")
EOF
run revident explain "KeyError: '189b1231afd4'"
expect_exit 1
grep -q 'is lost' "$CASE_DIR/out" || fail "does not know a KeyError that is one"

it "ids that Alembic prints whole are no beginnings of others"
fixture much-the-same
run revident explain 'Cycle is detected in revisions (c, d)' --format json
expect_exit 1
expect_json '[d["revision"], d["state"], d["matches"]]' '["c", "unknown", []]'

it "the log of a run that went through has no error, and one that did not has"
fixture several-tips
log='INFO  [alembic.runtime.migration] Context impl SQLiteImpl.
INFO  [alembic.runtime.migration] Will assume non-transactional DDL.
INFO  [alembic.runtime.migration] Running upgrade  -> a1a1a1a1a1a1, add users
INFO  [alembic.runtime.migration] Running upgrade a1a1a1a1a1a1 -> c3c3c3c3c3c3, add invoices'
for lines in 2 3 4; do
	echo "$log" | head -n "$lines" >"$CASE_DIR/log"
	run revident explain - <"$CASE_DIR/log"
	expect_exit 2
	expect_out </dev/null
	grep -q 'there is no error in the text' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
done
echo "FAILED: Can't locate revision identified by 'c3c3c3c3c3c3'" >>"$CASE_DIR/log"
run revident explain - <"$CASE_DIR/log"
grep -q '^c3c3c3c3c3c3 ' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out" "$CASE_DIR/err")"

it "the error at the end of a log of megabytes"
fixture several-tips
{
	yes 'INFO  [sqlalchemy.engine.Engine] SELECT 1' | head -c 3000000
	echo
	echo "FAILED: Can't locate revision identified by 'c3c3c3c3c3c3'"
} >"$CASE_DIR/log"
run revident explain - <"$CASE_DIR/log"
grep -q '^c3c3c3c3c3c3 ' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out" "$CASE_DIR/err")"
grep -q 'of the text only the last 1048576 bytes' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"

it "words of a listing: the only id in it, several, none"
fixture september-17
run revident explain '189b1231afd4 (head), bootstrap' --format json
expect_exit 1
expect_json 'd["revision"]' '"189b1231afd4"'
run revident explain '2a3f4c9d1cde -> 3b7a1d2e4f56 (head), soft delete' --format json
expect_exit 2
expect_json '[m["revision"] for m in d["matches"]]' '["2a3f4c9d1cde", "3b7a1d2e4f56"]'
run revident explain ''
expect_exit 2
expect_out </dev/null

it "a file with conflict markers: Python's words name it, and it is not whole"
fixture september-17
FILE=habits_service/alembic/versions/3b7a1d2e4f56_soft_delete_program_templates.py
{ echo '<<<<<<< HEAD' && cat $FILE; } >"$CASE_DIR/marked"
cp "$CASE_DIR/marked" $FILE
git commit -q -a -m 'Merge, badly'
python3 $FILE 2>"$CASE_DIR/said" && fail "Python reads it"
run sh -c '"$0" explain - <"$1"' "$REVIDENT" "$CASE_DIR/said"
expect_exit 0
cp "$CASE_DIR/out" "$CASE_DIR/marked.answer"
answers marked 'is present at HEAD, but Alembic cannot load its file: conflict markers stand in it.'
answers marked "$FILE:1"
answers marked 'next revident audit'
answers marked 'The message: Python cannot read the file as it is'
grep -q 'code built before' "$CASE_DIR/out" && fail "blames older code for a file that is there"

it "the path of a file as another machine has it, and as this one has it"
fixture september-17
for path in "/app/$FILE" "/app/alembic/versions/${FILE##*/}" "$PWD/$FILE"; do
	run revident explain "  File \"$path\", line 1
SyntaxError: invalid syntax" --format json
	expect_exit 0
	expect_json '[d["error"]["message"], d["revision"]]' '["unreadable-file", "3b7a1d2e4f56"]'
done
run revident explain "$PWD/$FILE" --format json
expect_exit 0
expect_json 'd["revision"]' '"3b7a1d2e4f56"'

it "code that lacks the revision is no reason for a message about two files"
fixture september-17
run revident explain 'Revision 3b7a1d2e4f56 is present more than once'
grep -q 'prints exactly this' "$CASE_DIR/out" && fail "says that code without it prints this"
run revident explain "KeyError: '2a3f4c9d1cde'"
cp "$CASE_DIR/out" "$CASE_DIR/absent.answer"
answers absent 'prints exactly this error.'
