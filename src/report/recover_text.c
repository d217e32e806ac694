#include <string.h>

#include "recover_formats.h"
#include "revident/base/shell.h"
#include "revident/report/chain_text.h"
#include "text.h"

enum { NAMES_SHOWN = 5, MESSAGE_CELLS = 60, LIMITS_SHOWN = 5 };

/* Writing one plan. */
struct writer {
	const struct recover *plan;
	const struct render_options *options;
	const struct styles *styles;
	struct strbuf *out;
};

static void gap(struct writer *w)
{
	if (w->out->len)
		strbuf_addch(w->out, '\n');
}

static void heading(struct writer *w, const char *words)
{
	struct paragraph p;

	gap(w);
	paragraph_begin(&p, w->out, w->styles, 0, 0);
	paragraph_add_styled(&p, STYLE_LABEL, words);
	paragraph_end(&p);
}

static void add_place(struct paragraph *p, const struct salvage_source *source)
{
	switch (source->where) {
	case SALVAGE_HISTORY:
		paragraph_add(p, "from HEAD's history, commit ");
		break;
	case SALVAGE_REFS:
	case SALVAGE_STASH:
	case SALVAGE_REFLOG:
		paragraph_add(p, source->where == SALVAGE_REFLOG ? "from what the log of " : "from ");
		paragraph_add_token(p, STYLE_PLAIN, source->ref);
		paragraph_add(p, source->where == SALVAGE_REFLOG ? " remembers, commit " : ", commit ");
		break;
	case SALVAGE_INDEX:
		paragraph_add(p, "staged, in ");
		paragraph_add_token(p, STYLE_PLAIN, source->ref);
		return;
	case SALVAGE_UNREACHABLE:
		if (source->is_among_all)
			paragraph_add(
				p, source->has_commit ? "found among all objects, commit " : "found among all objects");
		else
			paragraph_add(p, source->has_commit ? "from a commit that nothing leads to, "
							    : "an object that nothing leads to");
		break;
	case SALVAGE_PLACES:
		break;
	}
	if (source->has_commit)
		paragraph_add_oid(p, &source->commit);
}

static const struct salvage_source *source_of(const struct recover *plan, struct text revision)
{
	size_t i;

	for (i = 0; i < plan->source_count; i++)
		if (text_equal(plan->sources[i].revision, revision))
			return &plan->sources[i];
	return NULL;
}

/* The user would take it for the last version. */
static void add_newer(struct writer *w, const struct salvage_source *source)
{
	struct strbuf command = STRBUF_INIT;
	char hex[OID_HEX + 1];
	struct paragraph p;

	paragraph_begin(&p, w->out, w->styles, 11, 11);
	paragraph_add_styled(&p, STYLE_WARN, "may not be the last version");
	paragraph_add(&p, ": blob ");
	paragraph_add_oid(&p, &source->newer_blob);
	paragraph_add(&p, ", which commit ");
	paragraph_add_oid(&p, &source->newer_commit);
	paragraph_add(&p, " has there, cannot be read. If another clone has it, this prints it there:");
	paragraph_end(&p);
	strbuf_addf(&command, "git cat-file blob %s", oid_hex(&source->newer_blob, hex));
	paragraph_begin(&p, w->out, w->styles, 11, 11);
	paragraph_add_command(&p, command.buf);
	paragraph_end(&p);
	strbuf_release(&command);
}

static void add_restore(struct writer *w, const struct recover_step *step)
{
	const struct salvage_source *source = source_of(w->plan, step->revision);
	struct paragraph p;

	paragraph_begin(&p, w->out, w->styles, 2, 11);
	paragraph_add_styled(&p, STYLE_GOOD, "restore");
	paragraph_pad(&p, 11);
	paragraph_add_token(&p, STYLE_PLAIN, step->path);
	paragraph_end(&p);
	paragraph_begin(&p, w->out, w->styles, 11, 11);
	paragraph_add_token(&p, STYLE_ID, step->revision);
	if (source && source->message.len) {
		paragraph_add(&p, " ");
		paragraph_add_quoted(&p, source->message, MESSAGE_CELLS);
	}
	paragraph_add(&p, ", blob ");
	paragraph_add_oid(&p, &step->blob);
	if (source) {
		paragraph_addf(&p, ", %zu bytes, ", source->size);
		add_place(&p, source);
	}
	if (step->reason.ptr) {
		paragraph_add(&p, "; ");
		paragraph_add_prose(&p, step->reason, 1000);
	}
	paragraph_end(&p);
	if (source && source->has_newer)
		add_newer(w, source);
}

