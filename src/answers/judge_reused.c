#include <stdlib.h>
#include <string.h>

#include "judge_parts.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/investigation.h"
#include "verdict.h"

/* History up to some tips, by a policy: many refs that are pushed at once have mostly the same. */
struct past {
	struct investigation inv;
	const struct policy *policy;
	const char **tips; /* hex ids */
	size_t tip_count;
	bool has_unread;    /* anywhere, in any commit's tree */
	size_t limits_then; /* of the repository, when that was looked up, and one; 0: it was not */
};

/* An id that no base has, and what became of it before. */
struct newcomer {
	const struct change *change; /* of the judged change */
	uint32_t revision, lineage;  /* in the investigation */
	const struct change *holder; /* of history: the last that shows who had it */
	uint32_t holder_blob;
	bool was_restored; /* much the same content had it once */
};

static bool is_new_id(const struct judging *j, const struct change *change)
{
	return change->commit == j->small.target && change->after.path != INTERN_NONE &&
	       change->after.blob != BLOB_NONE && (change->kind == EVENT_ADDED || change->kind == EVENT_RESTORED);
}

/* The lineage that the file's directory had in history; INTERN_NONE where it is new. */
static uint32_t lineage_of_file(struct judging *j, struct investigation *inv, uint32_t path)
{
	uint32_t dir = study_path_dir(j->study, path), known;
	struct text name = dir == INTERN_NONE ? TEXT_LITERAL("") : study_path_text(j->study, dir);

	known = intern_find(&inv->study.paths, name.ptr, name.len);
	return known == INTERN_NONE ? INTERN_NONE : lineage_of_path(&inv->lineage, known);
}

/* Holds one side of a change in history against the new file. 0 or -1. */
static int look_at_holder(struct judging *j, struct investigation *inv, struct newcomer *n, const struct change *change,
	const struct place *place, uint32_t blob)
{
	bool same;

	if (place->path == INTERN_NONE || place->blob == BLOB_NONE ||
		inv->study.blobs[place->blob].revision != n->revision)
		return 0;
	if (study_much_the_same(&inv->study, place->blob, blob, &same, j->err) < 0)
		return -1;
	n->was_restored = n->was_restored || same;
	n->holder = change;
	n->holder_blob = place->blob;
	return 0;
}

static int look_back(struct judging *j, struct investigation *inv, struct newcomer *n)
{
	struct text id = study_revision_text(j->study, n->change->revision);
	uint32_t blob = study_blob_number(&inv->study, &j->study->blobs[n->change->after.blob].id);
	uint32_t at;

	n->revision = intern_find(&inv->study.revisions, id.ptr, id.len);
	n->lineage = lineage_of_file(j, inv, n->change->after.path);
	if (n->revision == INTERN_NONE || n->lineage == INTERN_NONE)
		return 0;
	for (at = history_first(&inv->history, n->revision); at; at = inv->history.changes[at - 1].next) {
		const struct change *change = &inv->history.changes[at - 1];

		if (change->lineage != n->lineage)
			continue;
		if (look_at_holder(j, inv, n, change, &change->before, blob) < 0 ||
			look_at_holder(j, inv, n, change, &change->after, blob) < 0)
			return -1;
	}
	return 0;
}

/* Did a published commit's tree have it? 1, 0, -1. */
static int was_published(struct judging *j, struct investigation *inv, const struct newcomer *n)
{
	bool *seen = xcalloc(inv->lineage.node_count, sizeof(*seen));
	int holds = 0;
	size_t i;

	for (i = 0; i < inv->commits.count && holds == 0; i++) {
		uint32_t node = inv->lineage.node_of[i];

		if (seen[node])
			continue;
		holds = published_commit(j->judge->published, &inv->commits.ids[i], j->judge->options.progress, j->err);
		if (holds != 1)
			continue;
		seen[node] = true;
		holds = row_holds(inv, inv->lineage.nodes[node].row, n->lineage, n->revision, j->err);
	}
	free(seen);
	return holds;
}

