#include <stdlib.h>
#include <string.h>

#include "audit_formats.h"
#include "revident/base/xalloc.h"
#include "revident/report/chain_text.h"
#include "text.h"

/* More uncreated tables than this are cut short; JSON has all. */
enum { UNCREATED_MAX = 24, REASON_CELLS = 200 };

struct audit_text {
	const struct audit *audit;
	struct strbuf *out;
	const struct styles *styles;
	bool color;
};

static void write_heading(struct audit_text *t, const struct audit_environment *env)
{
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 0, 2);
	paragraph_add_token(&p, STYLE_ID, env->path);
	paragraph_add(&p, ": ");
	paragraph_add_count(&p, env->migration_count, "migration");
	paragraph_add(&p, ", ");
	paragraph_add_count(&p, env->chain.head_count, "head");
	paragraph_add(&p, ", ");
	paragraph_add_count(&p, env->chain.base_count, "base");
	if (env->chain.missing_count)
		paragraph_addf(&p, ", %zu missing", env->chain.missing_count);
	paragraph_end(&p);
}

/* The picture; revisions with an error or a warning are never folded. */
static void write_chain(struct audit_text *t, const struct audit_environment *env)
{
	struct text *keep = xcalloc(env->finding_count, sizeof(*keep));
	struct chain_text_options options = { .indent = 2, .color = t->color, .keep = keep };
	size_t i;

	for (i = 0; i < env->finding_count; i++)
		if (env->findings[i].level > LEVEL_NOTE && env->findings[i].revision.ptr)
			keep[options.keep_count++] = env->findings[i].revision;
	if (env->chain.count)
		strbuf_addch(t->out, '\n');
	chain_render_text(&env->chain, &options, t->out);
	free(keep);
}

static void write_finding(struct audit_text *t, const struct finding *finding)
{
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 2, 4);
	paragraph_add_styled(&p, style_of_level(finding->level), level_name(finding->level));
	paragraph_addf(&p, " %s: ", rule_get(finding->rule)->name);
	paragraph_add(&p, finding->message.ptr);
	paragraph_end(&p);
	if (finding->path.ptr) {
		paragraph_begin(&p, t->out, t->styles, 4, 4);
		paragraph_add_token(&p, STYLE_PLAIN, finding->path);
		if (finding->line)
			paragraph_addf(&p, ":%u", finding->line);
		paragraph_end(&p);
	}
	if (finding->hint.ptr) {
		paragraph_begin(&p, t->out, t->styles, 4, 4);
		paragraph_add(&p, "-> ");
		paragraph_add_styled(&p, STYLE_COMMAND, finding->hint.ptr);
		paragraph_end(&p);
	}
}

/* The names that the two rules are about, of many the first few. */
static void write_uncreated(struct audit_text *t, const struct audit_tables *tables)
{
	size_t shown = tables->uncreated_count > UNCREATED_MAX ? UNCREATED_MAX - 1 : tables->uncreated_count, i;
	struct paragraph p;

	if (!tables->uncreated_count)
		return;
	paragraph_begin(&p, t->out, t->styles, 2, 4);
	paragraph_add(&p, "uncreated: ");
	for (i = 0; i < shown; i++) {
		paragraph_add_token(&p, STYLE_PLAIN, tables->uncreated[i]);
		if (i + 1 < tables->uncreated_count)
			paragraph_add(&p, ", ");
	}
	if (shown < tables->uncreated_count)
		paragraph_addf(&p, "and %zu more", tables->uncreated_count - shown);
	paragraph_end(&p);
}

