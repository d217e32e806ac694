#!/bin/sh
# A day in a team: two clones with hooks, a server with pre-receive. Honest work is let through by all of them; each
# accident is stopped, by the first of them that git asks.

. "${0%/*}/lib.sh"
need_command hooks
need_command check

# migration ID PARENT FILE [TABLE]
migration() {
	down=None
	[ -z "$2" ] || down="'$2'"
	cat >"$3" <<END
"""add ${4:-$1}

Revision ID: $1
Create Date: 2025-10-20 10:00:00.000001
"""
from alembic import op
import sqlalchemy as sa

revision = '$1'
down_revision = $down


def upgrade():
    op.create_table('${4:-$1}', sa.Column('id_${4:-$1}', sa.Integer))
    op.create_index('ix_${4:-$1}', '${4:-$1}', ['id_${4:-$1}'])
    op.execute('insert into ${4:-$1} values (1)')


def downgrade():
    op.drop_index('ix_${4:-$1}')
    op.drop_table('${4:-$1}')
END
}

honest() {
	run "$@"
	[ "$(cat "$CASE_DIR/status")" -eq 0 ] || fail "is blocked: $*
$(cat "$CASE_DIR/out" "$CASE_DIR/err")"
}

# stopped RULE COMMAND...
stopped() {
	rule=$1
	shift
	run "$@"
	[ "$(cat "$CASE_DIR/status")" -ne 0 ] || fail "passes: $*"
	grep -q "$rule" "$CASE_DIR/out" "$CASE_DIR/err" || fail "$rule is not named: $*
$(cat "$CASE_DIR/out" "$CASE_DIR/err")"
}

clone() {
	git clone -q "$CASE_DIR/server" "$CASE_DIR/$1"
	REPOS="$REPOS $CASE_DIR/$1"
	(cd "$CASE_DIR/$1" && revident hooks install >"$CASE_DIR/out")
}

it "a day in a team"
git init -q --bare -b main server
REPOS="$REPOS $CASE_DIR/server"
git init -q -b main first
cd first
mkdir -p db/versions
printf '[alembic]\nscript_location = db\n' >alembic.ini
echo 'from alembic import context' >db/env.py
migration a1a1a1 '' db/versions/a1a1a1_users.py users
migration b2b2b2 a1a1a1 db/versions/b2b2b2_orders.py orders
git add .
git commit -q -m 'the beginning'
git push -q ../server main
revident -C ../server hooks install --server >"$CASE_DIR/out"
clone ann
clone ben

# Ann's branch: two migrations that nobody has merged yet, reshaped as she likes
cd "$CASE_DIR/ann"
git checkout -q -b invoices
migration c3c3c3 b2b2b2 db/versions/c3c3c3_invoices.py invoices
git add .
honest git commit -q -m invoices
migration d4d4d4 c3c3c3 db/versions/d4d4d4_lines.py lines
git add .
honest git commit -q -m lines
honest git push -q origin invoices
git mv db/versions/d4d4d4_lines.py db/versions/d5d5d5_lines.py
migration d5d5d5 c3c3c3 db/versions/d5d5d5_lines.py lines
honest git commit -q -a -m 'another id'
honest git push -q origin invoices

# Ben's migration is merged first
cd "$CASE_DIR/ben"
git checkout -q -b stock
migration e6e6e6 b2b2b2 db/versions/e6e6e6_stock.py stock
git add .
honest git commit -q -m stock
git checkout -q main
honest git merge -q --no-ff --no-edit stock
honest git push -q origin main

# Ann rebases, gives hers another parent, and squashes
cd "$CASE_DIR/ann"
git fetch -q
honest git rebase -q origin/main
migration c3c3c3 e6e6e6 db/versions/c3c3c3_invoices.py invoices
honest git commit -q -a --amend -m 'after stock'
honest git push -q --force origin invoices
git checkout -q main
honest git pull -q --ff-only
git merge -q --squash invoices >"$CASE_DIR/out" 2>&1
honest git commit -q -m 'invoices and their lines'
honest git push -q origin main
honest git push -q origin :invoices

# a formatter runs over all migrations
for file in db/versions/*.py; do
	sed "s/'/\"/g" "$file" >"$CASE_DIR/formatted"
	cat "$CASE_DIR/formatted" >"$file"
done
honest git commit -q -a -m 'double quotes'
honest git push -q origin main

# the accident: a new migration saved over a published one
migration f7f7f7 d5d5d5 db/versions/b2b2b2_orders.py payments
stopped identity-overwritten git commit -q -a -m payments
git commit -q -a -m payments --no-verify
stopped identity-overwritten git push -q origin main
stopped identity-overwritten git push -q origin main:refs/heads/payments
stopped identity-overwritten git push -q --no-verify origin main
# Ben takes it by cherry-pick, which runs no hook of commits
cd "$CASE_DIR/ben"
git pull -q --ff-only
git fetch -q ../ann main
honest git cherry-pick FETCH_HEAD
stopped identity-overwritten git push -q origin main
# and mends it by a commit of its own, without a bypass
git mv db/versions/b2b2b2_orders.py db/versions/f7f7f7_payments.py
git show origin/main:db/versions/b2b2b2_orders.py >db/versions/b2b2b2_orders.py
git add .
honest git commit -q -m 'payments have a file of their own'
honest git push -q origin main

# a merged pull request is reverted: both endings are named
git revert --no-commit "$(git log --format=%H -1 --grep 'invoices and their lines')" >"$CASE_DIR/out" 2>&1 ||
	git rm -q -f db/versions/c3c3c3_invoices.py db/versions/d5d5d5_lines.py
stopped identity-deleted git commit -q -m 'no invoices'
grep -q 'If a database has run it: ' "$CASE_DIR/err" || fail "the one ending is not named"
grep -q 'If none has: ' "$CASE_DIR/err" || fail "the other is not named"
git revert --abort 2>/dev/null || :
git reset -q --hard origin/main

# old migrations are pruned: the policy is pushed first, since a push cannot waive itself
cat >.revident <<'END'
[prune "b2b2b2"]
	reason = squashed the first year
END
git add .revident
honest git commit -q -m 'a prune is announced'
honest git push -q origin main
cd "$CASE_DIR/ann"
git reset -q --hard origin/main
honest git pull -q --ff-only
git checkout -q -b late
migration a8a8a8 f7f7f7 db/versions/a8a8a8_late.py late
git add .
honest git commit -q -m late
cd "$CASE_DIR/ben"
git rm -q db/versions/a1a1a1_users.py
migration b2b2b2 '' db/versions/b2b2b2_orders.py orders
honest git commit -q -a -m pruned
honest git push -q origin main
cd "$CASE_DIR/ann"
git fetch -q
honest git merge -q --no-edit origin/main
honest git push -q origin late
stopped identity-deleted sh -c 'git rm -q db/versions/e6e6e6_stock.py && git commit -q -m "not in the prune"'
