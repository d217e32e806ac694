/*
 * The rules about how revisions hang together.
 */
#include <stdlib.h>
#include <string.h>

#include "audit_parts.h"
#include "revident/base/xalloc.h"

/* --- duplicates -------------------------------------------------------------------------------------------------- */

static int compare_by_revision(const void *a, const void *b)
{
	const struct chain_member *x = *(const struct chain_member *const *)a;
	const struct chain_member *y = *(const struct chain_member *const *)b;
	int order = text_compare(x->revision, y->revision);

	return order ? order : x < y ? -1 : x > y; /* members stand in load order */
}

static size_t members_by_revision(const struct auditing *a, const struct chain_member ***out)
{
	const struct chain_member **members = xcalloc(a->chain->count, sizeof(struct chain_member *));
	size_t i, n = 0;

	for (i = 0; i < a->chain->count; i++)
		if (a->chain->nodes[i].member)
			members[n++] = a->chain->nodes[i].member;
	if (n)
		qsort(members, n, sizeof(struct chain_member *), compare_by_revision);
	*out = members;
	return n;
}

static const struct tree_file *file_at(const struct auditing *a, struct text path)
{
	size_t i;

	for (i = 0; i < a->env->file_count; i++)
		if (text_equal(audit_path(a, &a->env->files[i]), path))
			return &a->env->files[i];
	return NULL;
}

void audit_duplicate_revision(struct auditing *a)
{
	const struct chain_member **members;
	size_t count = members_by_revision(a, &members), first, next, i;

	for (first = 0; first < count; first = next) {
		const struct chain_member *last;
		const struct tree_file *file;
		struct text *paths;

		for (next = first + 1; next < count && text_equal(members[next]->revision, members[first]->revision);)
			next++;
		if (next == first + 1)
			continue;
		last = members[next - 1];
		file = file_at(a, last->path);
		paths = arena_calloc(&a->study->arena, next - first, sizeof(*paths));
		for (i = first; i < next; i++)
			paths[i - first] = members[i]->path;
		audit_add(a,
			(struct finding){
				.rule = RULE_DUPLICATE_REVISION,
				.level = LEVEL_ERROR,
				.revision = last->revision,
				.path = last->path,
				.line = audit_declared(a, file)->revision.line,
				.message = study_sentence(a->study,
					"%s is declared by %s; Alembic keeps the last and forgets the rest",
					study_shown(a->study, last->revision), audit_listed(a, paths, next - first)),
				.hint = study_sentence(a->study, "give one of them an id of its own"),
			},
			audit_blob(a, file));
	}
	free(members);
}

/* All labels, and the place of the member that declared each first. */
struct label_uses {
	const struct chain_member **members;
	struct intern ids, labels;
	size_t *first; /* by number in `labels` */
};

/* What is wrong with one label of a member; none if nothing is. */
static struct text check_label(struct auditing *a, struct label_uses *uses, size_t place, struct text label)
{
	size_t before = uses->labels.count;
	uint32_t number = intern_add(&uses->labels, label.ptr, label.len);
	const struct chain_member *member = uses->members[place];

	if (number == before)
		uses->first[number] = place;
	if (intern_find(&uses->ids, label.ptr, label.len) != INTERN_NONE)
		return study_sentence(a->study, "the branch label \"%s\" of %s is a revision's id, too",
			study_shown(a->study, label), study_shown(a->study, member->revision));
	if (number == before)
		return TEXT_NONE;
	return study_sentence(a->study, "the branch label \"%s\" is declared by %s, and by %s",
		study_shown(a->study, label), study_shown(a->study, uses->members[uses->first[number]]->path),
		study_shown(a->study, member->path));
}

static void check_labels(struct auditing *a, struct label_uses *uses, size_t place)
{
	const struct chain_member *member = uses->members[place];
	size_t i;

	for (i = 0; i < member->label_count; i++) {
		struct text message = check_label(a, uses, place, member->labels[i]);
		const struct tree_file *file;

		if (!message.ptr)
			continue;
		file = file_at(a, member->path);
		audit_add(a,
			(struct finding){ .rule = RULE_DUPLICATE_LABEL,
				.level = LEVEL_ERROR,
				.revision = member->revision,
				.path = member->path,
				.line = audit_declared(a, file)->branch_labels.line,
				.message = message },
			audit_blob(a, file));
	}
}

/* RevisionMap._map_branch_labels: a label may be neither another revision's nor an id. */
void audit_duplicate_label(struct auditing *a)
{
	struct label_uses uses;
	size_t count = members_by_revision(a, &uses.members), labels = 0, i;

	intern_init(&uses.labels);
	intern_init(&uses.ids);
	for (i = 0; i < count; i++) {
		intern_add(&uses.ids, uses.members[i]->revision.ptr, uses.members[i]->revision.len);
		labels += uses.members[i]->label_count;
	}
	uses.first = xcalloc(labels, sizeof(*uses.first));
	for (i = 0; i < count; i++)
		check_labels(a, &uses, i);
	intern_release(&uses.labels);
	intern_release(&uses.ids);
	free(uses.members);
	free(uses.first);
}

