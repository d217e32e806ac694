#include "revident/answers/judge.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "judge_parts.h"
#include "revident/base/xalloc.h"

/* --- what is kept ------------------------------------------------------------------------------------------------ */

struct judge *judge_new(struct study *study, struct discovery *discovery)
{
	struct judge *judge = xcalloc(1, sizeof(*judge));

	judge->study = study;
	judge->discovery = discovery;
	intern_init(&judge->limits);
	intern_init(&judge->notes);
	return judge;
}

void judge_use(struct judge *judge, const struct judge_options *options)
{
	judge->options = *options;
}

void judge_free(struct judge *judge)
{
	if (!judge)
		return;
	free(judge->violations);
	free(judge->waived);
	intern_release(&judge->limits);
	intern_release(&judge->notes);
	judge_past_free(judge->past);
	free(judge);
}

__attribute__((format(printf, 2, 0))) static void add_sentence(struct intern *set, const char *fmt, va_list ap)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_vaddf(&text, fmt, ap);
	intern_add(set, text.buf, text.len);
	strbuf_release(&text);
}

void judge_add_limit(struct judge *judge, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_sentence(&judge->limits, fmt, ap);
	va_end(ap);
}

void judge_add_repo_limits(struct judge *judge)
{
	const char *const *limits;
	size_t i, count = repo_limits(judge->study->repo, &limits);

	for (i = 0; i < count; i++)
		judge_add_limit(judge, "%s", limits[i]);
}

void judge_add_note(struct judge *judge, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_sentence(&judge->notes, fmt, ap);
	va_end(ap);
}

static const char *const *sentences(struct judge *judge, const struct intern *set)
{
	const char **list = arena_calloc(&judge->study->arena, set->count + 1, sizeof(*list));
	size_t i;

	for (i = 0; i < set->count; i++)
		list[i] = arena_strdup(&judge->study->arena, intern_str(set, (uint32_t)i));
	return list;
}

static int compare_waived(const void *a, const void *b)
{
	return finding_compare(&((const struct waived *)a)->finding, &((const struct waived *)b)->finding);
}

/* Several refs that are pushed at once may say the same. */
static size_t drop_repeats(struct finding *items, size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		if (n == 0 || finding_compare(&items[n - 1], &items[i]) != 0)
			items[n++] = items[i];
	return n;
}

void judge_finish(struct judge *judge, struct check *out)
{
	struct arena *arena = &judge->study->arena;
	size_t counts[LEVEL_ERROR + 1], i, n = 0;
	struct finding *violations = arena_copy(arena, judge->violations, judge->violation_count, sizeof(*violations));
	struct waived *waived = arena_calloc(arena, judge->waived_count + 1, sizeof(*waived));

	findings_sort(violations, judge->violation_count);
	out->violation_count = drop_repeats(violations, judge->violation_count);
	out->violations = violations;
	if (judge->waived_count) {
		qsort(judge->waived, judge->waived_count, sizeof(*judge->waived), compare_waived);
		for (i = 0; i < judge->waived_count; i++)
			if (n == 0 || compare_waived(&waived[n - 1], &judge->waived[i]) != 0)
				waived[n++] = judge->waived[i];
	}
	out->waived = waived;
	out->waived_count = n;
	out->limits = sentences(judge, &judge->limits);
	out->limit_count = judge->limits.count;
	out->notes = sentences(judge, &judge->notes);
	out->note_count = judge->notes.count;
	findings_count(violations, out->violation_count, counts);
	if (counts[LEVEL_ERROR])
		out->result = CHECK_BLOCKED;
	else if (out->limit_count)
		out->result = CHECK_UNDECIDED;
	else
		out->result = counts[LEVEL_WARNING] ? CHECK_WARNED : CHECK_CLEAN;
}

/* --- one change -------------------------------------------------------------------------------------------------- */

static bool covers(const struct judging *j, const struct tree_env *env, uint32_t path)
{
	return study_path_is_below_any(j->study, path, env->versions, env->version_count);
}

struct text judge_environment_of(const struct judging *j, uint32_t path)
{
	size_t s, i;

	for (s = j->side_count; path != INTERN_NONE && s-- > 0;)
		for (i = 0; i < j->sides[s].envs.count; i++)
			if (covers(j, &j->sides[s].envs.items[i], path))
				return j->sides[s].envs.items[i].path;
	return TEXT_LITERAL(".");
}

bool judge_leaves_out(const struct judging *j, struct text environment)
{
	const struct judge_options *options = &j->judge->options;
	const struct policy_environment *expected = policy_environment(options->policy, environment);
	size_t i;

	for (i = 0; i < options->only_count; i++)
		if (text_equal(options->only[i], environment))
			return false;
	if (options->only_count > 0)
		return true;
	if (expected && expected->ignore)
		judge_add_note(j->judge, "%s is not judged: the policy ignores it", study_shown(j->study, environment));
	return expected && expected->ignore;
}

