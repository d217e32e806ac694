#!/bin/sh
# revident recover keeps what it found out about a pack, under the pack's own
# checksum: the next search reads only what is new. The answer is the same with
# a note, without, with a damaged or a forged one, and where none can be kept.

. "${0%/*}/lib.sh"
. "$E2E_DIR/salvage.sh"
need_binary

NOTES=.git/revident/sweep

# pack_of_strays [lost]: a pack of 1,100 blobs that nothing reaches, the lost file among them.
pack_of_strays() {
	{
		seq 1100 | sed 's/^/a stray blob with the number /' | while read -r line; do
			printf 'blob\ndata %d\n%s\n' "${#line}" "$line"
		done
		if [ "${1:-}" = lost ]; then
			printf 'blob\ndata %d\n' "$(lost_file | wc -c)"
			lost_file
		fi
	} | git -c fastimport.unpackLimit=1 fast-import --quiet
}

answer() {
	run revident recover --format json "$@"
	cat "$CASE_DIR/out" "$CASE_DIR/err"
	echo "exit $(cat "$CASE_DIR/status")"
}

# same_answer WHAT [OPTION...]: as without any note
same_answer() {
	same_what=$1
	shift
	answer --no-cache >"$CASE_DIR/without"
	answer "$@" >"$CASE_DIR/with"
	compare "$CASE_DIR/without" "$CASE_DIR/with" "the answer $same_what"
}

note() {
	echo "$NOTES"/*
}

begin() {
	fixture never-there
	pack_of_strays "$@"
}

it "one note for each pack, and the same answer with it"
begin lost
lost_blob
same_answer "of the first search"
expect_json '[s["blob"] for s in d["sources"]]' "[\"$LOST_BLOB\"]"
test -s "$(note)" || fail "no note was kept"
git show-index <"$(echo .git/objects/pack/*.idx)" >/dev/null
test "${NOTES}/$(tail -c 20 .git/objects/pack/*.pack | od -An -v -tx1 | tr -d ' \n')" = "$(note)" ||
	fail "the note is not named by the pack's checksum"
cp -p "$(note)" "$CASE_DIR/note"
same_answer "of the second search"
test "$(note)" -nt "$CASE_DIR/note" && fail "the note was written again"
rm -r .git/revident
same_answer "after the notes were deleted"
cmp "$(note)" "$CASE_DIR/note" || fail "the note is not the same one again"

it "a note of another pattern library is not believed"
begin lost
lost_blob
same_answer "of the first search"
cp -p "$(note)" "$CASE_DIR/note"
python3 - "$(note)" <<'PY'
import hashlib, re, sys
old = open(sys.argv[1], "rb").read()
head, count = re.subn(rb"PCRE2 [0-9]", b"PCRE2 X", old[:-32].split(b"\n", 3)[2])
assert count == 1, head
lines = old[:-32].split(b"\n", 3)
new = b"\n".join(lines[:2] + [head, bytes(8)])
open(sys.argv[1], "wb").write(new + hashlib.sha256(new).digest())
PY
same_answer "past a note of another library that lacks the lost blob"
cmp "$(note)" "$CASE_DIR/note" || fail "not mended"

it "a pack that has a note is not read again"
begin
same_answer "of the first search"
pack=$(echo .git/objects/pack/*.pack)
chmod u+w "$pack"
printf 'XXXXXXXX' | dd of="$pack" bs=1 seek=10000 conv=notrunc status=none
answer --no-cache >"$CASE_DIR/damaged"
grep -q 'is damaged' "$CASE_DIR/damaged" || fail "the damage was not met"
answer >"$CASE_DIR/noted"
compare "$CASE_DIR/without" "$CASE_DIR/noted" "the answer from the note"
FSCK_EXPECTED=fail

it "no note is kept of a pack that could not be read whole"
begin
pack=$(echo .git/objects/pack/*.pack)
chmod u+w "$pack"
printf 'XXXXXXXX' | dd of="$pack" bs=1 seek=10000 conv=notrunc status=none
same_answer "of the first search"
same_answer "of the second search"
expect_no_file .git/revident/sweep
FSCK_EXPECTED=fail

for where in loose pack "large pack"; do
	it "what came after the note is found: $where"
	begin
	same_answer "of the first search"
	expect_exit 3
	case $where in
	loose) lost_file | git hash-object -w --stdin >/dev/null ;;
	pack)
		lost_file | git hash-object -w --stdin | git pack-objects -q .git/objects/pack/pack >/dev/null
		git prune-packed
		;;
	*)
		seq 1000 | sed 's/^/blob\ndata 12\nnew with /; s/$/......./' | cut -c 1-12 |
			git -c fastimport.unpackLimit=1 fast-import --quiet >/dev/null 2>&1 || :
		{
			seq 1001 1999 | sed 's/.*/blob\ndata 8\nnew &/'
			printf 'blob\ndata %d\n' "$(lost_file | wc -c)"
			lost_file
		} | git -c fastimport.unpackLimit=1 fast-import --quiet
		;;
	esac
	lost_blob
	same_answer "then"
	expect_exit 1
	expect_json '[s["blob"] for s in d["sources"]]' "[\"$LOST_BLOB\"]"