/* "it was "orders" in PATH, which commit … deleted" */
static const char *describe_holder(struct judging *j, struct investigation *inv, const struct newcomer *n)
{
	const struct migration *m = inv->study.blobs[n->holder_blob].migration;
	bool is_before = n->holder->before.blob == n->holder_blob;
	struct text path = study_path_text(&inv->study, (is_before ? &n->holder->before : &n->holder->after)->path);
	struct strbuf text = STRBUF_INIT;
	char hex[OID_HEX + 1];
	const char *out;

	strbuf_addstr(&text, "it was ");
	if (m && m->message.len) {
		strbuf_addch(&text, '"');
		strbuf_add_printable_text(&text, m->message);
		strbuf_addstr(&text, "\" ");
	}
	strbuf_addstr(&text, "in ");
	strbuf_add_printable_text(&text, path);
	strbuf_addf(&text, ", last seen at commit %s", oid_hex(&inv->commits.ids[n->holder->commit], hex));
	out = arena_memdup(&j->study->arena, text.buf, text.len);
	strbuf_release(&text);
	return out;
}

static int charge_newcomer(struct judging *j, struct investigation *inv, const struct newcomer *n)
{
	const struct place *place = &n->change->after;
	const struct content *content = study_content(j->study, place->blob, j->err);
	struct charge charge = {
		.rule = RULE_IDENTITY_REUSED,
		.revision = n->change->revision,
		.before = PLACE_NONE,
		.after = *place,
		.continues_as = PLACE_NONE,
		.pinned = place->blob,
	};
	int published = was_published(j, inv, n);

	if (published < 0 || !content)
		return -1;
	charge.most = content->count ? LEVEL_ERROR : LEVEL_NOTE;
	charge.is_protected_for_sure = published == 1;
	charge.environment = judge_environment_of(j, place->path);
	charge.since = describe_holder(j, inv, n);
	return judge_bring(j, &charge);
}

/* The bases' history, and that of the protected refs. */
static size_t list_tips(struct judging *j, const char ***out)
{
	const struct protection *protection = published_protection(j->judge->published);
	const char **tips =
		arena_calloc(&j->study->arena, j->judged->base_count + protection->ref_count + 1, sizeof(*tips));
	size_t count = 0, i;

	for (i = 0; i < j->judged->base_count; i++) {
		char *hex = arena_alloc(&j->study->arena, OID_HEX + 1);

		tips[count++] = oid_hex(&j->judged->bases[i].commit, hex);
	}
	for (i = 0; i < protection->ref_count; i++) {
		char *hex = arena_alloc(&j->study->arena, OID_HEX + 1);

		tips[count++] = oid_hex(&protection->refs[i].commit, hex);
	}
	*out = tips;
	return count;
}

static bool is_cut(const struct commits *commits)
{
	size_t i;

	for (i = 0; i < commits->count; i++)
		if (commits->flags[i] & COMMIT_CUT)
			return true;
	return false;
}

/* May a directory that could not be read have held a migration of the newcomer's lineage? */
static bool may_hold(
	const struct judging *j, struct investigation *inv, const struct newcomer *n, const struct snapshot *snapshot)
{
	struct text file = study_path_text(j->study, n->change->after.path), dir;
	size_t i;

	for (i = 0; i < snapshot->unread_count; i++) {
		dir = study_path_text(&inv->study, snapshot->unread[i]);
		if (n->lineage != INTERN_NONE && lineage_of_path(&inv->lineage, snapshot->unread[i]) == n->lineage)
			return true;
		if (dir.len == 0 ||
			(file.len > dir.len && memcmp(file.ptr, dir.ptr, dir.len) == 0 && file.ptr[dir.len] == '/'))
			return true;
	}
	return snapshot->incomplete && snapshot->unread_count == 0;
}

/* Is there a file that could not be read, of any lineage (`n` NULL) or the newcomer's, or may be one? 1, 0, -1. */
static int has_unread_file(struct judging *j, struct investigation *inv, const struct newcomer *n)
{
	size_t node, i;
	int found = 0;

	for (node = 0; node < inv->lineage.node_count && !found; node++) {
		const struct snapshot *snapshot = snapshots_get(inv->snapshots, inv->lineage.nodes[node].row, j->err);

		if (!snapshot)
			return -1;
		found = n ? may_hold(j, inv, n, snapshot) : snapshot->incomplete || snapshot->unread_count > 0;
		for (i = 0; i < snapshot->count && !found; i++) {
			const struct snap_file *file = &snapshot->files[i];

			found = study_blob_is_absent(&inv->study, file->blob) &&
				(!n || investigation_lineage(inv, file) == n->lineage);
		}
		snapshot_put(inv->snapshots, snapshot);
	}
	return found;
}

