#!/bin/sh
# The whole way, with the real things: the accident is committed, Alembic dies
# on a fresh database, revident recover --apply, Alembic builds it.

. "${0%/*}/lib.sh"
. "$E2E_DIR/postgres.sh"
. "$E2E_DIR/accident.sh"
need_binary
command -v alembic >/dev/null || skip "alembic is not installed"

it "on SQLite"
fixture september-17
cd habits_service
DATABASE_URL=sqlite:///$CASE_DIR/habits.db
export DATABASE_URL
run alembic upgrade head
expect_key_error
run revident recover --apply
expect_exit 0
run alembic history
expect_exit 0
whole_history | expect_out
run alembic upgrade head
expect_exit 0
run sqlite_tables "$CASE_DIR/habits.db"
tables_of_the_accident | expect_out

it "on PostgreSQL"
need_postgres
fixture september-17
cd habits_service
DATABASE_URL=$(fresh_database broken)
run alembic upgrade head
expect_key_error
run revident recover --apply
expect_exit 0
DATABASE_URL=$(fresh_database habits)
run alembic upgrade head
expect_exit 0
run psql -d habits -Atc \
	"SELECT tablename FROM pg_tables WHERE schemaname = 'habits' ORDER BY 1"
tables_of_the_accident | expect_out
