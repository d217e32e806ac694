#include <stdlib.h>
#include <string.h>

#include "audit_parts.h"
#include "explain_parts.h"
#include "revident/base/xalloc.h"

/* Which of two refs one would rather take a file from: protected, then branches, remotes, tags, others. */
static int rank_of_ref(const struct teller *t, struct text name)
{
	static const char *const prefixes[] = { "refs/heads/", "refs/remotes/", "refs/tags/", "refs/" };
	size_t i;

	for (i = 0; i < t->verdict.protection.ref_count; i++)
		if (text_equal(t->verdict.protection.refs[i].name, name))
			return 0;
	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (name.len > strlen(prefixes[i]) && !memcmp(name.ptr, prefixes[i], strlen(prefixes[i])))
			return (int)i + 1;
	return (int)i + 1;
}

static bool is_published_ref(const struct teller *t, struct text name)
{
	static const char tags[] = "refs/tags/";

	return rank_of_ref(t, name) == 0 || (name.len > sizeof(tags) - 1 && !memcmp(name.ptr, tags, sizeof(tags) - 1));
}

/* The files of the identity in one view, their paths and the first's content. */
static void take_files(struct teller *t, uint32_t view, const struct identity *identity, struct life *out)
{
	const struct tip_view *at = &t->inv->views[view];
	const struct study *study = &t->inv->study;
	struct text *paths = NULL;
	size_t e, f, count = 0, cap = 0;

	for (e = 0; e < at->envs.count; e++)
		for (f = 0; identity_is_in(at, e, identity) && f < at->envs.items[e].file_count; f++) {
			const struct tree_file *file = &at->envs.items[e].files[f];

			if (file->revision != identity->revision)
				continue;
			VEC_GROW(paths, count, cap);
			paths[count++] = model_path(&t->model, file->path);
			if (count > 1 || file->blob == BLOB_NONE)
				continue;
			out->blob = study->blobs[file->blob].id;
			out->migration = model_migration(&t->model, study->blobs[file->blob].migration);
		}
	out->path = count ? paths[0] : TEXT_NONE;
	out->paths = arena_copy(t->arena, paths, count, sizeof(*paths));
	out->path_count = count;
	free(paths);
}

/* The commit of the last loss in HEAD's history; COMMIT_NONE where HEAD never lost it. */
static uint32_t last_loss_at_head(const struct teller *t, const struct life *life)
{
	size_t i;

	for (i = life->event_count; i-- > 0;)
		if (life->events[i].in_head && event_kind_is_loss(life->events[i].event.kind))
			return commits_find(&t->inv->commits, &life->events[i].event.commit->id);
	return COMMIT_NONE;
}

/* Notes the names of the refs that have it; gives the best of those that may give it to HEAD. */
static uint32_t name_holders(
	struct teller *t, const struct tree_file *const *found, const bool *may_give, struct life *out)
{
	struct investigation *inv = t->inv;
	struct text *names = arena_calloc(t->arena, TIPS_SHOWN, sizeof(*names));
	uint32_t tip, best = INTERN_NONE;
	int rank, best_rank = -1;

	for (tip = 0; tip < inv->tip_count; tip++) {
		uint32_t view = inv->tip_views[tip];

		if (view == INTERN_NONE || !found[view])
			continue;
		if (out->refs.count < TIPS_SHOWN)
			names[out->refs.count++] = inv->tips[tip].name;
		else
			out->refs.more++;
		out->published = out->published || is_published_ref(t, inv->tips[tip].name);
		if (best_rank == 0 || (may_give && !may_give[inv->tip_commits[tip]]))
			continue;
		rank = rank_of_ref(t, inv->tips[tip].name);
		if (best == INTERN_NONE || rank < best_rank) {
			best = tip;
			best_rank = rank;
		}
	}
	out->refs.names = names;
	return best;
}

static bool head_is_unread(const struct teller *t, uint32_t head)
{
	if (head == INTERN_NONE)
		return t->inv->has_head;
	return investigation_unread(&t->inv->views[head], NULL) > 0;
}

/* The blob of all files that were found; the null id where they are not one. */
static struct oid common_blob(const struct study *study, const struct tree_file *const *found, size_t count)
{
	struct oid common = { { 0 } };
	uint32_t blob = BLOB_NONE;
	size_t v;

	for (v = 0; v < count; v++) {
		if (!found[v])
			continue;
		if (found[v]->blob == BLOB_NONE || (blob != BLOB_NONE && found[v]->blob != blob))
			return common;
		blob = found[v]->blob;
	}
	return blob == BLOB_NONE ? common : study->blobs[blob].id;
}

/*
 * Finds who has it. Where HEAD lost it, only a ref that contains the loss and has it again can give it back: others
 * have it because they are older.
 */
