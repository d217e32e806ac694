#!/bin/sh
# The accident against the real things: Alembic, SQLite, PostgreSQL. Broken as
# it was committed; whole once the lost file is back at its path and the one
# that took its place has a name of its own.

. "${0%/*}/lib.sh"
. "$E2E_DIR/postgres.sh"
. "$E2E_DIR/accident.sh"

command -v alembic >/dev/null || skip "alembic is not installed"

it "is broken: a bare KeyError from every command"
fixture september-17
cd habits_service
DATABASE_URL=sqlite:///$CASE_DIR/broken.db
export DATABASE_URL
for command in heads history "upgrade head" current; do
	# shellcheck disable=SC2086 # "upgrade head" is two words
	run alembic $command
	expect_key_error
done

it "was whole at v1.3"
fixture september-17
git checkout -q v1.3
cd habits_service
DATABASE_URL=sqlite:///$CASE_DIR/v1.3.db
run alembic upgrade head
expect_exit 0
run alembic current
echo '189b1231afd4 (head)' | expect_out

it "is whole on SQLite once repaired"
fixture september-17
cd habits_service
repair
DATABASE_URL=sqlite:///$CASE_DIR/repaired.db
run alembic history
expect_exit 0
whole_history | expect_out
run alembic upgrade head
expect_exit 0
run sqlite_tables "$CASE_DIR/repaired.db"
tables_of_the_accident | expect_out
run alembic downgrade base
expect_exit 0

it "is whole on PostgreSQL once repaired"
need_postgres
fixture september-17
cd habits_service
DATABASE_URL=$(fresh_database broken)
run alembic upgrade head
expect_key_error
repair
DATABASE_URL=$(fresh_database repaired)
run alembic upgrade head
expect_exit 0
run alembic current
echo '3b7a1d2e4f56 (head)' | expect_out
run psql -d repaired -Atc \
	"SELECT tablename FROM pg_tables WHERE schemaname = 'habits' ORDER BY 1"
tables_of_the_accident | expect_out
run psql -d repaired -Atc \
	"SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'c'
	 AND conname ~ '^(program_step|step_lesson)' ORDER BY 1"
expect_out <<EOF_OUT
program_step_templates_program_template_id_fkey
step_lesson_templates_program_step_template_id_fkey
EOF_OUT
run alembic downgrade base
expect_exit 0
