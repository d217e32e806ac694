#!/bin/sh
# revident audit: the tables that migrations create and assume, and the models.

. "${0%/*}/lib.sh"
need_binary

T='d["environments"][0]["tables"]'
LOST='["habit_events", "habit_templates", "journal_task_events", "lesson_events", "lesson_segments", "lesson_tasks", "lesson_templates", "program_step_templates", "program_templates", "step_daily_plans", "step_lesson_templates", "template_access", "template_provenance", "user_program_assignments"]'
ABOUT_TABLES='sum(f["rule"] in ("table-never-created", "model-without-table")
 for e in d["environments"] for f in e["findings"])'

it "the accident: what is not created are the tables of the lost migration"
fixture september-17
run revident audit --format json HEAD
expect_exit 1
expect_json "${T}[\"created\"]" '[]'
expect_json "${T}[\"opaque\"]" '[]'
expect_json "sorted(n.split(\".\")[-1] for n in ${T}[\"uncreated\"])" "$LOST"
expect_json "${T}[\"assumed\"]" '["habits.program_step_templates", "habits.program_templates", "habits.step_lesson_templates", "habits.user_program_assignments"]'
expect_json 'sum(f["rule"] == "table-never-created" for f in d["environments"][0]["findings"])' 4

it "the accident, repaired: none"
fixture september-17
git checkout -q --force main
run revident recover --apply
expect_exit 0
run revident audit --format json --worktree
expect_exit 0
expect_json "${T}[\"uncreated\"]" '[]'
expect_json "sorted(n.split(\".\")[-1] for n in ${T}[\"created\"])" "$LOST"
expect_json "$ABOUT_TABLES" 0

it "before the accident: none"
fixture september-17
run revident audit --format json v1.3
expect_exit 0
expect_json "${T}[\"uncreated\"]" '[]'
expect_json "$ABOUT_TABLES" 0

it "ndjson and sarif tell the same findings as json"
fixture september-17
run revident audit --format ndjson HEAD
expect_exit 1
python3 -c 'import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
print([line["type"] for line in lines][:4], sum(line["type"] == "finding" for line in lines))
print("migrations" in lines[1], lines[1]["tables"]["created"], lines[2]["environment"])' \
	"$CASE_DIR/out" >"$CASE_DIR/lines"
expect_file "$CASE_DIR/lines" <<'END'
['audit', 'environment', 'migration', 'migration'] 20
False [] habits_service/alembic
END
run revident audit --format sarif HEAD
expect_exit 1
expect_json '[len(d["runs"][0]["results"]), d["runs"][0]["results"][0]["ruleId"]]' '[20, "missing-revision"]'
