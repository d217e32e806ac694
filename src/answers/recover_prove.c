#include <stdlib.h>
#include <string.h>

#include "recover_parts.h"
#include "revident/base/printable.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

/* What the audit says of the touched environments of one tree, added up. */
struct sum {
	struct text *heads, *bases, *missing;
	size_t head_count, head_cap, base_count, base_cap, missing_count, missing_cap;
	size_t duplicates, cycles;
};

static void add_text(struct text **items, size_t *count, size_t *cap, struct text text)
{
	VEC_GROW(*items, *count, *cap);
	(*items)[(*count)++] = text;
}

static bool is_touched(const struct planner *p, struct text path)
{
	size_t i;

	for (i = 0; i < p->touched_count; i++)
		if (text_equal(p->touched[i], path))
			return true;
	return false;
}

static void add_environment(struct planner *p, const struct audit_environment *env, struct sum *sum)
{
	size_t i;

	for (i = 0; i < env->chain.head_count; i++)
		add_text(&sum->heads, &sum->head_count, &sum->head_cap, plan_text(p, env->chain.heads[i]));
	for (i = 0; i < env->chain.base_count; i++)
		add_text(&sum->bases, &sum->base_count, &sum->base_cap, plan_text(p, env->chain.bases[i]));
	for (i = 0; i < env->chain.count; i++)
		if (env->chain.nodes[i].state == CHAIN_MISSING)
			add_text(&sum->missing, &sum->missing_count, &sum->missing_cap,
				plan_text(p, env->chain.nodes[i].revision));
	for (i = 0; i < env->finding_count; i++)
		sum->duplicates += env->findings[i].rule == RULE_DUPLICATE_REVISION;
	sum->cycles += env->chain.cycle_count;
}

static const struct text *keep(struct planner *p, struct text *items, size_t count)
{
	const struct text *kept;

	if (count)
		qsort(items, count, sizeof(*items), text_compare_items);
	kept = arena_copy(p->arena, items, count, sizeof(*items));
	free(items);
	return kept;
}

static struct chain_summary finish(struct planner *p, struct sum *sum)
{
	struct chain_summary out = { .head_count = sum->head_count,
		.base_count = sum->base_count,
		.missing_count = sum->missing_count,
		.duplicate_count = sum->duplicates,
		.cycle_count = sum->cycles };

	out.heads = keep(p, sum->heads, sum->head_count);
	out.bases = keep(p, sum->bases, sum->base_count);
	out.missing = keep(p, sum->missing, sum->missing_count);
	return out;
}

static int judge(struct planner *p, struct plan_tree *tree, struct audit *audit)
{
	struct audit_options options = { .policy = p->options->policy };

	memset(audit, 0, sizeof(*audit));
	return audit_source(p->inv.discovery, &p->inv.study, source_of_files(&p->inv.study, tree->files, tree->count),
		&p->inv.extra, &options, audit, p->err);
}

static struct chain_summary add_up(struct planner *p, const struct audit *audit)
{
	struct sum sum = { 0 };
	size_t i;

	for (i = 0; i < audit->environment_count; i++)
		if (is_touched(p, audit->environments[i].path))
			add_environment(p, &audit->environments[i], &sum);
	return finish(p, &sum);
}

/* A chain refers to texts of the study, which ends before the plan is shown. */
static struct text copy_of(struct planner *p, struct text text)
{
	return plan_text(p, text);
}

static const struct text *copy_texts(struct planner *p, const struct text *texts, size_t count)
{
	struct text *out = arena_calloc(p->arena, count + 1, sizeof(*out));
	size_t i;

	for (i = 0; i < count; i++)
		out[i] = copy_of(p, texts[i]);
	return out;
}

static const struct chain_member *copy_member(struct planner *p, const struct chain_member *from)
{
	struct chain_member *out = arena_alloc(p->arena, sizeof(*out));

	*out = *from;
	out->revision = copy_of(p, from->revision);
	out->path = copy_of(p, from->path);
	out->message = copy_of(p, from->message);
	out->parents = copy_texts(p, from->parents, from->parent_count);
	out->depends_on = copy_texts(p, from->depends_on, from->depends_count);
	out->labels = copy_texts(p, from->labels, from->label_count);
	return out;
}

static struct chain copy_chain(struct planner *p, const struct chain *from)
{
	struct chain out = *from;
	struct chain_node *nodes = arena_calloc(p->arena, from->count, sizeof(*nodes));
	size_t i;

	for (i = 0; i < from->count; i++) {
		nodes[i] = from->nodes[i];
		nodes[i].revision = copy_of(p, from->nodes[i].revision);
		if (from->nodes[i].member)
			nodes[i].member = copy_member(p, from->nodes[i].member);
	}
	out.nodes = nodes;
	return out;
}

