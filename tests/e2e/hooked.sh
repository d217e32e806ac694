# shellcheck shell=sh
# A repository whose hooks call the binary, for tests that source lib.sh.

# hooked: a repository with one environment, its hooks calling the binary.
hooked() {
	git init -q -b main "$1"
	REPOS="$REPOS $CASE_DIR/$1"
	cd "$1"
	mkdir -p m/versions app
	printf '[alembic]\nscript_location = m\n' >alembic.ini
	echo 'from alembic import context' >m/env.py
	migration a1a1 ''
	migration b2b2 a1a1
	echo 1 >app/x.py
	git add -A
	git commit -qm base
	hook pre-commit 'exec "$REVIDENT" check --staged'
	hook pre-merge-commit 'exec "$REVIDENT" check --staged'
	hook pre-push 'exec "$REVIDENT" check --pre-push "$@"'
}

hook() {
	printf '#!/bin/sh\n%s\n' "$2" >"$(git rev-parse --git-path hooks)/$1"
	chmod +x "$(git rev-parse --git-path hooks)/$1"
}

# migration ID PARENT [BODY] [FILE]
migration() {
	down=None
	[ -z "$2" ] || down="'$2'"
	cat >"${4:-m/versions/$1_x.py}" <<PYTHON
"""the change $1

Revision ID: $1
"""
from alembic import op
import sqlalchemy as sa

revision = '$1'
down_revision = $down


def upgrade():
    op.create_table('${3:-table_$1}', sa.Column('id_${3:-$1}', sa.Integer))
    op.create_index('ix_${3:-$1}', '${3:-table_$1}', ['id_${3:-$1}'])
    op.execute('insert into ${3:-table_$1} values (1)')
    op.execute('update ${3:-table_$1} set id_${3:-$1} = 2')


def downgrade():
    op.drop_table('${3:-table_$1}')
PYTHON
}

blocked() {
	run "$@"
	[ "$(cat "$CASE_DIR/status")" -ne 0 ] || fail "passes: $*"
	grep -q "$RULE" "$CASE_DIR/out" "$CASE_DIR/err" || fail "$RULE is not named: $*
$(cat "$CASE_DIR/out" "$CASE_DIR/err")"
}

passes() {
	run "$@"
	[ "$(cat "$CASE_DIR/status")" -eq 0 ] || fail "is blocked: $*
$(cat "$CASE_DIR/out" "$CASE_DIR/err")"
}