static void add_rename(struct writer *w, const struct recover_step *step)
{
	struct paragraph p;

	paragraph_begin(&p, w->out, w->styles, 2, 11);
	paragraph_add_styled(&p, STYLE_WARN, "rename");
	paragraph_pad(&p, 11);
	paragraph_add_token(&p, STYLE_PLAIN, step->from);
	paragraph_end(&p);
	paragraph_begin(&p, w->out, w->styles, 8, 11);
	paragraph_add(&p, "to ");
	paragraph_add_token(&p, STYLE_PLAIN, step->path);
	paragraph_end(&p);
	paragraph_begin(&p, w->out, w->styles, 11, 11);
	if (step->revision.ptr) {
		paragraph_add(&p, "it declares ");
		paragraph_add_token(&p, STYLE_ID, step->revision);
		paragraph_add(&p, "; ");
	}
	paragraph_add_prose(&p, step->reason, 1000);
	paragraph_end(&p);
}

static void add_other(struct writer *w, const struct recover_step *step)
{
	struct paragraph p;

	paragraph_begin(&p, w->out, w->styles, 2, 11);
	paragraph_add_styled(&p, STYLE_WARN, step->kind == STEP_STUB ? "stub" : "relink");
	paragraph_pad(&p, 11);
	paragraph_add_token(&p, STYLE_PLAIN, step->path);
	paragraph_end(&p);
	paragraph_begin(&p, w->out, w->styles, 11, 11);
	paragraph_add_token(&p, STYLE_ID, step->revision);
	paragraph_add(&p, ": ");
	paragraph_add_prose(&p, step->reason, 1000);
	paragraph_end(&p);
}

static void add_steps(struct writer *w)
{
	size_t i;

	if (!w->plan->step_count)
		return;
	heading(w, w->plan->applied || w->plan->in_work_tree ? "Done:" : "The plan:");
	for (i = 0; i < w->plan->step_count; i++) {
		const struct recover_step *step = &w->plan->steps[i];

		if (step->kind == STEP_RESTORE)
			add_restore(w, step);
		else if (step->kind == STEP_RENAME)
			add_rename(w, step);
		else
			add_other(w, step);
	}
}

static void add_chain(struct writer *w, const char *when, const struct chain *chain, struct text path)
{
	const struct chain_text_options options = { .indent = 2, .color = w->options->color };
	struct paragraph p;

	gap(w);
	paragraph_begin(&p, w->out, w->styles, 0, 0);
	paragraph_add_styled(&p, STYLE_LABEL, when);
	if (w->plan->environment_count > 1) {
		paragraph_add(&p, " in ");
		paragraph_add_token(&p, STYLE_PLAIN, path);
	}
	paragraph_add(&p, ":");
	paragraph_end(&p);
	chain_render_text(chain, &options, w->out);
}

static void add_chains(struct writer *w)
{
	size_t i;

	for (i = 0; i < w->plan->environment_count; i++) {
		const struct recover_environment *env = &w->plan->environments[i];

		if (!w->plan->step_count)
			continue;
		add_chain(w, "The chain before", &env->before, env->path);
		add_chain(w, "The chain after", &env->after, env->path);
	}
}

static void add_searched(struct paragraph *p, const struct searched *searched)
{
	paragraph_add(p, "searched ");
	paragraph_add_count(p, searched->commits, "commit");
	paragraph_add(p, ", ");
	paragraph_add_count(p, searched->refs, "ref");
	paragraph_addf(p, ", %zu reflog %s, %zu index %s, ", searched->reflog_entries,
		searched->reflog_entries == 1 ? "entry" : "entries", searched->index_entries,
		searched->index_entries == 1 ? "entry" : "entries");
	paragraph_add_count(p, searched->unreachable_objects, "object");
	paragraph_add(p, " (blobs up to 64 KiB) and ");
	paragraph_add_count(p, searched->bytecode_files, "compiled file");
}

