#include "revident/base/arena.h"
#include "revident/base/printable.h"
#include "revident/base/shell.h"
#include "revident/report/findings.h"
#include "scan_json.h"

enum { NAMES_SHOWN = 3 };

/* A command of ours about a revision, as it can be pasted. */
static struct text command(struct arena *arena, const char *name, struct text revision)
{
	struct strbuf line = STRBUF_INIT;
	struct text out;

	strbuf_addf(&line, "revident %s", name);
	strbuf_add_shell_operand(&line, revision);
	out = arena_text(arena, (struct text){ line.buf, line.len });
	strbuf_release(&line);
	return out;
}

static struct finding from_missing(struct arena *arena, const struct missing_revision *missing)
{
	struct finding finding = { .rule = RULE_MISSING_REVISION,
		.level = missing->decides ? LEVEL_ERROR : LEVEL_WARNING,
		.environment = missing->environment,
		.revision = missing->revision,
		.path = missing->referencing_path,
		.line = missing->referencing_line,
		.hint = command(arena, "explain", missing->revision) };
	struct strbuf words = STRBUF_INIT;
	size_t i;

	strbuf_add_printable_text(&words, missing->revision);
	strbuf_addstr(&words, " is not there, and ");
	for (i = 0; i < missing->referenced_count && i < NAMES_SHOWN; i++) {
		strbuf_addstr(&words, i ? ", " : "");
		strbuf_add_printable_text(&words, missing->referenced_by[i]);
	}
	if (missing->referenced_count > i)
		strbuf_addf(&words, " and %zu more", missing->referenced_count - i);
	strbuf_addf(&words, " %s it in %s", missing->referenced_count == 1 ? "names" : "name",
		missing->in_depends_on ? "depends_on" : "down_revision");
	if (!missing->ever_in_history)
		strbuf_addstr(&words, "; the history that was read never had it");
	finding.message = arena_text(arena, (struct text){ words.buf, words.len });
	strbuf_release(&words);
	return finding;
}

/* What is missing at a tip is an error; what nobody names any more matters to databases alone, if any ran it. */
static enum level level_of(const struct lost_revision *lost)
{
	if (lost->status == LOST_BROKEN)
		return LEVEL_ERROR;
	return lost->published && !lost->waived ? LEVEL_WARNING : LEVEL_NOTE;
}

static struct finding from_lost(struct arena *arena, const struct lost_revision *lost)
{
	struct finding finding = { .rule = loss_rule(lost->cause),
		.level = level_of(lost),
		.environment = lost->environment,
		.revision = lost->revision,
		.path = lost->path,
		.hint = command(arena, lost->status == LOST_BROKEN ? "recover" : "show", lost->revision) };
	char commit[OID_HEX + 1], blob[OID_HEX + 1];
	struct strbuf words = STRBUF_INIT;

	strbuf_add_printable_text(&words, lost->revision);
	strbuf_addf(&words, " is lost: %s in commit %s", event_kind_name(lost->cause),
		oid_hex(&lost->removed_by->id, commit));
	if (lost->continues_as.path.ptr) {
		strbuf_addstr(&words, ", goes on as ");
		strbuf_add_printable_text(&words, lost->continues_as.revision);
	}
	if (!oid_is_null(&lost->blob))
		strbuf_addf(&words, "; its file is blob %s", oid_hex(&lost->blob, blob));
	if (lost->waived) {
		strbuf_addstr(&words, lost->excuse.by_prune ? "; pruned by " : "; waived by ");
		strbuf_add_printable_text(&words, lost->excuse.name);
		strbuf_addstr(&words, ": ");
		strbuf_add_printable_text(&words, lost->excuse.reason);
	}
	finding.message = arena_text(arena, (struct text){ words.buf, words.len });
	strbuf_release(&words);
	return finding;
}

int scan_render_sarif(
	const struct scan *scan, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct findings_run run = { .limits = scan->repository.limits,
		.limit_count = scan->repository.limit_count,
		.provenance = &scan->provenance };
	struct finding *all;
	struct arena arena;
	size_t i, n = 0;
	int rc;

	(void)options;
	arena_init(&arena);
	all = arena_calloc(&arena, scan->missing_count + scan->lost_count + 1, sizeof(*all));
	for (i = 0; i < scan->missing_count; i++)
		all[n++] = from_missing(&arena, &scan->missing[i]);
	for (i = 0; i < scan->lost_count; i++)
		all[n++] = from_lost(&arena, &scan->lost[i]);
	findings_sort(all, n);
	run.findings = all;
	run.count = n;
	rc = findings_render_sarif(&run, out, err);
	arena_release(&arena);
	return rc;
}