done

it "a blob that two packs have is in both notes: either pack may go"
begin lost
same_answer "of one pack"
{
	seq 1101 2300 | sed 's/.*/blob\ndata 9\nmany &/'
	printf 'blob\ndata %d\n' "$(lost_file | wc -c)"
	lost_file
} >"$CASE_DIR/stream"
git init -q "$CASE_DIR/second"
git -C "$CASE_DIR/second" -c fastimport.unpackLimit=1 fast-import --quiet <"$CASE_DIR/stream"
cp "$CASE_DIR"/second/.git/objects/pack/* .git/objects/pack/
same_answer "of two packs"
test "$(echo "$NOTES"/* | wc -w)" = 2 || fail "there are not two notes"
small=$(find .git/objects/pack -name '*.pack' -exec ls -S {} + | tail -1)
for pack in "$small" "$(find .git/objects/pack -name '*.pack' ! -path "$small")"; do
	mkdir away
	mv "${pack%.pack}".* away/
	same_answer "without $pack"
	expect_exit 1
	mv away/* .git/objects/pack/
	rmdir away
done

it "a note about a pack that is gone goes with the next one that is written"
begin
same_answer "before"
old=$(note)
git repack -q -a -d -k
lost_file | git hash-object -w --stdin | git pack-objects -q .git/objects/pack/pack >/dev/null
git -c repack.writeBitmaps=false repack -q -a -d -k
same_answer "afterwards"
test "$(echo "$NOTES"/* | wc -w)" = 1 || fail "not one note: $(ls $NOTES)"
expect_no_file "$old"

it "a damaged note is none, and is written anew"
begin lost
same_answer "at first"
cp "$(note)" "$CASE_DIR/note"
size=$(wc -c <"$CASE_DIR/note")
for at in 0 20 30 70 $((size / 2)) $((size - 40)) $((size - 33)) $((size - 32)) $((size - 1)); do
	cp "$CASE_DIR/note" "$(note)"
	printf '\377' | dd of="$(note)" bs=1 seek="$at" conv=notrunc status=none
	same_answer "with byte $at changed"
	cmp "$(note)" "$CASE_DIR/note" || fail "byte $at: not mended"
	head -c "$at" "$CASE_DIR/note" >"$(note)"
	same_answer "cut at $at"
	cmp "$(note)" "$CASE_DIR/note" || fail "cut at $at: not mended"
done
echo more >>"$(note)"
same_answer "with more behind"
cmp "$(note)" "$CASE_DIR/note" || fail "with more behind: not mended"
: >"$(note)"
same_answer "of nothing"
cmp "$(note)" "$CASE_DIR/note" || fail "empty: not mended"

it "a note about another pack, in its place, is none"
begin lost
same_answer "at first"
mine=$(note)
cp "$mine" "$CASE_DIR/note"
git init -q "$CASE_DIR/second"
(cd "$CASE_DIR/second" && seq 1200 | sed 's/.*/blob\ndata 4\n&/' | cut -c 1-4 >/dev/null &&
	seq 1000 2999 | sed 's/.*/blob\ndata 4\n&/' | git -c fastimport.unpackLimit=1 fast-import --quiet)
