#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "casefile_stamps.h"
#include "revident/base/shell.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/chain.h"

/* --- chains after a repair --------------------------------------------------------------------------------------- */

/* What the lost file declared as its parents. False where nobody knows. */
static bool lost_parents(const struct lost_case *c, const struct text **out, size_t *count)
{
	const struct migration *m = c->loss ? c->loss->before.migration : c->life->migration;

	if (!m || m->down_revision.kind != BINDING_LITERAL)
		return false;
	*out = m->down_revision.values;
	*count = m->down_revision.count;
	return true;
}

/* The members of a chain, forgotten ones first, so that the same ones are loaded; room for one more. */
static struct chain_member *members_of(struct arena *arena, const struct chain *chain, size_t *count)
{
	struct chain_member *members = arena_calloc(arena, chain->count + 1, sizeof(*members));
	size_t i, n = 0;
	int pass;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < chain->count; i++)
			if (chain->nodes[i].member && chain->nodes[i].is_shadowed == (pass == 0))
				members[n++] = *chain->nodes[i].member;
	*count = n;
	return members;
}

static size_t externals_of(struct arena *arena, const struct chain *chain, const struct text **out)
{
	struct text *ids = arena_calloc(arena, chain->count + 1, sizeof(*ids));
	size_t i, n = 0;

	for (i = 0; i < chain->count; i++)
		if (chain->nodes[i].state == CHAIN_EXTERNAL)
			ids[n++] = chain->nodes[i].revision;
	*out = ids;
	return n;
}

static const struct chain *build(
	struct arena *arena, const struct chain *from, const struct chain_member *members, size_t count)
{
	struct chain *out = arena_alloc(arena, sizeof(*out));
	const struct text *external;
	size_t external_count = externals_of(arena, from, &external);

	chain_build(arena, members, count, external, external_count, out);
	return out;
}

static void add_lost_member(const struct lost_case *c, struct chain_member *member)
{
	const struct migration *m = c->loss ? c->loss->before.migration : c->life->migration;

	memset(member, 0, sizeof(*member));
	member->revision = c->life->revision;
	member->path = c->life->path;
	lost_parents(c, &member->parents, &member->parent_count);
	if (!m)
		return;
	member->message = m->message;
	if (m->depends_on.kind == BINDING_LITERAL) {
		member->depends_on = m->depends_on.values;
		member->depends_count = m->depends_on.count;
	}
	if (m->branch_labels.kind == BINDING_LITERAL) {
		member->labels = m->branch_labels.values;
		member->label_count = m->branch_labels.count;
	}
}

bool casefile_chain_with(struct arena *arena, const struct chain *chain, const struct lost_case *c, struct chain *out)
{
	const struct text *parents;
	struct chain_member *members;
	size_t count;

	if (!lost_parents(c, &parents, &count))
		return false;
	members = members_of(arena, chain, &count);
	add_lost_member(c, &members[count]);
	*out = *build(arena, chain, members, count + 1);
	return true;
}

/* A list of parents with `gone` replaced. */
static const struct text *replace_parent(struct arena *arena, const struct chain_member *member, struct text gone,
	const struct text *with, size_t with_count, size_t *count)
{
	struct text *out = arena_calloc(arena, member->parent_count + with_count, sizeof(*out));
	size_t i, k, n = 0;

	for (i = 0; i < member->parent_count; i++) {
		if (!text_equal(member->parents[i], gone)) {
			out[n++] = member->parents[i];
			continue;
		}
		for (k = 0; k < with_count; k++)
			out[n++] = with[k];
	}
	*count = n;
	return out;
}

static void relink(struct table *t, const struct chain *now)
{
	struct state *state = &t->states[WAY_RELINK];
	const struct successor *successor = &t->c->life->successor;
	const struct text *parents = NULL;
	struct chain_member *members;
	size_t i, count, parent_count = 0;

	if (!life_is_named(t->c->life))
		return;
	state->goes_on = successor->revision.ptr && successor->at_head;
	if (state->goes_on) {
		parents = &successor->revision;
		parent_count = 1;
	} else if (!lost_parents(t->c, &parents, &parent_count)) {
		return;
	}
	members = members_of(&t->scratch, now, &count);
	for (i = 0; i < count; i++)
		members[i].parents = replace_parent(&t->scratch, &members[i], t->c->life->revision, parents,
			parent_count, &members[i].parent_count);
	state->relinked_to = parent_count ? parents[0] : TEXT_NONE;
	state->chain = build(&t->scratch, now, members, count);
	state->is_open = true;
}

static void stub(struct table *t, const struct chain *now)
{
	struct chain_member *members;
	size_t count;

	members = members_of(&t->scratch, now, &count);
	add_lost_member(t->c, &members[count]);
	t->states[WAY_STUB].chain = build(&t->scratch, now, members, count + 1);
	t->states[WAY_STUB].is_open = true;
}

/* --- what to do then --------------------------------------------------------------------------------------------- */

static struct text command(struct table *t, const char *words, struct text id)
{
	struct strbuf line = STRBUF_INIT;
	struct text out;

	strbuf_addstr(&line, words);
	if (id.ptr)
		strbuf_add_shell_operand(&line, id);
	out = arena_text(t->arena, (struct text){ line.buf, line.len });
	strbuf_release(&line);
	return out;
}