static struct chain_links copy_links(struct planner *p, struct chain_links links)
{
	return (struct chain_links){ (const uint32_t *)(const void *)arena_memdup(
					     p->arena, links.to, links.count * sizeof(*links.to)),
		links.count };
}

static const struct chain_cycle *copy_cycles(struct planner *p, const struct chain *from)
{
	struct chain_cycle *out = arena_calloc(p->arena, from->cycle_count + 1, sizeof(*out));
	size_t i;

	for (i = 0; i < from->cycle_count; i++) {
		out[i] = from->cycles[i];
		out[i].nodes = (const uint32_t *)(const void *)arena_memdup(
			p->arena, from->cycles[i].nodes, from->cycles[i].count * sizeof(*from->cycles[i].nodes));
	}
	return out;
}

static struct chain keep_chain(struct planner *p, const struct audit_environment *env)
{
	struct chain out = { 0 };
	struct chain_node *nodes;
	size_t i;

	if (!env)
		return out;
	out = copy_chain(p, &env->chain);
	nodes = (struct chain_node *)out.nodes;
	for (i = 0; i < out.count; i++) {
		nodes[i].parents = copy_links(p, nodes[i].parents);
		nodes[i].depends = copy_links(p, nodes[i].depends);
		nodes[i].children = copy_links(p, nodes[i].children);
		nodes[i].dependents = copy_links(p, nodes[i].dependents);
	}
	out.heads = copy_texts(p, env->chain.heads, env->chain.head_count);
	out.bases = copy_texts(p, env->chain.bases, env->chain.base_count);
	out.cycles = copy_cycles(p, &env->chain);
	return out;
}

static void keep_environments(struct planner *p, const struct audit *before, const struct audit *after)
{
	struct recover_environment *all = arena_calloc(p->arena, p->touched_count, sizeof(*all));
	size_t i;

	if (p->touched_count)
		qsort(p->touched, p->touched_count, sizeof(*p->touched), text_compare_items);
	for (i = 0; i < p->touched_count; i++) {
		all[i].path = p->touched[i];
		all[i].before = keep_chain(p, audit_find_environment(before, p->touched[i]));
		all[i].after = keep_chain(p, audit_find_environment(after, p->touched[i]));
	}
	p->out->environments = all;
	p->out->environment_count = p->touched_count;
}

/* Whoever names a revision that nothing refers to wants it, whatever else is missing. */
static const char *refusal(const struct recover *out, bool is_named)
{
	if (out->step_count == 0)
		return NULL;
	if (out->after.duplicate_count > out->before.duplicate_count)
		return "two files would declare the same id";
	if (out->after.cycle_count > out->before.cycle_count)
		return "the chain would have a cycle";
	if (out->after.missing_count > out->before.missing_count)
		return "more would be missing than now";
	if (!is_named && out->before.missing_count && out->after.missing_count == out->before.missing_count)
		return "as much would be missing as now";
	return NULL;
}

static void note_heads(struct planner *p)
{
	const struct chain_summary *after = &p->out->after;
	struct strbuf names = STRBUF_INIT;
	size_t i;

	for (i = 0; i < after->head_count; i++) {
		if (i)
			strbuf_addstr(&names, i + 1 < after->head_count ? ", " : " and ");
		strbuf_add_printable(&names, after->heads[i].ptr, after->heads[i].len);
	}
	add_note(p, "there will be %zu heads, %s: Alembic then wants a merge revision, `alembic merge heads`",
		after->head_count, names.buf);
	strbuf_release(&names);
}

/*
 * Where nothing is planned, and where nothing is missing either: then there is no chain to draw, but the counts hold.
 */
static bool nothing_concerns(struct planner *p, const struct audit *before)
{
	size_t i;

	if (p->touched_count)
		return false;
	for (i = 0; i < p->verdict.missing_count; i++)
		touch_environment(p, plan_text(p, p->verdict.missing[i].environment));
	if (p->touched_count)
		return false;
	for (i = 0; i < before->environment_count; i++)
		touch_environment(p, plan_text(p, before->environments[i].path));
	return true;
}

int plan_prove(struct planner *p)
{
	struct audit before, after;
	const char *why;
	bool draws_nothing;

	if (judge(p, &p->before, &before) < 0 || judge(p, &p->after, &after) < 0)
		return -1;
	draws_nothing = nothing_concerns(p, &before);
	p->out->before = add_up(p, &before);
	p->out->after = add_up(p, &after);
	p->out->step_count = p->step_count;
	if (draws_nothing)
		p->touched_count = 0;
	keep_environments(p, &before, &after);
	why = refusal(p->out, p->options->revision_count > 0);
	if (why)
		p->out->refusal = text_of(arena_strdup(p->arena, why));
	if (p->out->after.head_count > 1 && p->out->after.head_count > p->out->before.head_count)
		note_heads(p);
	return 0;
}