cp "$CASE_DIR"/second/.git/objects/pack/* .git/objects/pack/
same_answer "of two"
for other in "$NOTES"/*; do
	test "$other" = "$mine" || cp "$other" "$mine"
done
same_answer "with the other pack's note"
cmp "$mine" "$CASE_DIR/note" || fail "not mended"

# forged HEAD-BYTES: a note with a proper digest, from a program on standard input
forge() {
	python3 - "$(note)" "$1" <<'PY'
import hashlib, sys
path, how = sys.argv[1:]
old = open(path, "rb").read()
head = b"\n".join(old.split(b"\n", 3)[:3]) + b"\n"
ten = bytes(range(20))
number = lambda n: n.to_bytes(4, "big")
body = {
    "an object that is not there": number(1) + ten + number(1) + ten + number(12) + b"b2b2b2b2b2b2",
    "more entries than bytes": number(2 ** 32 - 1) + ten,
    "a length without end": number(0) + number(1) + ten + number(2 ** 32 - 1) + b"b2",
    "something behind it": old[len(head):-32] + b"x",
    "half of it": old[len(head):-50],
    "nothing": b"",
}[how]
open(path, "wb").write(head + body + hashlib.sha256(head + body).digest())
PY
}

it "a forged note stops nothing"
fixture never-there
pack_of_strays
lost_blob
lost_file | git hash-object -w --stdin >/dev/null
same_answer "at first"
for how in "an object that is not there" "more entries than bytes" "a length without end" "something behind it" \
	"half of it" nothing; do
	forge "$how"
	run revident recover --format json
	expect_exit 1
	expect_json '[s["blob"] for s in d["sources"]]' "[\"$LOST_BLOB\"]"
done

it "links, directories and pipes in its place are left alone"
begin lost
same_answer "at first"
mine=$(note)
cp "$mine" "$CASE_DIR/note"
mv "$mine" "$CASE_DIR/elsewhere"
ln -s "$CASE_DIR/elsewhere" "$mine"
same_answer "with a link"
test ! -L "$mine" || fail "the link is still there"
cmp "$CASE_DIR/elsewhere" "$CASE_DIR/note" || fail "the link was followed"
rm "$mine"
mkdir "$mine"
same_answer "with a directory"
rmdir "$mine"
mkfifo "$mine"
same_answer "with a pipe"
rm -r "$NOTES"
mkdir "$CASE_DIR/target"
ln -s "$CASE_DIR/target" "$NOTES"
same_answer "with a linked directory"
rm "$NOTES"
rmdir .git/revident
ln -s "$CASE_DIR/target" .git/revident
same_answer "with another linked directory"
test -z "$(ls "$CASE_DIR/target")" || fail "something was written through a link"
rm .git/revident
: >.git/revident
same_answer "with a file for a directory"

it "a repository that cannot be written to is searched without"
begin lost
chmod a-w .git
if touch .git/probe 2>/dev/null; then # root may
	rm .git/probe
else
	same_answer "read only"
	expect_no_file .git/revident
fi
chmod u+w .git

it "--no-cache and small packs leave nothing behind, nor does report"
fixture never-there
lost_file | git hash-object -w --stdin >/dev/null
git repack -q -a -d -k
snapshot "$CASE_DIR/before"
run revident recover
expect_exit 1
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"
pack_of_strays
snapshot "$CASE_DIR/before"
run revident recover --no-cache
expect_exit 1
run revident report -o "$CASE_DIR/report.md"
expect_exit 0
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

it "linked work trees share the notes; those about an alternate's packs are the borrower's"
begin lost
git worktree add -q "$CASE_DIR/linked"
(cd "$CASE_DIR/linked" && same_answer "in a linked work tree")
test -s "$(note)" || fail "no note in the common directory"
rm -r .git/revident
git clone -q --shared . "$CASE_DIR/borrower"
(cd "$CASE_DIR/borrower" && same_answer "over an alternate" && test -s "$(note)") || fail "no note at the borrower"
expect_no_file .git/revident

it "a plan beside one that holds the work tree"
begin lost
answer >"$CASE_DIR/expected"
if command -v flock >/dev/null; then
	flock .git "$REVIDENT" recover --format json >"$CASE_DIR/held" 2>&1 || :
	sed '$d' "$CASE_DIR/expected" | compare /dev/stdin "$CASE_DIR/held" "the answer"
fi

it "several at once"
begin lost
answer --no-cache >"$CASE_DIR/without"
for n in 1 2 3 4 5 6 7 8; do
	"$REVIDENT" recover --format json >"$CASE_DIR/at-once.$n" 2>&1 &
done
wait
for n in 1 2 3 4 5 6 7 8; do
	sed '$d' "$CASE_DIR/without" >"$CASE_DIR/expected"
	compare "$CASE_DIR/expected" "$CASE_DIR/at-once.$n" "answer $n"
done
test "$(find "$NOTES" -type f | wc -l)" = 1 || fail "left behind: $(find "$NOTES")"
