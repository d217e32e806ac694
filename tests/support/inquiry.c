#include "inquiry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/strbuf.h"
#include "revident/model/event.h"

static const char prologue[] =
	"git init -q -b main r && cd r && mkdir -p m/versions && echo 'from alembic import context' >m/env.py\n"
	"printf '[alembic]\\nscript_location = m\\n' >alembic.ini\n"
	"put() { f=${3:-m/versions/$1.py}; mkdir -p \"${f%/*}\"\n"
	"printf '\"\"\"the step %s\\n\\n\"\"\"\\nrevision = \"%s\"\\ndown_revision = %s\\n' \"$1\" \"$1\" \"$2\" "
	">\"$f\"\n"
	"for i in 1 2 3 4 5 6 7 8; do echo \"def part_$i(): return '${4:-the text of all of them}, $i'\"; done "
	">>\"$f\"; }\n"
	"say() { git add -A && git commit -q --allow-empty -m \"$*\"; }\n"
	"say begin\n";

void inquiry_make(struct sandbox *sandbox, const char *script)
{
	struct strbuf all = STRBUF_INIT;

	strbuf_addstr(&all, prologue);
	strbuf_addstr(&all, script);
	sandbox_run(sandbox, all.buf);
	strbuf_release(&all);
}

void inquiry_open(struct inquiry *inquiry, struct sandbox *sandbox, const char *script, bool all)
{
	const struct progress progress = { 0 };
	const struct investigation_options options = { .all = all, .progress = &progress };
	struct err err = { .kind = ERR_NONE };

	inquiry_make(sandbox, script);
	inquiry->repo = sandbox_open(sandbox, "r");
	arena_init(&inquiry->arena);
	if (investigation_open(&inquiry->inv, inquiry->repo, &inquiry->arena, &options, &err) < 0)
		fail_msg("%s", err.msg);
}

void inquiry_close(struct inquiry *inquiry)
{
	investigation_close(&inquiry->inv);
	arena_release(&inquiry->arena);
	repo_close(inquiry->repo);
}

static void add_path(struct inquiry *inquiry, struct strbuf *out, uint32_t path)
{
	struct text text = path == INTERN_NONE ? TEXT_LITERAL("-") : study_path_text(&inquiry->inv.study, path);

	strbuf_add(out, text.ptr, text.len);
}

const char *inquiry_changes(struct inquiry *inquiry)
{
	const struct history *history = &inquiry->inv.history;
	struct strbuf out = STRBUF_INIT;
	const char *kept;
	size_t i;

	for (i = 0; i < history->count; i++) {
		const struct change *change = &history->changes[i];
		struct text revision = study_revision_text(&inquiry->inv.study, change->revision);

		strbuf_addf(&out, "%s %.*s ", event_kind_name(change->kind), (int)revision.len, revision.ptr);
		add_path(inquiry, &out, change->before.path);
		strbuf_addstr(&out, " > ");
		add_path(inquiry, &out, change->after.path);
		strbuf_addch(&out, '\n');
	}
	kept = arena_strdup(&inquiry->arena, out.buf);
	strbuf_release(&out);
	return kept;
}

uint32_t inquiry_revision(struct inquiry *inquiry, const char *revision)
{
	uint32_t number = intern_find(&inquiry->inv.study.revisions, revision, strlen(revision));

	assert_int_not_equal(number, INTERN_NONE);
	return number;
}

uint32_t inquiry_path(struct inquiry *inquiry, const char *path)
{
	uint32_t number = study_path(&inquiry->inv.study, path, strlen(path));

	assert_int_not_equal(number, INTERN_NONE);
	return number;
}