static int look_at_sides(struct judging *j)
{
	struct judge *judge = j->judge;
	size_t i;

	for (i = 0; i < j->side_count; i++) {
		struct side_view *side = &j->sides[i];

		side->tree = i < j->judged->base_count ? j->judged->bases[i].tree : j->judged->target.tree;
		side->source = source_of_tree(j->study, &side->tree);
		if (tree_envs_of_source(judge->discovery, j->study, side->source, judge->options.extra, &side->defs,
			    &side->envs, j->err) < 0)
			return -1;
		env_defs_append(&j->defs, &side->defs);
	}
	return 0;
}

/* An environment that was asked for and that no side has is a mistake, not a change that passes. */
static int check_only(struct judging *j)
{
	const struct judge_options *options = &j->judge->options;
	size_t i, s, e;

	for (i = 0; i < options->only_count; i++) {
		bool found = false;

		for (s = 0; s < j->side_count && !found; s++)
			for (e = 0; e < j->sides[s].envs.count && !found; e++)
				found = text_equal(j->sides[s].envs.items[e].path, options->only[i]);
		if (!found)
			return err_set(j->err, ERR_USAGE, "there is no environment \"%s\" on either side",
				study_shown(j->study, options->only[i]));
	}
	return 0;
}

/* The id of what stands at the directory on one side; null if nothing does. A directory that cannot be read differs. */
static struct oid directory_id(struct judging *j, const struct side_view *side, uint32_t dir, bool *is_unknown)
{
	struct source_entry entry = { .kind = SOURCE_OTHER };
	struct err why = { 0 };
	int found = source_find(side->source, study_path_text(j->study, dir), &entry, &why);
	static const struct oid none;

	*is_unknown = *is_unknown || found < 0;
	return found == 1 ? entry.id : none;
}

static bool differs(struct judging *j, const struct env_def *def)
{
	bool is_unknown = false;
	size_t i, k;

	for (k = 0; k < def->version_count; k++) {
		struct oid target = directory_id(j, judging_target(j), def->versions[k], &is_unknown);

		for (i = 0; i < j->side_count; i++) {
			struct oid id = directory_id(j, &j->sides[i], def->versions[k], &is_unknown);

			if (is_unknown || !oid_equal(&id, &target))
				return true;
		}
	}
	return false;
}

static void choose_watched(struct judging *j)
{
	size_t i;

	for (i = 0; i < j->defs.count; i++) {
		if (!differs(j, &j->defs.items[i]))
			continue;
		VEC_GROW(j->watched.items, j->watched.count, j->watched.cap);
		j->watched.items[j->watched.count++] = j->defs.items[i];
	}
}

/* --- from events to charges -------------------------------------------------------------------------------------- */

/* The rule for a kind of event; RULE_COUNT for those that are no violation. */
static enum rule_id rule_of(enum event_kind kind)
{
	switch (kind) {
	case EVENT_OVERWRITTEN:
		return RULE_IDENTITY_OVERWRITTEN;
	case EVENT_REIDENTIFIED:
		return RULE_IDENTITY_EDITED;
	case EVENT_REPLACED:
		return RULE_IDENTITY_REPLACED;
	case EVENT_STRIPPED:
		return RULE_IDENTITY_STRIPPED;
	case EVENT_DELETED:
		return RULE_IDENTITY_DELETED;
	case EVENT_LOST_IN_MERGE:
		return RULE_IDENTITY_LOST_IN_MERGE;
	case EVENT_REPARENTED:
		return RULE_REPARENTED;
	case EVENT_EDITED:
		return RULE_CONTENT_EDITED;
	case EVENT_MOVED:
		return RULE_MOVED;
	case EVENT_ADDED:      /* judge_reused.c */
	case EVENT_RESTORED:   /* likewise */
	case EVENT_DUPLICATED: /* judge_tree.c */
	case EVENT_KINDS:
		break;
	}
	return RULE_COUNT;
}

/* By its lines a formatter may leave little of a file; by its tokens nothing is replaced. */
static int is_harmless_edit(struct judging *j, const struct change *change, bool *out)
{
	enum edit what;

	*out = false;
	if (change->kind == EVENT_REPLACED)
		return study_same_code(j->study, change->before.blob, change->after.blob, out, j->err);
	if (change->kind != EVENT_EDITED)
		return 0;
	if (study_compare(j->study, change->before.blob, change->after.blob, &what, j->err) < 0)
		return -1;
	*out = what == EDIT_COSMETIC || what == EDIT_OTHER;
	return 0;
}

static int charge_change(struct judging *j, const struct change *change)
{
	struct charge charge = {
		.rule = rule_of(change->kind),
		.revision = change->revision,
		.before = change->before,
		.after = change->after,
		.continues_as = change->continues_as,
	};
	bool is_harmless = false;

	if (charge.rule == RULE_COUNT || (change->kind == EVENT_LOST_IN_MERGE && !j->judged->is_merge))
		return 0;
	if (is_harmless_edit(j, change, &is_harmless) < 0)
		return -1;
	if (is_harmless)
		return 0;
	charge.pinned = event_kind_is_loss(change->kind) ? change->before.blob : change->after.blob;
	charge.environment = judge_environment_of(
		j, change->after.path != INTERN_NONE && !event_kind_is_loss(change->kind) ? change->after.path
											  : change->before.path);
	charge.most = judge_at_most(j, &charge);
	return judge_bring(j, &charge);
}

