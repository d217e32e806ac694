#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "casefile_stamps.h"
#include "revident/base/xalloc.h"
#include "revident/answers/audit.h"
#include "revident/forensics/chain.h"

static const char several_heads[] =
	"FAILED: Multiple head revisions are present for given argument 'head'; please specify a specific "
	"target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads";

static void say(struct table *t, struct stamp_outcome *out, const struct strbuf *line)
{
	struct text *lines = arena_calloc(t->arena, out->say_count + 1, sizeof(*lines));

	if (out->say_count)
		memcpy(lines, out->says, out->say_count * sizeof(*lines));
	lines[out->say_count++] = (struct text){ arena_memdup(t->arena, line->buf, line->len), line->len };
	out->says = lines;
}

static void add_list(struct strbuf *out, const struct text *items, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		strbuf_addstr(out, i ? ", " : "");
		strbuf_add(out, items[i].ptr, items[i].len);
	}
}

/*
 * `Revision X referenced from X -> C, doc is not present`; "(head)" and the like depend on load order, left out here.
 */
static void say_not_present(
	struct table *t, struct stamp_outcome *out, const struct chain_node *missing, const struct chain_node *child)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_addstr(&line, "UserWarning: Revision ");
	strbuf_add(&line, missing->revision.ptr, missing->revision.len);
	strbuf_addstr(&line, " referenced from ");
	add_list(&line, child->member->parents, child->member->parent_count);
	strbuf_addstr(&line, " -> ");
	strbuf_add(&line, child->revision.ptr, child->revision.len);
	strbuf_addstr(&line, ", ");
	if (child->member->message.ptr)
		strbuf_add(&line, child->member->message.ptr, child->member->message.len);
	strbuf_addstr(&line, " is not present");
	say(t, out, &line);
	strbuf_release(&line);
}

static void say_with_id(struct table *t, struct stamp_outcome *out, const char *words, struct text id)
{
	struct strbuf line = STRBUF_INIT;
	char quote = id.len && memchr(id.ptr, '\'', id.len) && !memchr(id.ptr, '"', id.len) ? '"' : '\'';

	strbuf_addstr(&line, words);
	strbuf_addch(&line, quote);
	strbuf_add(&line, id.ptr, id.len);
	strbuf_addch(&line, quote);
	say(t, out, &line);
	strbuf_release(&line);
}

/*
 * The missing node that Alembic stops at: it looks up all of depends_on before any parent. Of several in the same round
 * it is the one whose child the file system lists first, which nobody knows: the one that the case is about, if it may
 * be.
 */
static const struct chain_node *missing_node(const struct chain *chain, struct text preferred, bool *by_dependency)
{
	const struct chain_node *first = NULL;
	size_t i;

	*by_dependency = false;
	for (i = 0; i < chain->count && !*by_dependency; i++)
		*by_dependency = chain->nodes[i].state == CHAIN_MISSING && chain->nodes[i].dependents.count;
	for (i = 0; i < chain->count; i++) {
		const struct chain_node *node = &chain->nodes[i];

		if (node->state != CHAIN_MISSING || (*by_dependency && !node->dependents.count))
			continue;
		if (text_equal(node->revision, preferred))
			return node;
		if (!first)
			first = node;
	}
	return first;
}

static bool answer_missing(struct table *t, const struct chain *chain, struct stamp_outcome *out)
{
	bool by_dependency;
	const struct chain_node *missing = missing_node(chain, t->c->life->revision, &by_dependency);

	if (!missing)
		return false;
	out->answer = by_dependency ? ANSWER_BARE_KEY_ERROR : ANSWER_KEY_ERROR;
	if (!by_dependency && missing->children.count)
		say_not_present(t, out, missing, &chain->nodes[missing->children.to[0]]);
	say_with_id(t, out, "KeyError: ", missing->revision);
	return true;
}

static bool plan_takes_away(const struct recover *plan, struct text path)
{
	size_t i;

	for (i = 0; plan && i < plan->step_count; i++)
		if (text_equal(plan->steps[i].path, path) || text_equal(plan->steps[i].from, path))
			return true;
	return false;
}