static void add_choice(struct writer *w, const struct salvage_source *choice)
{
	struct paragraph p;

	paragraph_begin(&p, w->out, w->styles, 2, 4);
	paragraph_add(&p, "--blob ");
	paragraph_add_oid(&p, &choice->blob);
	paragraph_addf(&p, ", %zu bytes", choice->size);
	if (choice->message.len) {
		paragraph_add(&p, ", ");
		paragraph_add_quoted(&p, choice->message, MESSAGE_CELLS);
	}
	if (choice->create_date.len) {
		paragraph_add(&p, ", created ");
		paragraph_add_prose(&p, choice->create_date, 40);
	}
	if (choice->similarity >= 0)
		paragraph_addf(&p, ", similarity to the first %.3f", choice->similarity);
	if (choice->path.ptr) {
		paragraph_add(&p, ", ");
		paragraph_add_token(&p, STYLE_PLAIN, choice->path);
	}
	paragraph_end(&p);
}

static void add_time(struct paragraph *p, const char *what, int64_t time)
{
	const struct signature signature = { .has_time = true, .time = time };
	char when[SIGNATURE_TIME_MAX];

	paragraph_addf(p, ", %s %s", what, signature_time_utc(&signature, when));
}

static void add_bytecode(struct writer *w, const struct bytecode *bytecode)
{
	struct paragraph p;

	paragraph_begin(&p, w->out, w->styles, 2, 4);
	paragraph_add_token(&p, STYLE_PLAIN, bytecode->path);
	paragraph_add(&p, " holds the id: the file was there");
	if (bytecode->has_time)
		add_time(&p, "last changed", bytecode->source_time);
	if (bytecode->is_compile_known)
		add_time(&p, "compiled", bytecode->compile_time);
	paragraph_add(&p,
		". With `sourceless = true` Alembic can load it as a stopgap, moved beside the sources without "
		"the interpreter's tag in its name.");
	paragraph_end(&p);
}

static void add_unrecoverable(struct writer *w, const struct unrecoverable *lost)
{
	struct paragraph p;
	size_t i;

	gap(w);
	paragraph_begin(&p, w->out, w->styles, 0, 0);
	paragraph_add_token(&p, STYLE_BAD, lost->revision);
	if (lost->referenced_count) {
		paragraph_add(&p, ", which ");
		paragraph_add_list(&p, STYLE_ID, lost->referenced_by, lost->referenced_count, 0, NAMES_SHOWN);
		paragraph_add(&p, lost->referenced_count > 1 ? " name," : " names,");
	}
	if (lost->choice_count) {
		paragraph_addf(&p, " is declared by %zu different files, and nothing tells which was last. Choose one:",
			lost->choice_count);
	} else {
		paragraph_add(&p, " cannot be found: ");
		add_searched(&p, &lost->searched);
		paragraph_add(&p,
			": no object declares it. `revident recover --stub` plans a stand-in that lets Alembic "
			"load the chain.");
	}
	paragraph_end(&p);
	for (i = 0; i < lost->choice_count; i++)
		add_choice(w, &lost->choices[i]);
	for (i = 0; i < lost->bytecode_count; i++)
		add_bytecode(w, &lost->bytecode[i]);
}

static void add_notes(struct writer *w)
{
	struct paragraph p;
	size_t i;

	for (i = 0; i < w->plan->note_count; i++) {
		gap(w);
		paragraph_begin(&p, w->out, w->styles, 0, 0);
		paragraph_add(&p, "Note: ");
		paragraph_add_prose(&p, w->plan->notes[i], 2000);
		paragraph_add(&p, ".");
		paragraph_end(&p);
	}
}

static void add_limits(struct writer *w)
{
	struct paragraph p;
	size_t i;

	if (!w->plan->limit_count)
		return;
	gap(w);
	paragraph_begin(&p, w->out, w->styles, 0, 2);
	paragraph_addf(&p, "Not everything could be read (%zu):", w->plan->limit_count);
	paragraph_end(&p);
	for (i = 0; i < w->plan->limit_count && i < LIMITS_SHOWN; i++) {
		paragraph_begin(&p, w->out, w->styles, 2, 4);
		paragraph_add_prose(&p, text_of(w->plan->limits[i]), 1000);
		paragraph_end(&p);
	}
}

