#include <stdlib.h>
#include <string.h>

#include "explain_parts.h"
#include "revident/base/xalloc.h"
#include "scan_parts.h"

/* Marks HEAD's commit and all its ancestors. */
static void mark_head(struct teller *t)
{
	const struct commits *commits = &t->inv->commits;
	uint32_t c, i;

	t->in_head = xcalloc(commits->count, sizeof(*t->in_head));
	for (i = 0; i < t->inv->tip_count; i++)
		if (text_equal(t->inv->tips[i].name, TEXT_LITERAL("HEAD")))
			t->head = i;
	if (t->head == INTERN_NONE || t->inv->tip_commits[t->head] == COMMIT_NONE)
		return;
	t->in_head[t->inv->tip_commits[t->head]] = true;
	for (c = t->inv->tip_commits[t->head] + 1; c-- > 0;)
		for (i = 0; t->in_head[c] && i < commit_parent_count(commits, c); i++)
			t->in_head[commit_parents(commits, c)[i]] = true;
}

int teller_open(struct teller *t, struct investigation *inv, const struct scan_options *options, struct err *err)
{
	memset(t, 0, sizeof(*t));
	t->inv = inv;
	t->arena = inv->arena;
	t->head = INTERN_NONE;
	model_writer_init(&t->model, inv);
	mark_head(t);
	if (scan_write_environments(inv, options, &t->facts, err) < 0 ||
		verdict_reach(inv, options->policy, options->all, &t->verdict, err) < 0)
		return -1;
	return options->with_worktree ? scan_write_worktree(inv, options, &t->facts, err) : 0;
}

void teller_close(struct teller *t)
{
	model_writer_release(&t->model);
	verdict_release(&t->verdict);
	free(t->in_head);
	free(t->was_published);
	t->in_head = NULL;
	t->was_published = NULL;
}

uint32_t teller_head_view(const struct teller *t)
{
	return t->head == INTERN_NONE ? INTERN_NONE : t->inv->tip_views[t->head];
}

bool identity_is_in(const struct tip_view *view, size_t env, const struct identity *identity)
{
	return identity_has_lineage(identity, view->labels[env]) ||
	       (view->labels[env] == INTERN_NONE && text_equal(view->envs.items[env].path, identity->environment));
}

const struct tree_file *teller_find(const struct teller *t, uint32_t view, const struct identity *identity)
{
	const struct tip_view *at = &t->inv->views[view];
	size_t e, f;

	if (identity->revision == INTERN_NONE)
		return NULL;
	for (e = 0; e < at->envs.count; e++) {
		if (!identity_is_in(at, e, identity))
			continue;
		for (f = 0; f < at->envs.items[e].file_count; f++)
			if (at->envs.items[e].files[f].revision == identity->revision)
				return &at->envs.items[e].files[f];
	}
	return NULL;
}

bool *teller_descendants(const struct teller *t, uint32_t from)
{
	const struct commits *commits = &t->inv->commits;
	bool *out = xcalloc(commits->count, sizeof(*out));
	uint32_t c;
	size_t i;

	out[from] = true;
	for (c = from + 1; c < commits->count; c++)
		for (i = 0; i < commit_parent_count(commits, c) && !out[c]; i++)
			out[c] = out[commit_parents(commits, c)[i]];
	return out;
}