/* --- cycle ------------------------------------------------------------------------------------------------------- */

static struct text how_it_turns(struct auditing *a, const struct chain_cycle *cycle)
{
	struct text *ids = arena_calloc(&a->study->arena, cycle->count, sizeof(*ids));
	const char *listed;
	size_t i;

	for (i = 0; i < cycle->count; i++)
		ids[i] = a->chain->nodes[cycle->nodes[i]].revision;
	listed = audit_listed(a, ids, cycle->count);
	if (cycle->count == 1)
		return study_sentence(a->study, "%s names itself in %s", listed,
			cycle->by_dependency ? "depends_on" : "down_revision");
	return study_sentence(
		a->study, "%s are each other's ancestors%s", listed, cycle->by_dependency ? ", by depends_on" : "");
}

void audit_cycle(struct auditing *a)
{
	size_t i;

	for (i = 0; i < a->chain->cycle_count; i++) {
		const struct chain_cycle *cycle = &a->chain->cycles[i];
		const struct chain_node *node = &a->chain->nodes[cycle->nodes[0]];
		const struct tree_file *file = file_at(a, node->member->path);
		const struct migration *m = audit_declared(a, file);

		audit_add(a,
			(struct finding){
				.rule = RULE_CYCLE,
				.level = LEVEL_ERROR,
				.revision = node->revision,
				.path = node->member->path,
				.line = cycle->by_dependency ? m->depends_on.line : m->down_revision.line,
				.message = how_it_turns(a, cycle),
			},
			audit_blob(a, file));
	}
}

/* --- heads and bases --------------------------------------------------------------------------------------------- */

/* The only head among a node's descendants, INTERN_NONE if there are several; heads below it are marked in `seen`. */
static uint32_t only_head_below(const struct auditing *a, uint32_t start, uint32_t *seen, uint32_t *stack)
{
	uint32_t head = INTERN_NONE;
	size_t count = 0, heads = 0, i;

	stack[count++] = start;
	seen[start] = start + 1;
	while (count) {
		uint32_t at = stack[--count];
		const struct chain_node *node = &a->chain->nodes[at];

		if (node->is_head) {
			head = at;
			heads++;
		}
		for (i = 0; i < node->children.count; i++) {
			if (seen[node->children.to[i]] == start + 1)
				continue;
			seen[node->children.to[i]] = start + 1;
			stack[count++] = node->children.to[i];
		}
	}
	return heads == 1 ? head : INTERN_NONE;
}

/*
 * A label goes on to every descendant (RevisionMap._add_branches): it is a head's own where no other head descends
 * from the revision that declares it.
 */
static bool each_head_has_a_label(struct auditing *a)
{
	uint32_t *seen = xcalloc(a->chain->count, sizeof(*seen)), *stack = xcalloc(a->chain->count, sizeof(*stack));
	bool *labelled = xcalloc(a->chain->count, sizeof(*labelled)), all = true;
	uint32_t i;

	for (i = 0; i < a->chain->count; i++) {
		uint32_t head;

		if (!a->chain->nodes[i].member || !a->chain->nodes[i].member->label_count)
			continue;
		head = only_head_below(a, i, seen, stack);
		if (head != INTERN_NONE)
			labelled[head] = true;
	}
	for (i = 0; i < a->chain->count; i++)
		all &= !a->chain->nodes[i].is_head || labelled[i];
	free(seen);
	free(stack);
	free(labelled);
	return all;
}

void audit_multiple_heads(struct auditing *a)
{
	struct finding finding = { .rule = RULE_MULTIPLE_HEADS, .level = LEVEL_WARNING };
	const char *why = "";

	if (a->chain->head_count < 2)
		return;
	if (a->expected && a->expected->heads >= a->chain->head_count)
		why = ", as many as the configuration allows";
	else if (each_head_has_a_label(a))
		why = ", each with a branch label of its own";
	if (*why)
		finding.level = LEVEL_NOTE;
	else if (!a->chain->missing_count)
		finding.hint = study_sentence(a->study, "alembic merge heads");
	finding.message = study_sentence(a->study, "there are %zu heads: %s%s", a->chain->head_count,
		audit_listed(a, a->chain->heads, a->chain->head_count), why);
	audit_add(a, finding, NULL);
}

void audit_multiple_bases(struct auditing *a)
{
	if (a->chain->base_count < 2)
		return;
	audit_add(a,
		(struct finding){ .rule = RULE_MULTIPLE_BASES,
			.level = LEVEL_NOTE,
			.message = study_sentence(a->study, "there are %zu bases: %s", a->chain->base_count,
				audit_listed(a, a->chain->bases, a->chain->base_count)) },
		NULL);
}