static bool is_changed_before(const struct recover *plan, size_t step, struct text path)
{
	size_t i;

	for (i = 0; i < step; i++)
		if (text_equal(plan->steps[i].path, path) ||
			(plan->steps[i].kind == STEP_RENAME && text_equal(plan->steps[i].from, path)))
			return true;
	return false;
}

/* `git commit -a` passes over files that are new: all that the plan changed is named. */
static void add_staging(struct writer *w)
{
	struct strbuf command = STRBUF_INIT;
	struct paragraph p;
	size_t i;

	strbuf_addstr(&command, w->plan->is_sparse ? "git add -A --sparse --" : "git add -A --");
	for (i = 0; i < w->plan->step_count; i++) {
		const struct recover_step *step = &w->plan->steps[i];

		if (step->kind == STEP_RENAME && !is_changed_before(w->plan, i, step->from)) {
			strbuf_addch(&command, ' ');
			strbuf_add_shell_pathspec(&command, step->from);
		}
		if (!is_changed_before(w->plan, i, step->path)) {
			strbuf_addch(&command, ' ');
			strbuf_add_shell_pathspec(&command, step->path);
		}
	}
	paragraph_begin(&p, w->out, w->styles, 2, 2);
	paragraph_add_command(&p, command.buf);
	paragraph_end(&p);
	strbuf_release(&command);
}

static void add_written(struct writer *w)
{
	struct paragraph p;
	size_t i;

	heading(w, "Written:");
	for (i = 0; i < w->plan->written_count; i++) {
		paragraph_begin(&p, w->out, w->styles, 2, 4);
		paragraph_add_token(&p, STYLE_PLAIN, w->plan->written[i]);
		paragraph_end(&p);
	}
}

/* What is to be done now. */
static void add_next(struct writer *w)
{
	const struct recover *plan = w->plan;
	struct paragraph p;

	if (plan->written_count)
		add_written(w);
	gap(w);
	paragraph_begin(&p, w->out, w->styles, 0, 0);
	if (plan->refusal.ptr) {
		paragraph_add_styled(&p, STYLE_BAD, "Refused: ");
		paragraph_add_prose(&p, plan->refusal, 200);
		paragraph_add(&p, ". Nothing was changed.");
	} else if (plan->in_work_tree) {
		paragraph_add(&p,
			"The work tree holds this already; HEAD will when it is committed. This stages all of it, new "
			"files, too:");
	} else if (plan->applied && plan->staged) {
		paragraph_add(&p, "The work tree and the index hold the repair: try `alembic history`, and commit it.");
	} else if (plan->applied) {
		paragraph_add(&p,
			"The work tree holds the repair: try `alembic history`, and commit it. This stages all of it, "
			"new files, too:");
	} else if (plan->written_count) {
		paragraph_add(&p, "Nothing else was changed. To do it in the work tree, give ");
		paragraph_add_command(&p, "--apply");
		paragraph_add(&p, " instead of ");
		paragraph_add_command(&p, "-o");
		paragraph_add(&p, ".");
	} else if (plan->step_count) {
		paragraph_add(&p, "Nothing was changed. To do it, give the same command with ");
		paragraph_add_command(&p, "--apply");
		paragraph_add(&p, ".");
	} else if (!plan->unrecoverable_count && !plan->is_left) {
		paragraph_add(
			&p, plan->before.missing_count ? "Nothing is to be done." : "Nothing is missing at HEAD.");
	} else {
		paragraph_add(&p, "Nothing was changed.");
	}
	paragraph_end(&p);
	if (!plan->refusal.ptr && (plan->in_work_tree || plan->applied) && !plan->staged)
		add_staging(w);
}

int recover_render_text(
	const struct recover *plan, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct writer w = { plan, options, styles_find(options->color), out };
	size_t i;

	(void)err; /* text can always be written */
	add_steps(&w);
	add_chains(&w);
	for (i = 0; i < plan->unrecoverable_count; i++)
		add_unrecoverable(&w, &plan->unrecoverable[i]);
	add_notes(&w);
	add_limits(&w);
	add_next(&w);
	return 0;
}
