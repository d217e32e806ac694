#!/bin/sh
# revident show: a revision's file, byte for byte, present or lost.

. "${0%/*}/lib.sh"
need_binary

# expect_bytes OID: standard output is that blob, and nothing else was said.
expect_bytes() {
	expect_blob "$CASE_DIR/out" "$1"
	expect_exit 0
}

blob_at() {
	git rev-parse "$(mark "$1"):$2"
}

V=migrations/versions

it "a lost revision, by id and by prefix"
fixture september-17
lost=$(blob_at :2 habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py)
for id in 189b1231afd4 189b 189b1231; do
	run revident show "$id"
	expect_bytes "$lost"
	expect_err </dev/null
done
run revident show --blob-id 189b1231afd4
expect_exit 0
echo "$lost" | expect_out
expect_err </dev/null

it "a present revision"
fixture september-17
run revident show 3b7a1d2e4f56
expect_bytes "$(blob_at :7 habits_service/alembic/versions/3b7a1d2e4f56_soft_delete_program_templates.py)"
expect_err </dev/null

it "a revision that lives in a file named after another one"
fixture september-17
run revident show 2a3f4c9d1cde
expect_bytes "$(blob_at :7 habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py)"

it "CRLF, a byte order mark, no final newline: as they are"
fixture crlf
run revident show a1a1a1a1a1a1 --at "$(mark :1)"
expect_bytes "$(blob_at :1 $V/a1a1a1a1a1a1_users.py)"
run revident show b2b2b2b2b2b2
expect_bytes "$(blob_at :1 $V/b2b2b2b2b2b2_orders.py)"
run revident show c3c3c3c3c3c3
expect_bytes "$(blob_at :1 $V/c3c3c3c3c3c3_invoices.py)"

it "replaced: the version before the replacement, and a note on the others"
fixture replaced
run revident show b2b2b2b2b2b2
expect_bytes "$(blob_at :1 $V/b2b2b2b2b2b2_orders.py)"
grep -q "$(blob_at :2 $V/b2b2b2b2b2b2_orders.py | cut -c1-7)" "$CASE_DIR/err" || fail "the note does not name the other version"
run revident show b2b2b2b2b2b2 --at HEAD
expect_bytes "$(blob_at :2 $V/b2b2b2b2b2b2_orders.py)"

it "lost after edits: the last version before the loss"
fixture lost-twice
run revident show b2b2b2b2b2b2
expect_bytes "$(blob_at :3 $V/b2b2b2b2b2b2_orders.py)"

it "on another branch only"
fixture several-tips
run revident show d4d4d4d4d4d4
expect_bytes "$(blob_at :3 $V/d4d4d4d4d4d4_payments.py)"

it "not found, ambiguous"
fixture much-the-same
run revident show ffffffffffff
expect_exit 1
expect_out </dev/null
[ -s "$CASE_DIR/err" ] || fail "says nothing"
run revident show c
expect_exit 2
expect_out </dev/null
grep -q c1c1c1c1c1c1 "$CASE_DIR/err" || fail "does not list c1c1c1c1c1c1"
grep -q c2c2c2c2c2c2 "$CASE_DIR/err" || fail "does not list c2c2c2c2c2c2"

it "in a bare repository"
fixture september-17 bare
run revident show 189b1231afd4
expect_bytes "$(blob_at :2 habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py)"

it "an id in two environments: which is meant?"
fixture env-shared-id
run revident show a1a1a1a1a1a1
expect_exit 2
run revident show a1a1a1a1a1a1 --env shop/migrations
expect_bytes "$(blob_at :1 shop/$V/a1a1a1a1a1a1_users.py)"
run revident show a1a1a1a1a1a1 --env desk/migrations
expect_bytes "$(blob_at :1 desk/$V/a1a1a1a1a1a1_users.py)"

it "where one of the two cannot be read, the other is not passed off as the only one"
fixture env-shared-id
blob=$(blob_at :1 desk/$V/a1a1a1a1a1a1_users.py)
git rev-list --objects --all | cut -d' ' -f1 | sort -u | grep -v "$blob" | git pack-objects -q "$CASE_DIR/kept" >"$CASE_DIR/name"
rm -rf .git/objects/pack .git/objects/??
mkdir .git/objects/pack
mv "$CASE_DIR"/kept-*.pack "$CASE_DIR"/kept-*.idx .git/objects/pack
fsck_fails "a blob is missing"
run revident show a1a1a1a1a1a1
expect_blob "$CASE_DIR/out" "$(blob_at :1 shop/$V/a1a1a1a1a1a1_users.py)"
expect_exit 3
grep -q "could not be read whole" "$CASE_DIR/err" || fail "says nothing"
run revident show a1a1a1a1a1a1 --at "$(mark :1)"
expect_exit 3
run revident show a1a1a1a1a1a1 --at HEAD
expect_bytes "$(blob_at :1 shop/$V/a1a1a1a1a1a1_users.py)"
expect_err </dev/null

it "what the named commit cannot give is not called absent from it"
fixture edited
blob=$(blob_at :2 $V/b2b2b2b2b2b2_orders.py)
rm -f ".git/objects/$(echo "$blob" | sed 's/^../&\//')"
fsck_fails "a blob is missing"
run revident show b2b2b2b2b2b2 --at "$(mark :2)"
expect_exit 3
expect_out </dev/null
echo "revident: \"b2b2b2b2b2b2\" is not in \"$(mark :2)\", as far as that could be read; \"revident explain\" says what is missing" | expect_err
run revident show b2b2b2b2b2b2 --at "$(mark :3)"
expect_bytes "$(blob_at :3 $V/b2b2b2b2b2b2_orders.py)"
expect_err </dev/null
run revident show b2b2b2b2b2b2
expect_blob "$CASE_DIR/out" "$(blob_at :5 $V/b2b2b2b2b2b2_orders.py)"
expect_exit 3

it "invalid UTF-8 stays as it is"
fixture no-alembic
mkdir -p $V
echo >migrations/env.py
printf '# -*- coding: latin-1 -*-\n"""caf\351"""\nrevision = "a1a1a1a1a1a1"\ndown_revision = None\n\n\ndef upgrade():\n    pass\n' >$V/a1.py
git add migrations
git commit -q -m 'Add a file in Latin-1'
run revident show a1a1a1a1a1a1
expect_bytes "$(git rev-parse HEAD:$V/a1.py)"
