#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "revident/base/shell.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/chain.h"

/* A state of the migrations, and what is known of it. */
struct state {
	enum repair_way way;
	bool is_open;
	const struct chain *chain;
	struct text relinked_to; /* WAY_RELINK: what the children name now; none: a base */
	bool goes_on;            /* and that is the lost content under another id */
};

struct table {
	struct arena *arena;
	struct lost_case *c;
	struct state states[WAYS];
};

static const char several_heads[] =
	"FAILED: Multiple head revisions are present for given argument 'head'; please specify a specific "
	"target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads";

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

	state->goes_on = successor->revision.ptr && successor->at_head;
	if (state->goes_on) {
		parents = &successor->revision;
		parent_count = 1;
	} else if (!lost_parents(t->c, &parents, &parent_count)) {
		return;
	}
	members = members_of(t->arena, now, &count);
	for (i = 0; i < count; i++)
		members[i].parents = replace_parent(
			t->arena, &members[i], t->c->life->revision, parents, parent_count, &members[i].parent_count);
	state->relinked_to = parent_count ? parents[0] : TEXT_NONE;
	state->chain = build(t->arena, now, members, count);
	state->is_open = true;
}

static void stub(struct table *t, const struct chain *now)
{
	struct chain_member *members;
	size_t count;

	members = members_of(t->arena, now, &count);
	add_lost_member(t->c, &members[count]);
	t->states[WAY_STUB].chain = build(t->arena, now, members, count + 1);
	t->states[WAY_STUB].is_open = true;
}

/* --- what Alembic says ------------------------------------------------------------------------------------------- */

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

/* `Revision X referenced from X -> C, doc is not present`; "(head)" and the like depend on load order, left out here. */
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

/* The missing node that is at fault: the one that the case is about, if it is among them. */
static const struct chain_node *missing_node(const struct chain *chain, struct text preferred)
{
	const struct chain_node *first = NULL;
	size_t i;

	for (i = 0; i < chain->count; i++) {
		const struct chain_node *node = &chain->nodes[i];

		if (node->state != CHAIN_MISSING)
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
	const struct chain_node *missing = missing_node(chain, t->c->life->revision);

	if (!missing)
		return false;
	out->answer = missing->children.count ? ANSWER_KEY_ERROR : ANSWER_BARE_KEY_ERROR;
	if (missing->children.count)
		say_not_present(t, out, missing, &chain->nodes[missing->children.to[0]]);
	say_with_id(t, out, "KeyError: ", missing->revision);
	return true;
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

static void answer(struct table *t, const struct state *state, const struct stamp_row *row, struct stamp_outcome *out)
{
	const struct chain_node *stamp = NULL;

	if (answer_missing(t, state->chain, out) || answer_cycle(t, state->chain, out))
		return;
	if (state->chain->head_count > 1) {
		struct strbuf line = STRBUF_INIT;

		strbuf_addstr(&line, several_heads);
		say(t, out, &line);
		strbuf_release(&line);
		out->answer = ANSWER_SEVERAL_HEADS;
		return;
	}
	if (row->role != STAMP_NOTHING) {
		stamp = chain_find(state->chain, row->revision);
		if (!stamp || stamp->state != CHAIN_PRESENT) {
			out->answer = ANSWER_CANNOT_LOCATE;
			say_with_id(t, out, "FAILED: Can't locate revision identified by ", row->revision);
			return;
		}
	}
	answer_runs(t, state, stamp, row, out);
}

static void answer_squash(struct table *t, const struct stamp_row *row, struct stamp_outcome *out)
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

/* --- what to do then --------------------------------------------------------------------------------------------- */

static struct text command(struct table *t, const char *words, struct text id)
{
	struct strbuf line = STRBUF_INIT;
	struct text out;

	strbuf_addstr(&line, words);
	if (id.ptr)
		strbuf_add_shell_word(&line, id);
	out = (struct text){ arena_memdup(t->arena, line.buf, line.len), line.len };
	strbuf_release(&line);
	return out;
}

static struct text command_for(
	struct table *t, const struct state *state, const struct stamp_row *row, const struct stamp_outcome *outcome)
{
	if (state->way == WAY_NOW || outcome->runs_stub)
		return TEXT_NONE;
	if (outcome->answer == ANSWER_RUNS)
		return command(t, "alembic upgrade head", TEXT_NONE);
	if (outcome->answer == ANSWER_SEVERAL_HEADS)
		return command(t, "alembic upgrade heads", TEXT_NONE);
	if (outcome->answer != ANSWER_CANNOT_LOCATE)
		return TEXT_NONE;
	if (state->way == WAY_RELINK && row->role == STAMP_LOST)
		return command(t, "alembic stamp --purge ",
			state->relinked_to.ptr ? state->relinked_to : TEXT_LITERAL("base"));
	if (state->way == WAY_SQUASH && (row->role == STAMP_HEAD || row->is_also_head))
		return TEXT_LITERAL("alembic stamp --purge NEW");
	return TEXT_NONE;
}

/* --- the rows ---------------------------------------------------------------------------------------------------- */

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

static struct stamp_row *choose_rows(struct table *t, const struct chain *now)
{
	const struct lost_case *c = t->c;
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
	for (i = 0; i < now->head_count && i < CASE_HEADS_MAX; i++)
		add_row(t->c, rows, STAMP_HEAD, now->heads[i]);
	return rows;
}

void casefile_write_stamps(struct arena *arena, struct lost_case *c)
{
	struct table t = { .arena = arena, .c = c };
	const struct chain *now;
	struct stamp_row *rows;
	size_t i;
	int way;

	if (!c->environment)
		return;
	now = &c->environment->chain;
	for (way = 0; way < WAYS; way++)
		t.states[way].way = (enum repair_way)way;
	t.states[WAY_NOW].chain = now;
	t.states[WAY_NOW].is_open = t.states[WAY_SQUASH].is_open = true;
	t.states[WAY_RESTORE].chain = c->should_be;
	t.states[WAY_RESTORE].is_open = c->should_be != NULL;
	relink(&t, now);
	stub(&t, now);
	rows = choose_rows(&t, now);
	for (i = 0; i < c->row_count; i++)
		for (way = 0; way < WAYS; way++) {
			struct stamp_outcome *out = &rows[i].outcomes[way];

			if (!t.states[way].is_open)
				continue;
			if (way == WAY_SQUASH)
				answer_squash(&t, &rows[i], out);
			else
				answer(&t, &t.states[way], &rows[i], out);
			out->command = command_for(&t, &t.states[way], &rows[i], out);
		}
	c->rows = rows;
}
