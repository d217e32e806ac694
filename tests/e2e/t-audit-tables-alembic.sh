#!/bin/sh
# Alembic and SQLite as the oracle: the tables that audit says a chain creates
# are those that `upgrade head` leaves, where nothing is dropped or renamed.

. "${0%/*}/lib.sh"
. "$E2E_DIR/accident.sh"
need_binary

command -v alembic >/dev/null || skip "alembic is not installed"

# agree DB: the tables of the database and those of the audit.
agree() {
	sqlite_tables "$1" | grep -v '^alembic_version$' >"$CASE_DIR/tables"
	python3 -c 'import json, sys
for e in json.load(open(sys.argv[1], encoding="utf-8"))["environments"]:
    print("\n".join(sorted(n.split(".")[-1] for n in e["tables"]["created"])))' "$CASE_DIR/out" >"$CASE_DIR/said"
	compare "$CASE_DIR/tables" "$CASE_DIR/said" "tables created"
}

it "the accident, repaired"
fixture september-17
cd habits_service
repair
DATABASE_URL=sqlite:///$CASE_DIR/a.db
export DATABASE_URL
run alembic upgrade head
expect_exit 0
run revident audit --format json --worktree
expect_exit 0
agree "$CASE_DIR/a.db"

it "every way of creating a table"
mkdir "$CASE_DIR/r"
cd "$CASE_DIR/r"
git init -q .
mkdir -p m/versions
printf '[alembic]\nscript_location = m\n' >alembic.ini
: >m/script.py.mako
cat >m/env.py <<'END'
import os

from alembic import context
from sqlalchemy import create_engine

with create_engine(os.environ["DATABASE_URL"]).begin() as connection:
    context.configure(connection=connection)
    context.run_migrations()
END
cat >m/versions/a1_ways.py <<'END'
from alembic import op as o
from alembic.op import create_table
import sqlalchemy as sa

revision = 'a1'
down_revision = None
NAME = 'by_constant'
SQL = """
-- CREATE TABLE no_comment (x int)
CREATE TABLE by_sql (x int, y text DEFAULT 'CREATE TABLE no_string (x int)')
"""


def column():
    return sa.Column('x', sa.Integer, primary_key=True)


def helper():
    o.create_table('by_helper', column(), sa.Column('y', sa.Integer, sa.ForeignKey('by_alias.x')))


def upgrade():
    o.create_table('by_alias', column())
    create_table('by_import', column())
    o.create_table(NAME, column())
    helper()
    for name in ('by_loop_1', 'by_loop_2'):
        o.create_table(name, column())
    o.execute(SQL)
    o.execute(sa.text('CREATE TABLE IF NOT EXISTS "By Quotes" (x int)'))
    for statement in ['CREATE TABLE [by_brackets] (x int)', 'CREATE TABLE `by_ticks` (x int)']:
        o.get_bind().execute(sa.text(statement))
    made = sa.Table('by_table', sa.MetaData(), column())
    made.create(o.get_bind())
    o.execute(made.insert().values(x=1))
    o.execute('CREATE TEMP TABLE temporary (x int)')
    o.execute('CREATE VIEW a_view AS SELECT x FROM by_sql')
    o.execute('''CREATE TRIGGER t AFTER DELETE ON by_sql BEGIN DELETE FROM by_ticks; END''')


def downgrade():
    o.create_table('no_downgrade', column())
END
cat >m/versions/b2_uses.py <<'END'
from alembic import op
import sqlalchemy as sa

revision = 'b2'
down_revision = 'a1'


def upgrade():
    op.create_index('i', 'by_alias', ['x'])
    with op.batch_alter_table('by_import') as batch:
        batch.add_column(sa.Column('z', sa.Integer))
    op.bulk_insert(sa.table('by_ticks', sa.column('x')), [{'x': 1}])
    op.execute("UPDATE by_sql SET y = 'UPDATE no_string SET x = 1'")
END
DATABASE_URL=sqlite:///$CASE_DIR/b.db
run alembic upgrade head
expect_exit 0
run revident audit --format json --worktree
expect_exit 0
agree "$CASE_DIR/b.db"
expect_json 'd["environments"][0]["tables"]["assumed"]' \
	'["by_alias", "by_import", "by_sql", "by_table", "by_ticks"]'
expect_json 'd["environments"][0]["tables"]["uncreated"]' '[]'
expect_json 'd["environments"][0]["tables"]["opaque"]' '[]'