static int charge_changes(struct judging *j)
{
	const struct history *history = &j->small.history;
	size_t i;

	for (i = 0; i < history->count; i++)
		if (history->changes[i].commit == j->small.target && j->judged->base_count &&
			charge_change(j, &history->changes[i]) < 0)
			return -1;
	return 0;
}

/*
 * Is the target one of the bases' trees? Then nothing differs from every base; a merge counts as what it is merged
 * into.
 */
static bool is_no_change(const struct judge_case *judged)
{
	size_t i;

	for (i = 0; i < judged->base_count && (i == 0 || !judged->only_findings); i++)
		if (oid_equal(&judged->bases[i].tree, &judged->target.tree))
			return !judged->is_merge;
	return false;
}

static void say_unreadable(struct judging *j)
{
	const struct touched *t = &j->touched;
	char hex[OID_HEX + 1];

	judge_add_limit(j->judge, "%s (%s %s), which may say where migrations are, cannot be read: %.*s",
		study_shown(j->study, t->unreadable), t->unreadable_kind, oid_hex(&t->unreadable_id, hex),
		(int)t->why.len, t->why.ptr);
}

static int look_at_differences(struct judging *j)
{
	const struct judge_case *judged = j->judged;
	const struct env_defs *extra = j->judge->options.extra;
	size_t i;

	for (i = 0; i < judged->base_count; i++)
		if (touched_look(j->study, &judged->bases[i].tree, &judged->target.tree, extra, &j->touched, j->err) <
			0)
			return -1;
	if (judged->base_count == 0)
		j->touched.any = true;
	return 0;
}

/* A file that lies where migrations do, changed, and cannot be read: nothing else may know that it is one. */
static int look_at_suspects(struct judging *j)
{
	size_t i;
	int side;

	for (i = 0; i < j->touched.suspect_count; i++) {
		const struct suspect *suspect = &j->touched.suspects[i];
		bool is_watched = env_defs_cover(&j->watched, j->study, suspect->path);

		for (side = 0; side < 2 && !is_watched; side++) {
			uint32_t number;

			if (oid_is_null(&suspect->ids[side]))
				continue;
			number = study_blob_number(j->study, &suspect->ids[side]);
			if (!study_blob(j->study, number, j->err))
				return -1;
			if (study_blob_is_absent(j->study, number))
				judge_say_absent(j, suspect->path, number);
		}
	}
	return 0;
}

static int judge_sides(struct judging *j)
{
	if (look_at_differences(j) < 0)
		return -1;
	if (!j->touched.any)
		return 0;
	if (j->touched.unreadable.ptr)
		say_unreadable(j);
	if (look_at_sides(j) < 0 || check_only(j) < 0)
		return -1;
	/*
	 * what could not be read may be what is judged: where all of the target is new, or a configuration of it is
	 * unread
	 */
	if (j->judged->base_count == 0 || judging_target(j)->defs.is_incomplete)
		judge_add_repo_limits(j->judge);
	choose_watched(j);
	if (look_at_suspects(j) < 0)
		return -1;
	if (j->watched.count && !j->judged->only_findings) {
		if (small_history_build(j) < 0 || small_history_check(j) < 0 || charge_changes(j) < 0)
			return -1;
		if (j->judged->with_history && judge_reused_ids(j) < 0)
			return -1;
	}
	return judge_left_directories(j) < 0 ? -1 : judge_new_findings(j);
}

int judge_is_concerned(struct judge *judge, const struct judge_case *judged, struct err *err)
{
	struct judging j = { .judge = judge, .study = judge->study, .judged = judged, .err = err };
	bool any;
	int rc;

	if (is_no_change(judged))
		return 0;
	rc = look_at_differences(&j);
	any = j.touched.any;
	touched_release(&j.touched);
	return rc < 0 ? -1 : any;
}

int judge_change(struct judge *judge, const struct judge_case *judged, struct published *published, struct err *err)
{
	struct judging j = { .judge = judge, .study = judge->study, .judged = judged, .err = err };
	size_t i;
	int rc;

	judge->published = published;
	if (is_no_change(judged))
		return 0;
	j.side_count = judged->base_count + 1;
	j.sides = xcalloc(j.side_count, sizeof(*j.sides));
	rc = judge_sides(&j);
	for (i = 0; i < j.side_count; i++)
		env_defs_release(&j.sides[i].defs);
	free(j.sides);
	env_defs_release(&j.defs);
	env_defs_release(&j.watched);
	small_history_release(&j.small);
	judge_since_release(&j);
	touched_release(&j.touched);
	return rc;
}