/* The same of the newcomer. Mostly nothing is unread at all: that is looked up once, until the repository says more. */
static int may_have_had(struct judging *j, struct past *past, const struct newcomer *n)
{
	const char *const *limits;
	size_t count = repo_limits(j->study->repo, &limits);
	int found;

	if (past->limits_then != count + 1) {
		found = has_unread_file(j, &past->inv, NULL);
		if (found < 0)
			return -1;
		past->has_unread = found;
		past->limits_then = count + 1;
	}
	return past->has_unread ? has_unread_file(j, &past->inv, n) : 0;
}

/*
 * Says what of history could not be read, where nobody was found to have had an id. A clone that left it out on purpose
 * is judged by what it has; where one is damaged, nobody knows what stood there. 0 or -1.
 */
static int admit_gaps(struct judging *j, struct past *past, const struct newcomer *n)
{
	const struct investigation *inv = &past->inv;
	const struct repo *repo = j->study->repo;
	bool is_bounded = inv->is_bounded || inv->history.is_cut;
	int incomplete = is_bounded || is_cut(&inv->commits) ? 1 : may_have_had(j, past, n);

	if (incomplete <= 0)
		return incomplete;
	if (!is_bounded && (repo_is_shallow(repo) || repo_is_partial(repo)))
		judge_add_note(j->judge, "this clone's history is cut short: whether a new id named another migration "
					 "before was looked up only as far as it goes");
	else
		judge_add_repo_limits(j->judge);
	return 0;
}

static int look_for_all(struct judging *j, struct past *past)
{
	struct investigation *inv = &past->inv;
	const struct history *history = &j->small.history;
	size_t i;

	for (i = 0; i < history->count; i++) {
		struct newcomer n = { .change = &history->changes[i] };

		if (!is_new_id(j, n.change))
			continue;
		if (look_back(j, inv, &n) < 0)
			return -1;
		if (n.holder && !n.was_restored && charge_newcomer(j, inv, &n) < 0)
			return -1;
		if (!n.holder && admit_gaps(j, past, &n) < 0)
			return -1;
	}
	return 0;
}

static bool has_newcomers(const struct judging *j)
{
	size_t i;

	for (i = 0; i < j->small.history.count; i++)
		if (is_new_id(j, &j->small.history.changes[i]))
			return true;
	return false;
}

void judge_past_free(struct past *past)
{
	if (!past)
		return;
	investigation_close(&past->inv);
	free(past);
}

static bool is_past_of(const struct past *past, const struct policy *policy, const char *const *tips, size_t count)
{
	size_t i;

	if (!past || past->policy != policy || past->tip_count != count)
		return false;
	for (i = 0; i < count; i++)
		if (strcmp(past->tips[i], tips[i]) != 0)
			return false;
	return true;
}

/* The history of the bases and of the protected refs; the judge's. NULL with `err` set. */
static struct past *past_of(struct judging *j)
{
	struct investigation_options options = {
		.policy = j->judge->options.policy,
		.progress = j->judge->options.progress,
	};
	struct past *past;
	const char **tips;

	options.tip_count = list_tips(j, &tips);
	options.tips = tips;
	if (is_past_of(j->judge->past, options.policy, tips, options.tip_count))
		return j->judge->past;
	judge_past_free(j->judge->past);
	j->judge->past = NULL;
	past = xcalloc(1, sizeof(*past));
	past->policy = options.policy;
	past->tips = tips;
	past->tip_count = options.tip_count;
	if (investigation_open(&past->inv, j->study->repo, &j->study->arena, &options, j->err) < 0) {
		judge_past_free(past);
		return NULL;
	}
	j->judge->past = past;
	return past;
}

int judge_reused_ids(struct judging *j)
{
	struct past *past;

	if (!j->judged->base_count || !has_newcomers(j))
		return 0;
	past = past_of(j);
	return past ? look_for_all(j, past) : -1;
}
