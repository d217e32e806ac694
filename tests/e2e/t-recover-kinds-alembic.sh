#!/bin/sh
# Every kind of loss and every sort of place, before and after revident recover
# --apply, as Alembic sees them: it dies with a KeyError, and then builds a
# fresh database.

. "${0%/*}/lib.sh"
. "$E2E_DIR/salvage.sh"
need_binary
command -v alembic >/dev/null || skip "alembic is not installed"

# alembic_runs ARGUMENT...: with an env.py that has a database, in memory
alembic_runs() {
	find . -name env.py -exec cp "$SANDBOX/env.py" {} ';'
	run alembic "$@"
}

cat >"$SANDBOX/env.py" <<'ENV'
from alembic import context
from sqlalchemy import create_engine

if context.is_offline_mode():
    context.configure(url="sqlite://")
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine("sqlite://").connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
ENV

# loads: Alembic builds a fresh database up to its one head
loads() {
	alembic_runs upgrade head
	expect_exit 0
}

# dies REVISION: of a KeyError
dies() {
	alembic_runs upgrade head
	expect_exit 1
	grep -q "^KeyError: '$1'" "$CASE_DIR/err" || fail "no KeyError: $(tail -n 1 "$CASE_DIR/err")"
}

# kind FIXTURE REVISION [OPTION...]
kind() {
	it "$1"
	fixture "$1"
	revision=$2
	shift 2
	dies "$revision"
	run revident recover --apply "$@"
	expect_exit 0
	loads
}

kind overwritten a1a1a1a1a1a1
kind overwritten-twice c3c3c3c3c3c3
kind deleted-parent b2b2b2b2b2b2
kind merge-lost-referenced b2b2b2b2b2b2
kind env-moved-lossy b2b2b2b2b2b2
kind never-there b2b2b2b2b2b2 --stub=pass --down-revision a1a1a1a1a1a1

it "stripped: Alembic does not know what the file is"
fixture stripped
alembic_runs upgrade head
grep -q 'Could not determine revision id' "$CASE_DIR/out" "$CASE_DIR/err" || fail "Alembic says something else"
run revident recover --apply
expect_exit 0
loads

it "a stand-in that nobody finished does not pass for the real thing"
fixture never-there
run revident recover --apply --stub --down-revision a1a1a1a1a1a1
expect_exit 0
alembic_runs upgrade head
expect_exit 1
grep -q 'NotImplementedError: migration b2b2b2b2b2b2 is lost' "$CASE_DIR/err" || fail "upgrade() does not refuse"

it "a child of an id that the file no longer has: the id back, or the child re-linked"
fixture reidentified
sed 's/d4d4d4d4d4d4/e5e5e5e5e5e5/; s/a1a1a1a1a1a1/b2b2b2b2b2b2/' migrations/versions/b2* >migrations/versions/e5.py
sed -i.bak "s/'orders'/'parcels'/" migrations/versions/e5.py
rm migrations/versions/e5.py.bak
git add .
git commit -q -m 'A child of the old id'
dies b2b2b2b2b2b2
run revident recover --apply
expect_exit 0
loads
git reset -q --hard
git clean -fdq
run revident recover --apply --relink
expect_exit 0
loads

it "lost in a merge, with a child on the other side: two heads, as announced, and Alembic merges them"
fixture merge-theirs
run revident recover --apply b2b2b2b2b2b2
expect_exit 0
run alembic heads
sort "$CASE_DIR/out" >"$CASE_DIR/heads"
printf 'b2b2b2b2b2b2 (head)\nc3c3c3c3c3c3 (head)\n' >"$CASE_DIR/expected"
compare "$CASE_DIR/expected" "$CASE_DIR/heads" "the heads"
cat >migrations/script.py.mako <<'MAKO'
"""${message}"""
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    pass


def downgrade():
    pass
MAKO
run alembic merge -m 'both' heads
expect_exit 0
loads

it "replaced: what databases have run is what the file says again"
fixture replaced
alembic_runs upgrade head --sql
grep -q 'CREATE TABLE parcels' "$CASE_DIR/out" || fail "it is not replaced"
run revident recover --apply b2b2b2b2b2b2
expect_exit 0
alembic_runs upgrade head --sql
grep -q 'CREATE TABLE orders' "$CASE_DIR/out" || fail "it is not what it was"
loads

for place in rebased_branch dropped_stash unstaged_file other_worktree_index cruft_pack alternate; do
	it "$place"
	fixture never-there
	"hide_in_$place"
	dies "$LOST"
	run revident recover --apply
	expect_exit 0
	loads
done