static struct text command_for(
	struct table *t, const struct state *state, const struct stamp_row *row, const struct stamp_outcome *outcome)
{
	bool is_lost =
		outcome->answer == ANSWER_CANNOT_LOCATE ||
		(outcome->answer == ANSWER_SEVERAL_HEADS && row->role != STAMP_NOTHING && !stamp_in(state->chain, row));

	if (state->way == WAY_NOW || outcome->runs_stub)
		return TEXT_NONE;
	if (outcome->answer == ANSWER_RUNS)
		return command(t, "alembic upgrade head", TEXT_NONE);
	if (outcome->answer == ANSWER_SEVERAL_HEADS && !is_lost)
		return command(t, "alembic upgrade heads", TEXT_NONE);
	if (!is_lost)
		return TEXT_NONE;
	if (state->way == WAY_RELINK && row->role == STAMP_LOST) {
		struct text stamp = command(
			t, "alembic stamp --purge", state->relinked_to.ptr ? state->relinked_to : TEXT_LITERAL("base"));

		return text_of(arena_printf(t->arena, "%s && alembic upgrade %s", stamp.ptr,
			state->chain->head_count > 1 ? "heads" : "head"));
	}
	if (state->way == WAY_SQUASH && (row->role == STAMP_HEAD || row->is_also_head))
		return TEXT_LITERAL("alembic stamp --purge NEW");
	return TEXT_NONE;
}

/* --- the rows ---------------------------------------------------------------------------------------------------- */

static void list_also_missing(struct table *t, const struct chain *now)
{
	struct text *names = arena_calloc(t->arena, now->missing_count + 1, sizeof(*names));
	size_t i;

	for (i = 0; i < now->count; i++)
		if (now->nodes[i].state == CHAIN_MISSING && !text_equal(now->nodes[i].revision, t->c->life->revision))
			names[t->c->also_missing_count++] = now->nodes[i].revision;
	qsort(names, t->c->also_missing_count, sizeof(*names), text_compare_items);
	t->c->also_missing = names;
}

static void add_row(struct lost_case *c, struct stamp_row *rows, enum stamp_role role, struct text revision)
{
	size_t i;

	for (i = 0; i < c->row_count && role != STAMP_NOTHING; i++)
		if (rows[i].role != STAMP_NOTHING && text_equal(rows[i].revision, revision))
			break;
	if (i < c->row_count && role != STAMP_NOTHING) {
		rows[i].is_also_head = rows[i].is_also_head || role == STAMP_HEAD;
		return;
	}
	rows[c->row_count++] = (struct stamp_row){ .role = role, .revision = revision };
}

/* Whose heads are the chain's: where something is missing, what it would follow is a head only for the hole. */
static const struct chain *chain_of_heads(const struct lost_case *c, const struct chain *now)
{
	return now->missing_count && c->should_be ? c->should_be : now;
}

static struct stamp_row *choose_rows(struct table *t, const struct chain *now)
{
	const struct lost_case *c = t->c;
	const struct chain *whole = chain_of_heads(c, now);
	const struct text *parents = NULL;
	struct stamp_row *rows;
	size_t i, n, parent_count = 0;

	lost_parents(c, &parents, &parent_count);
	if (parent_count > CASE_CHILDREN_MAX)
		parent_count = CASE_CHILDREN_MAX;
	rows = arena_calloc(t->arena, 2 + parent_count + CASE_CHILDREN_MAX + CASE_HEADS_MAX, sizeof(*rows));
	add_row(t->c, rows, STAMP_NOTHING, TEXT_NONE);
	add_row(t->c, rows, STAMP_LOST, c->life->revision);
	for (i = 0; i < parent_count; i++)
		add_row(t->c, rows, STAMP_PARENT, parents[i]);
	for (i = n = 0; i < c->life->child_count && n < CASE_CHILDREN_MAX; i++)
		if (c->life->children[i].at_head && c->life->children[i].revision.ptr) {
			add_row(t->c, rows, STAMP_CHILD, c->life->children[i].revision);
			n++;
		}
	for (i = 0; i < whole->head_count && i < CASE_HEADS_MAX; i++)
		add_row(t->c, rows, STAMP_HEAD, whole->heads[i]);
	return rows;
}

void casefile_write_stamps(struct arena *arena, const struct recover *plan, struct lost_case *c)
{
	struct table t = { .arena = arena, .plan = plan, .c = c };
	const struct chain *now;
	struct stamp_row *rows;
	size_t i;
	int way;

	if (!c->environment)
		return;
	now = &c->environment->chain;
	arena_init(&t.scratch);
	for (way = 0; way < WAYS; way++)
		t.states[way].way = (enum repair_way)way;
	t.states[WAY_NOW].chain = now;
	t.states[WAY_NOW].is_open = t.states[WAY_SQUASH].is_open = true;
	t.states[WAY_RESTORE].chain = c->should_be;
	t.states[WAY_RESTORE].is_open = c->should_be != NULL;
	relink(&t, now);
	stub(&t, now);
	list_also_missing(&t, now);
	rows = choose_rows(&t, now);
	for (i = 0; i < c->row_count; i++)
		for (way = 0; way < WAYS; way++) {
			struct stamp_outcome *out = &rows[i].outcomes[way];

			if (!t.states[way].is_open)
				continue;
			if (way == WAY_SQUASH)
				stamp_answer_squash(&t, &rows[i], out);
			else
				stamp_answer(&t, &t.states[way], &rows[i], out);
			out->command = command_for(&t, &t.states[way], &rows[i], out);
		}
	c->rows = rows;
	arena_release(&t.scratch);
}