static void take_holders(struct teller *t, const struct identity *identity, struct life *out)
{
	struct investigation *inv = t->inv;
	const struct tree_file **found = xcalloc(inv->view_count, sizeof(const struct tree_file *));
	uint32_t v, best, loss = last_loss_at_head(t, out), head = teller_head_view(t);
	bool *may_give = loss == COMMIT_NONE ? NULL : teller_descendants(t, loss);

	for (v = 0; v < inv->view_count; v++)
		found[v] = teller_find(t, v, identity);
	out->refs_blob = common_blob(&inv->study, found, inv->view_count);
	out->at_head = head != INTERN_NONE && found[head];
	best = name_holders(t, found, may_give, out);
	if (out->at_head) {
		take_files(t, head, identity, out);
		out->state = LIFE_PRESENT;
		if (out->migration)
			out->why_unparsable = audit_why_unparsable(out->migration);
		out->is_not_loaded =
			out->migration && !out->why_unparsable && out->path_count == 1 && !found[head]->is_loaded;
		if (out->is_not_loaded)
			out->why_unparsable = "it stands in a directory that Alembic does not read";
	} else if (best != INTERN_NONE) {
		take_files(t, inv->tip_views[best], identity, out);
		out->best_ref = inv->tips[best].name;
		out->state = LIFE_PRESENT;
		out->may_be_unread = loss == COMMIT_NONE && head_is_unread(t, head);
	} else if (loss == COMMIT_NONE && head_is_unread(t, head)) {
		out->state = LIFE_UNKNOWN;
		out->may_be_unread = true;
	} else if (identity->lineage_count) {
		out->state = LIFE_LOST;
	} else {
		out->state = identity->missing ? LIFE_MISSING : LIFE_UNKNOWN;
	}
	free(found);
	free(may_give);
}

static bool is_missing_at_head(const struct teller *t, const struct identity *identity)
{
	size_t i;

	for (i = 0; identity->missing && i < identity->missing->tip_count; i++)
		if (identity->missing->tips[i] == t->head)
			return true;
	return false;
}

static void judge(const struct teller *t, const struct identity *identity, struct life *out)
{
	out->broken = identity->missing && !out->may_be_unread &&
		      (out->state != LIFE_PRESENT || is_missing_at_head(t, identity));
}

static int take_events(struct teller *t, const struct identity *identity, struct life *out, struct err *err)
{
	const struct history *history = &t->inv->history;
	struct life_event *events;
	uint32_t first = history_first(history, identity->revision), at;
	size_t n = 0;

	for (at = first; at; at = history->changes[at - 1].next)
		n += identity_has_lineage(identity, history->changes[at - 1].lineage);
	events = arena_calloc(t->arena, n, sizeof(*events));
	for (n = 0, at = first; at; at = history->changes[at - 1].next) {
		const struct change *change = &history->changes[at - 1];

		if (!identity_has_lineage(identity, change->lineage))
			continue;
		model_event(&t->model, change, &events[n].event);
		if (model_what(&t->model, change, &events[n].event, err) < 0)
			return -1;
		events[n++].in_head = t->in_head[change->commit];
	}
	out->events = events;
	out->event_count = n;
	return 0;
}

static void take_worktree(struct teller *t, struct life *out)
{
	struct worktree_change *changes = arena_calloc(t->arena, t->facts.worktree_count, sizeof(*changes));
	size_t i;

	for (i = 0; i < t->facts.worktree_count; i++) {
		const struct worktree_change *change = &t->facts.worktree[i];

		if ((text_equal(change->revision, out->revision) || text_equal(change->new_revision, out->revision)) &&
			(!out->environment.ptr || text_equal(change->environment, out->environment)))
			changes[out->worktree_count++] = *change;
	}
	out->worktree = changes;
}

int tell_life(struct teller *t, const struct identity *identity, struct life *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	out->revision = model_copy_text(&t->model, identity->id);
	out->environment = model_copy_text(&t->model, identity->environment);
	if (take_events(t, identity, out, err) < 0)
		return -1;
	take_holders(t, identity, out);
	judge(t, identity, out);
	take_worktree(t, out);
	if (tell_turns(t, identity, out, err) < 0)
		return -1;
	tell_children(t, identity, out);
	tell_together(t, identity, out);
	if (out->state == LIFE_MISSING)
		tell_meant(t, out);
	return tell_successor(t, identity, out, err);
}

struct match *tell_matches(struct teller *t, const struct identity *items, size_t count)
{
	struct match *matches = arena_calloc(t->arena, count, sizeof(*matches));
	uint32_t v, head = teller_head_view(t);
	size_t i;

	for (i = 0; i < count; i++) {
		const struct tree_file *file = head == INTERN_NONE ? NULL : teller_find(t, head, &items[i]);
		struct match *match = &matches[i];

		*match = (struct match){ .revision = model_copy_text(&t->model, items[i].id),
			.environment = model_copy_text(&t->model, items[i].environment),
			.state = items[i].lineage_count ? LIFE_LOST : LIFE_MISSING,
			.at_head = file != NULL };
		for (v = 0; !file && v < t->inv->view_count; v++)
			file = teller_find(t, v, &items[i]);
		if (!file)
			continue;
		match->state = LIFE_PRESENT;
		match->path = model_path(&t->model, file->path);
		if (file->blob != BLOB_NONE && t->inv->study.blobs[file->blob].migration)
			match->message = model_copy_text(&t->model, t->inv->study.blobs[file->blob].migration->message);
	}
	return matches;
}