/* A file that stops Alembic before it looks at any chain. */
static bool answer_unreadable(struct table *t, const struct state *state, struct stamp_outcome *out)
{
	const struct audit_environment *env = t->c->environment;
	struct strbuf line = STRBUF_INIT;
	size_t i;

	for (i = 0; i < env->finding_count; i++)
		if (env->findings[i].rule == RULE_UNREADABLE_MIGRATION &&
			!(state->way == WAY_RESTORE && plan_takes_away(t->plan, env->findings[i].path)))
			break;
	if (i == env->finding_count)
		return false;
	if (audit_is_without_id(&env->findings[i])) {
		struct text name = text_base_name(env->findings[i].path);

		strbuf_addstr(&line, "FAILED: Could not determine revision id from filename ");
		strbuf_add(&line, name.ptr, name.len);
		strbuf_addstr(&line, ". Be sure the 'revision' variable is declared inside the script (please see "
				     "'Upgrading from Alembic 0.1 to 0.2' in the documentation).");
	} else {
		strbuf_add(&line, env->findings[i].path.ptr, env->findings[i].path.len);
		strbuf_addstr(&line, ": ");
		strbuf_add(&line, env->findings[i].message.ptr, env->findings[i].message.len);
	}
	say(t, out, &line);
	strbuf_release(&line);
	out->answer = ANSWER_UNLOADABLE;
	return true;
}

static const struct chain_node *holder_of_label(const struct chain *chain, struct text label, size_t before)
{
	size_t i, k;

	for (i = 0; i < before; i++) {
		const struct chain_member *member = chain->nodes[i].member;

		for (k = 0; member && k < member->label_count; k++)
			if (text_equal(member->labels[k], label))
				return &chain->nodes[i];
	}
	return NULL;
}

static bool answer_label(struct table *t, const struct chain *chain, struct stamp_outcome *out)
{
	size_t i, k;

	for (i = 0; i < chain->count; i++) {
		const struct chain_member *member = chain->nodes[i].member;

		for (k = 0; member && k < member->label_count; k++) {
			const struct chain_node *other = holder_of_label(chain, member->labels[k], i);
			struct strbuf line = STRBUF_INIT;

			if (!other)
				continue;
			strbuf_addf(&line, "FAILED: Branch name '%.*s' in revision %.*s already used by revision %.*s",
				(int)member->labels[k].len, member->labels[k].ptr, (int)chain->nodes[i].revision.len,
				chain->nodes[i].revision.ptr, (int)other->revision.len, other->revision.ptr);
			say(t, out, &line);
			strbuf_release(&line);
			out->answer = ANSWER_UNLOADABLE;
			return true;
		}
	}
	return false;
}

static bool answer_cycle(struct table *t, const struct chain *chain, struct stamp_outcome *out)
{
	const struct chain_cycle *cycle = chain->cycles;
	struct strbuf line = STRBUF_INIT;
	size_t i;

	if (!chain->cycle_count)
		return false;
	out->answer = ANSWER_CYCLE;
	if (cycle->by_dependency)
		strbuf_addstr(&line, cycle->count == 1 ? "Dependency self-loop" : "Dependency cycle");
	else
		strbuf_addstr(&line, cycle->count == 1 ? "Self-loop" : "Cycle");
	strbuf_addstr(&line, " is detected in revisions (");
	for (i = 0; i < cycle->count; i++) {
		struct text id = chain->nodes[cycle->nodes[i]].revision;

		strbuf_addstr(&line, i ? ", " : "");
		strbuf_add(&line, id.ptr, id.len);
	}
	strbuf_addch(&line, ')');
	say(t, out, &line);
	strbuf_release(&line);
	return true;
}

/* Marks a node and all that must run before it. */
static void mark_ancestors(const struct chain *chain, size_t from, bool *marks)
{
	uint32_t *stack = xcalloc(chain->count + 1, sizeof(*stack));
	size_t count = 0, i;

	if (!marks[from])
		stack[count++] = (uint32_t)from;
	marks[from] = true;
	while (count) {
		const struct chain_node *node = &chain->nodes[stack[--count]];
		const struct chain_links *links[] = { &node->parents, &node->depends };
		size_t k;

		for (k = 0; k < 2; k++)
			for (i = 0; i < links[k]->count; i++)
				if (!marks[links[k]->to[i]]) {
					marks[links[k]->to[i]] = true;
					stack[count++] = links[k]->to[i];
				}
	}
	free(stack);
}

