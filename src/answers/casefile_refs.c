#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "revident/base/xalloc.h"

/* Committer time, for an order; 0 where it is not known. */
static int64_t time_of(const struct clerk *clerk, const struct oid *commit)
{
	uint32_t number = commits_find(&clerk->inv->commits, commit);

	return number == COMMIT_NONE ? 0 : clerk->inv->commits.times[number];
}

static void count_tag(struct case_refs *refs, const struct case_ref *tag)
{
	if (!refs->tag_count || tag->time < refs->first_tag.time)
		refs->first_tag = *tag;
	if (!refs->tag_count || tag->time >= refs->last_tag.time)
		refs->last_tag = *tag;
	refs->tag_count++;
}

/* `items` has room for CASE_REFS_MAX branches and as many tags: many of the ones do not keep out the others. */
static void add_ref(struct clerk *clerk, struct case_refs *refs, struct case_ref *items, const struct ref *ref)
{
	static const char tags[] = "refs/tags/";
	struct case_ref item = { .name = ref->name,
		.commit = ref->commit,
		.time = time_of(clerk, &ref->commit),
		.is_tag = ref->name.len > sizeof(tags) && !memcmp(ref->name.ptr, tags, sizeof(tags) - 1),
		.means_deployed = policy_ref_matches(&clerk->options->policy->deploy_refs, ref->name) };
	size_t i, held = 0;

	if (item.is_tag)
		count_tag(refs, &item);
	for (i = 0; i < refs->count; i++)
		held += refs->items[i].is_tag == item.is_tag;
	if (held < CASE_REFS_MAX)
		items[refs->count++] = item;
	else if (item.is_tag)
		refs->more_tags++;
	else
		refs->more_branches++;
	refs->items = items;
}

static bool tip_misses(const struct identity *identity, uint32_t tip)
{
	size_t i;

	for (i = 0; identity->missing && i < identity->missing->tip_count; i++)
		if (identity->missing->tips[i] == tip)
			return true;
	return false;
}

void casefile_write_refs(struct clerk *clerk, const struct identity *identity, struct lost_case *c)
{
	struct investigation *inv = clerk->inv;
	struct case_ref *damaged = arena_calloc(clerk->arena, 2 * CASE_REFS_MAX, sizeof(*damaged));
	struct case_ref *holding = arena_calloc(clerk->arena, 2 * CASE_REFS_MAX, sizeof(*holding));
	uint32_t tip, view, from = c->loss ? commits_find(&inv->commits, &c->loss->commit->id) : COMMIT_NONE;
	bool *follows = from == COMMIT_NONE ? NULL : teller_descendants(&clerk->teller, from);
	bool *holds_it = xcalloc(inv->view_count + 1, sizeof(*holds_it));

	for (view = 0; view < inv->view_count; view++)
		holds_it[view] = teller_find(&clerk->teller, view, identity) != NULL;
	for (tip = 0; tip < inv->tip_count; tip++) {
		bool is_behind;

		if (inv->tip_views[tip] == INTERN_NONE)
			continue;
		is_behind = follows && follows[inv->tip_commits[tip]];
		if (holds_it[inv->tip_views[tip]] && !(c->is_replaced && is_behind))
			add_ref(clerk, &c->holding, holding, &inv->tips[tip]);
		else if (tip_misses(identity, tip) || is_behind)
			add_ref(clerk, &c->damaged, damaged, &inv->tips[tip]);
		else
			c->older++;
	}
	free(holds_it);
	free(follows);
}
