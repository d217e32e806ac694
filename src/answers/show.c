#include "revident/answers/show.h"

#include <stdlib.h>
#include <string.h>

#include "explain_parts.h"
#include "revident/base/xalloc.h"
#include "revident/answers/errortext.h"

/* The content to show, of one environment's revision. */
static void choose(const struct life *life, struct version *out)
{
	const struct event *turn = NULL;

	if (life->state == LIFE_PRESENT && life->replacement)
		turn = life->replacement;
	else if (life->loss && !oid_is_null(&life->loss->before.blob))
		turn = life->loss;
	if (turn)
		*out = (struct version){ .path = turn->before.path, .blob = turn->before.blob };
	else
		*out = (struct version){ .path = life->path, .blob = life->blob };
}

static bool is_listed(const struct version *versions, size_t count, const struct oid *blob)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (oid_equal(&versions[i].blob, blob))
			return true;
	return false;
}

/* Every content that an event brought, and the one that is chosen. */
static void list_versions(struct teller *t, const struct life *life, struct shown *out)
{
	struct version *all = arena_calloc(t->arena, life->event_count, sizeof(*all));
	size_t i, count = 0;

	for (i = 0; i < life->event_count; i++) {
		const struct event *event = &life->events[i].event;
		const struct event_side *side = &event->after;

		if (oid_is_null(&side->blob) || !text_equal(side->revision, life->revision))
			continue;
		if (oid_equal(&side->blob, &out->version.blob)) {
			if (!out->version.commit)
				out->version.commit = event->commit;
			continue;
		}
		if (!is_listed(all, count, &side->blob))
			all[count++] = (struct version){ side->path, side->blob, event->commit };
	}
	out->others = all;
	out->other_count = count;
}

/* May a file of the row, that could not be read, declare anything? */
static bool is_partly_unread(const struct teller *t, const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->count; i++) {
		uint32_t blob = snapshot->files[i].blob;

		if (blob != BLOB_NONE && t->inv->study.blobs[blob].state == BLOB_ABSENT)
			return true;
	}
	return snapshot->incomplete;
}

/* The content at a row: the first file by path; others are listed. 1, 0, -1. */
static int take_from_row(
	struct teller *t, const struct identity *identity, uint32_t row, struct shown *out, struct err *err)
{
	const struct snapshot *snapshot = snapshots_get(t->inv->snapshots, row, err);
	const struct snap_file *best = NULL;
	size_t i;

	if (!snapshot)
		return -1;
	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];

		if (file->revision != identity->revision || file->blob == BLOB_NONE ||
			!identity_has_lineage(identity, investigation_lineage(t->inv, file)))
			continue;
		if (!best || study_compare_paths(&t->inv->study, file->path, best->path) < 0)
			best = file;
	}
	if (best)
		out->version = (struct version){ .path = model_path(&t->model, best->path),
			.blob = t->inv->study.blobs[best->blob].id };
	out->is_in_doubt = out->is_in_doubt || is_partly_unread(t, snapshot);
	snapshot_put(t->inv->snapshots, snapshot);
	return best != NULL;
}

/* The content that the commit has: of the history only its tree counts. 1, 0, -1. */
static int take_at(
	struct teller *t, const struct identity *identity, const char *at, struct shown *out, struct err *err)
{
	struct ref ref;
	uint32_t row;
	int found = refs_resolve(t->inv->repo, t->arena, at, &ref, err);

	if (found < 1)
		return -1;
	found = investigation_row(t->inv, &ref.commit, &row, err);
	if (found == 1)
		return take_from_row(t, identity, row, out, err);
	out->is_in_doubt = true;
	return found;
}

/* The content of one identity. 1, 0 (none), -1. */
static int take_version(struct teller *t, const struct identity *identity, const struct show_options *options,
	struct shown *out, struct err *err)
{
	struct life life;

	memset(&out->version, 0, sizeof(out->version));
	out->others = NULL;
	out->other_count = 0;
	if (options->at)
		return take_at(t, identity, options->at, out, err);
	if (tell_life(t, identity, &life, err) < 0)
		return -1;
	choose(&life, &out->version);
	if (oid_is_null(&out->version.blob))
		return 0;
	list_versions(t, &life, out);
	return 1;
}

/* One id: of several environments, unless they have the same content, nobody can tell which is meant. */
static int take_one(struct teller *t, const struct lookup *found, const struct show_options *options, struct shown *out,
	struct err *err)
{
	struct shown first = *out;
	bool is_in_doubt = false;
	size_t i, count = 0;
	int rc;

	for (i = 0; i < found->count; i++) {
		rc = take_version(t, &found->items[i], options, out, err);
		if (rc < 0)
			return -1;
		is_in_doubt = is_in_doubt || out->is_in_doubt;
		if (rc == 0)
			continue;
		if (count++ == 0)
			first = *out;
		else if (!oid_equal(&first.version.blob, &out->version.blob))
			first.result = SHOW_AMBIGUOUS;
	}
	*out = first;
	out->is_in_doubt = is_in_doubt;
	if (count == 0)
		out->result = SHOW_NONE;
	return 0;
}

/* Is there a limit beside the one that a shallow boundary is? */
static bool is_damaged(const struct investigation *inv)
{
	const char *const *limits;

	return repo_limits(inv->repo, &limits) > (inv->commits.is_shallow ? 1 : 0);
}

static int show(struct teller *t, const struct show_options *options, struct shown *out, struct err *err)
{
	const struct lookup_options how = { options->envs, options->env_count };
	struct text target = errortext_target(options->query);
	struct lookup found;

	lookup_revision(t->inv, &t->verdict, &how, options->query, &found);
	if (!found.count && target.len && target.len < options->query.len)
		lookup_revision(t->inv, &t->verdict, &how, target, &found);
	out->revision = found.count ? model_copy_text(&t->model, found.items[0].id) : options->query;
	out->never_declared = true;
	out->result = SHOW_FOUND;
	if (!found.count)
		out->result = SHOW_NONE;
	else if (!lookup_is_one_id(&found))
		out->result = SHOW_AMBIGUOUS;
	else if (take_one(t, &found, options, out, err) < 0)
		return -1;
	if (found.count)
		out->never_declared = found.items[0].lineage_count == 0;
	if (out->result == SHOW_AMBIGUOUS) {
		out->matches = tell_matches(t, found.items, found.count);
		out->match_count = found.count;
	}
	out->is_cut = t->inv->commits.is_shallow;
	if (!options->at || out->never_declared || found.how != LOOKUP_EXACT)
		out->is_in_doubt = is_damaged(t->inv);
	return 0;
}

int show_run(
	struct repo *repo, struct arena *arena, const struct show_options *options, struct shown *out, struct err *err)
{
	static const struct progress silent;
	const struct investigation_options how = { .all = true,
		.deep = options->deep,
		.versions_dirs = options->versions_dirs,
		.versions_dir_count = options->versions_dir_count,
		.progress = options->progress ? options->progress : &silent };
	const struct scan_options judged = { .all = true,
		.deep = options->deep,
		.envs = options->envs,
		.env_count = options->env_count,
		.policy = options->policy };
	struct investigation inv;
	struct teller teller = { 0 };
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (investigation_open(&inv, repo, arena, &how, err) < 0)
		goto done;
	if (teller_open(&teller, &inv, &judged, err) == 0)
		rc = show(&teller, options, out, err);
	teller_close(&teller);
done:
	investigation_close(&inv);
	return rc;
}