/* "  tables: 3 created, 2 assumed, 3 in models, 1 uncreated", and what could not be told. */
static void write_tables(struct audit_text *t, const struct audit_environment *env)
{
	const struct audit_tables *tables = &env->tables;
	struct paragraph p;

	if (!tables->created_count && !tables->assumed_count && !tables->model_count && !tables->opaque_count)
		return;
	strbuf_addch(t->out, '\n');
	paragraph_begin(&p, t->out, t->styles, 2, 4);
	paragraph_addf(&p, "tables: %zu created, %zu assumed, %zu in models, %zu uncreated", tables->created_count,
		tables->assumed_count, tables->model_count, tables->uncreated_count);
	paragraph_end(&p);
	write_uncreated(t, tables);
	if (!tables->opaque_count)
		return;
	paragraph_begin(&p, t->out, t->styles, 2, 4);
	paragraph_addf(&p, "not judged: tables after %zu %s that may create some in a way that cannot be told (%s: ",
		tables->opaque_count, tables->opaque_count == 1 ? "migration" : "migrations", tables->opaque[0].reason);
	paragraph_add_token(&p, STYLE_PLAIN, tables->opaque[0].path);
	if (tables->opaque[0].line)
		paragraph_addf(&p, ":%u", tables->opaque[0].line);
	paragraph_add(&p, ")");
	paragraph_end(&p);
}

static void write_prunes(struct audit_text *t, const struct audit_environment *env)
{
	struct paragraph p;
	size_t i;

	for (i = 0; i < env->prune_count; i++) {
		paragraph_begin(&p, t->out, t->styles, 2, 4);
		paragraph_add(&p, "pruned: what was above ");
		paragraph_add_token(&p, STYLE_ID, env->prunes[i].name);
		paragraph_add(&p, " may be gone (");
		paragraph_add_prose(&p, env->prunes[i].reason, REASON_CELLS);
		paragraph_add(&p, ")");
		paragraph_end(&p);
	}
}

static void write_findings(struct audit_text *t, const struct audit_environment *env)
{
	size_t i;

	if (env->finding_count || env->prune_count)
		strbuf_addch(t->out, '\n');
	for (i = 0; i < env->finding_count; i++)
		if (env->findings[i].level > LEVEL_NOTE)
			write_finding(t, &env->findings[i]);
	text_add_notes(t->out, t->styles, env->findings, env->finding_count, 2);
	write_prunes(t, env);
}

static void write_limits(struct audit_text *t)
{
	struct paragraph p;
	size_t i;

	for (i = 0; i < t->audit->limit_count; i++) {
		paragraph_begin(&p, t->out, t->styles, 0, 2);
		paragraph_add_styled(&p, STYLE_WARN, "not read:");
		paragraph_add(&p, " ");
		paragraph_add(&p, t->audit->limits[i]);
		paragraph_end(&p);
	}
	if (t->audit->limit_count)
		strbuf_addch(t->out, '\n');
}

static void write_summary(struct audit_text *t)
{
	size_t counts[LEVEL_ERROR + 1] = { 0 }, migrations = 0, i, level;
	struct paragraph p;

	for (i = 0; i < t->audit->environment_count; i++) {
		const struct audit_environment *env = &t->audit->environments[i];
		size_t of_env[LEVEL_ERROR + 1];

		findings_count(env->findings, env->finding_count, of_env);
		for (level = 0; level <= LEVEL_ERROR; level++)
			counts[level] += of_env[level];
		migrations += env->migration_count;
	}
	paragraph_begin(&p, t->out, t->styles, 0, 2);
	if (!t->audit->environment_count) {
		paragraph_add(&p, "No Alembic environment was found; --versions-dir PATH names one.");
		paragraph_end(&p);
		return;
	}
	paragraph_add_count(&p, t->audit->environment_count, "environment");
	paragraph_add(&p, ", ");
	paragraph_add_count(&p, migrations, "migration");
	paragraph_add(&p, ": ");
	paragraph_add_levels(&p, counts);
	paragraph_end(&p);
}

int audit_render_text(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct audit_text t = {
		.audit = audit, .out = out, .styles = styles_find(options->color), .color = options->color
	};
	size_t i;

	(void)err;
	write_limits(&t);
	for (i = 0; i < audit->environment_count; i++) {
		write_heading(&t, &audit->environments[i]);
		write_chain(&t, &audit->environments[i]);
		write_findings(&t, &audit->environments[i]);
		write_tables(&t, &audit->environments[i]);
		strbuf_addch(out, '\n');
	}
	write_summary(&t);
	return 0;
}