static void answer_runs(struct table *t, const struct state *state, const struct chain_node *stamp,
	const struct stamp_row *row, struct stamp_outcome *out)
{
	const struct chain *chain = state->chain;
	bool *wanted = xcalloc(chain->count + 1, sizeof(*wanted)), *done = xcalloc(chain->count + 1, sizeof(*done));
	struct text *runs = arena_calloc(t->arena, chain->count + 1, sizeof(*runs));
	size_t i;

	for (i = 0; i < chain->count; i++)
		if (chain->nodes[i].is_head && !chain->nodes[i].is_shadowed)
			mark_ancestors(chain, i, wanted);
	if (stamp)
		mark_ancestors(chain, (size_t)(stamp - chain->nodes), done);
	for (i = 0; i < chain->count; i++)
		if (wanted[i] && !done[i] && chain->nodes[i].state == CHAIN_PRESENT && !chain->nodes[i].is_shadowed)
			runs[out->run_count++] = chain->nodes[i].revision;
	out->runs = runs;
	out->answer = out->run_count ? ANSWER_RUNS : ANSWER_UP_TO_DATE;
	for (i = 0; i < out->run_count; i++)
		out->runs_stub =
			out->runs_stub || (state->way == WAY_STUB && text_equal(runs[i], t->c->life->revision));
	out->leaves_lost_out = state->way == WAY_RELINK && !state->goes_on &&
			       (row->role == STAMP_NOTHING || row->role == STAMP_PARENT);
	free(wanted);
	free(done);
}

const struct chain_node *stamp_in(const struct chain *chain, const struct stamp_row *row)
{
	const struct chain_node *node = row->role == STAMP_NOTHING ? NULL : chain_find(chain, row->revision);

	return node && node->state == CHAIN_PRESENT ? node : NULL;
}

/* `upgrade head` refuses; whether a stand-in is among what `upgrade heads` would run is kept. */
static void say_heads(struct table *t, const struct state *state, const struct chain_node *stamp,
	const struct stamp_row *row, struct stamp_outcome *out)
{
	struct stamp_outcome would = { .answer = ANSWER_SEVERAL_HEADS };
	struct strbuf line = STRBUF_INIT;

	answer_runs(t, state, stamp, row, &would);
	out->runs_stub = would.runs_stub;
	out->answer = ANSWER_SEVERAL_HEADS;
	strbuf_addstr(&line, several_heads);
	say(t, out, &line);
	strbuf_release(&line);
}

void stamp_answer(struct table *t, const struct state *state, const struct stamp_row *row, struct stamp_outcome *out)
{
	const struct chain_node *stamp;

	if (answer_unreadable(t, state, out) || answer_label(t, state->chain, out) ||
		answer_missing(t, state->chain, out) || answer_cycle(t, state->chain, out))
		return;
	stamp = stamp_in(state->chain, row);
	if (state->chain->head_count > 1) { /* said before anybody looks at the database */
		say_heads(t, state, stamp, row, out);
	} else if (row->role != STAMP_NOTHING && !stamp) {
		out->answer = ANSWER_CANNOT_LOCATE;
		say_with_id(t, out, "FAILED: Can't locate revision identified by ", row->revision);
	} else {
		answer_runs(t, state, stamp, row, out);
	}
}

void stamp_answer_squash(struct table *t, const struct stamp_row *row, struct stamp_outcome *out)
{
	struct text *runs;

	if (row->role != STAMP_NOTHING) {
		out->answer = ANSWER_CANNOT_LOCATE;
		say_with_id(t, out, "FAILED: Can't locate revision identified by ", row->revision);
		return;
	}
	runs = arena_calloc(t->arena, 1, sizeof(*runs));
	out->answer = ANSWER_RUNS;
	out->runs = runs;
	out->run_count = 1;
}
