# shellcheck shell=sh
# The accident (testrepos/september-17.fi) as Alembic sees it. For tests that
# source lib.sh, from within habits_service/.

VERSIONS=alembic/versions
BOOTSTRAP=$VERSIONS/189b1231afd4_bootstrap_tables.py
CASCADE=$VERSIONS/2a3f4c9d1cde_add_cascade_deletes.py

tables_of_the_accident() {
	cat <<-TABLES
	alembic_version
	habit_events
	habit_templates
	journal_task_events
	lesson_events
	lesson_segments
	lesson_tasks
	lesson_templates
	program_step_templates
	program_templates
	step_daily_plans
	step_lesson_templates
	template_access
	template_provenance
	user_program_assignments
	TABLES
}

whole_history() {
	cat <<-HISTORY
	2a3f4c9d1cde -> 3b7a1d2e4f56 (head), soft delete for program_templates
	189b1231afd4 -> 2a3f4c9d1cde, add cascade deletes
	<base> -> 189b1231afd4, bootstrap tables
	HISTORY
}

repair() {
	git mv "$BOOTSTRAP" "$CASCADE"
	git show "$(mark :2):habits_service/$BOOTSTRAP" >"$BOOTSTRAP"
}

expect_key_error() {
	expect_exit 1
	grep -q 'UserWarning: Revision 189b1231afd4 referenced from' "$CASE_DIR/err" ||
		fail "Alembic does not warn"
	tail -n 1 "$CASE_DIR/err" >"$CASE_DIR/last"
	echo "KeyError: '189b1231afd4'" >"$CASE_DIR/expected"
	compare "$CASE_DIR/expected" "$CASE_DIR/last" "the last line of the traceback"
}

sqlite_tables() {
	python3 -c '
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute(
    "SELECT name FROM sqlite_master WHERE type = ? ORDER BY name", ("table",))
print("\n".join(name for (name,) in rows))' "$1"
}
