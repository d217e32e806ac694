#include "lookup.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

enum {
	PREFIX_ID_MIN = 4, /* ids that Alembic completes are at least this long */
	SIMILAR_DISTANCE = 2,
	SIMILAR_LENGTH_MIN = 4,
	SIMILAR_LENGTH_MAX = 64,
};

struct search {
	struct investigation *inv;
	const struct verdict *verdict;
	const struct lookup_options *options;
	struct identity *items;
	size_t count, cap;
	struct intern known; /* of the items: id and environment */
};

bool identity_has_lineage(const struct identity *identity, uint32_t lineage)
{
	size_t i;

	for (i = 0; i < identity->lineage_count; i++)
		if (identity->lineages[i] == lineage)
			return true;
	return false;
}

bool lookup_wants(const struct lookup_options *options, struct text environment)
{
	size_t i;

	for (i = 0; i < options->env_count; i++)
		if (text_equal(text_of(options->envs[i]), environment))
			return true;
	return options->env_count == 0;
}

static bool identity_is_among(const struct identities *list, const struct identity *identity)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (text_equal(list->items[i].id, identity->id) &&
			text_equal(list->items[i].environment, identity->environment))
			return true;
	return false;
}

void identities_add(struct identities *list, const struct lookup *found, struct text environment)
{
	size_t i;

	for (i = 0; i < found->count; i++) {
		if (environment.ptr && !text_equal(found->items[i].environment, environment))
			continue;
		if (identity_is_among(list, &found->items[i]))
			continue;
		if (list->count == list->max) {
			list->left_out++;
			continue;
		}
		VEC_GROW(list->items, list->count, list->cap);
		list->items[list->count++] = found->items[i];
	}
}

static bool was_held(const struct investigation *inv, uint32_t lineage, uint32_t revision)
{
	uint32_t pair[2] = { lineage, revision };

	return intern_find(&inv->history.held, pair, sizeof(pair)) != INTERN_NONE;
}

/* Where a revision of a lineage is in the end, if it went from one environment to another. */
static uint32_t follow_departures(const struct investigation *inv, uint32_t lineage, uint32_t revision)
{
	size_t i;

	for (i = 0; i < inv->history.departure_count; i++) {
		const struct departure *d = &inv->history.departures[i];

		if (d->revision == revision && d->from == lineage && was_held(inv, d->to, revision))
			lineage = d->to;
	}
	return lineage;
}

static struct identity *identity_of(struct search *s, struct text id, uint32_t revision, struct text environment)
{
	struct strbuf key = STRBUF_INIT;
	struct identity *item;
	uint32_t number;

	strbuf_add(&key, &id.len, sizeof(id.len));
	strbuf_add(&key, id.ptr, id.len);
	strbuf_add(&key, environment.ptr, environment.len);
	number = intern_add(&s->known, key.buf, key.len);
	strbuf_release(&key);
	if (number < s->count)
		return &s->items[number];
	VEC_GROW(s->items, s->count, s->cap);
	item = &s->items[s->count++];
	*item = (struct identity){ .id = id, .revision = revision, .environment = environment };
	return item;
}

static void add_lineage(struct search *s, struct identity *item, uint32_t lineage)
{
	if (identity_has_lineage(item, lineage))
		return;
	ARENA_GROW(&s->inv->study.arena, item->lineages, item->lineage_count);
	item->lineages[item->lineage_count++] = lineage;
}

/* Adds the revision in each environment that had it; only those of living environments, or the others. */
static void add_held(struct search *s, uint32_t revision, bool living)
{
	struct investigation *inv = s->inv;
	uint32_t label;

	for (label = 0; label < inv->lineage.label_count; label++) {
		uint32_t now;
		struct text environment;
		struct identity *item;

		if (!was_held(inv, label, revision))
			continue;
		now = follow_departures(inv, label, revision);
		if (inv->is_live[now] != living)
			continue;
		environment = investigation_env_path(inv, now, INTERN_NONE);
		if (!lookup_wants(s->options, environment))
			continue;
		item = identity_of(s, study_revision_text(&inv->study, revision), revision, environment);
		add_lineage(s, item, now);
		add_lineage(s, item, label);
	}
}

/* Adds the id in each environment in which it is missing. */
static void add_missing(struct search *s, struct text id)
{
	size_t i;

	for (i = 0; i < s->verdict->missing_count; i++) {
		const struct missing_key *missing = &s->verdict->missing[i];
		uint32_t revision = intern_find(&s->inv->study.revisions, id.ptr, id.len);

		if (text_equal(missing->name, id) && lookup_wants(s->options, missing->environment))
			identity_of(s, id, revision, missing->environment)->missing = missing;
	}
}

/* Adds what no commit declares and a tip has all the same: Alembic takes the id from the file's name. */
static void add_at_tips(struct search *s, uint32_t revision)
{
	size_t v, e, f;

	for (v = 0; v < s->inv->view_count; v++) {
		const struct tip_view *view = &s->inv->views[v];

		for (e = 0; e < view->envs.count; e++) {
			const struct tree_env *env = &view->envs.items[e];

			for (f = 0; f < env->file_count && env->files[f].revision != revision; f++)
				;
			if (f == env->file_count || !lookup_wants(s->options, env->path))
				continue;
			add_lineage(s,
				identity_of(s, study_revision_text(&s->inv->study, revision), revision, env->path),
				view->labels[e]);
		}
	}
}

static void add_id(struct search *s, struct text id)
{
	uint32_t revision = intern_find(&s->inv->study.revisions, id.ptr, id.len);
	size_t before = s->count;

	if (revision != INTERN_NONE)
		add_held(s, revision, true);
	add_missing(s, id);
	if (s->count == before && revision != INTERN_NONE)
		add_at_tips(s, revision);
	if (s->count == before && revision != INTERN_NONE)
		add_held(s, revision, false);
}

static bool declares_label(const struct migration *migration, struct text label)
{
	size_t i;

	for (i = 0; migration && i < migration->branch_labels.count; i++)
		if (text_equal(migration->branch_labels.values[i], label))
			return true;
	return false;
}

/* Revisions whose file has the label at a tip. */
static void add_labelled_at_tips(struct search *s, struct text label)
{
	const struct study *study = &s->inv->study;
	size_t v, e, f;

	for (v = 0; v < s->inv->view_count; v++) {
		const struct tree_envs *envs = &s->inv->views[v].envs;

		for (e = 0; e < envs->count; e++)
			for (f = 0; f < envs->items[e].file_count; f++) {
				const struct tree_file *file = &envs->items[e].files[f];

				if (file->blob != BLOB_NONE && file->revision != INTERN_NONE &&
					declares_label(study->blobs[file->blob].migration, label))
					add_id(s, study_revision_text(study, file->revision));
			}
	}
}

static void add_labelled_ever(struct search *s, struct text label)
{
	const struct study *study = &s->inv->study;
	size_t b;

	for (b = 0; b < study->blob_ids.count; b++)
		if (study->blobs[b].revision != INTERN_NONE && declares_label(study->blobs[b].migration, label))
			add_id(s, study_revision_text(study, study->blobs[b].revision));
}

bool lookup_begins_with(struct text id, struct text prefix)
{
	return prefix.len > 0 && id.len >= PREFIX_ID_MIN && id.len > prefix.len &&
	       memcmp(id.ptr, prefix.ptr, prefix.len) == 0;
}

static void add_by_prefix(struct search *s, struct text prefix)
{
	uint32_t r;
	size_t i;

	for (r = 0; r < s->inv->study.revisions.count; r++) {
		struct text id = study_revision_text(&s->inv->study, r);

		if (lookup_begins_with(id, prefix))
			add_id(s, id);
	}
	for (i = 0; i < s->verdict->missing_count; i++)
		if (lookup_begins_with(s->verdict->missing[i].name, prefix))
			add_id(s, s->verdict->missing[i].name);
}

int identity_compare_items(const void *a, const void *b)
{
	const struct identity *x = a, *y = b;
	int order = text_compare(x->id, y->id);

	return order ? order : text_compare(x->environment, y->environment);
}

static void finish(struct search *s, enum lookup_how how, struct lookup *out)
{
	if (s->count)
		qsort(s->items, s->count, sizeof(*s->items), identity_compare_items);
	out->how = how;
	out->count = s->count;
	out->items = arena_copy(&s->inv->study.arena, s->items, s->count, sizeof(*s->items));
	free(s->items);
	intern_release(&s->known);
}

void lookup_id(struct investigation *inv, const struct verdict *verdict, const struct lookup_options *options,
	struct text id, struct lookup *out)
{
	struct search s = { .inv = inv, .verdict = verdict, .options = options };

	add_id(&s, id);
	finish(&s, LOOKUP_EXACT, out);
}

void lookup_revision(struct investigation *inv, const struct verdict *verdict, const struct lookup_options *options,
	struct text query, struct lookup *out)
{
	struct search s = { .inv = inv, .verdict = verdict, .options = options };
	enum lookup_how how = LOOKUP_EXACT;

	add_id(&s, query);
	if (!s.count) {
		how = LOOKUP_LABEL;
		add_labelled_at_tips(&s, query);
	}
	if (!s.count)
		add_labelled_ever(&s, query);
	if (!s.count) {
		how = LOOKUP_PREFIX;
		add_by_prefix(&s, query);
	}
	finish(&s, how, out);
}

/* Alembic's name for the module of a file: every byte that is no letter, digit or underscore becomes one. */
static bool is_module_of(struct text module, const char *name, size_t len)
{
	size_t i;

	if (module.len != len)
		return false;
	for (i = 0; i < len; i++) {
		char c = name[i];
		bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (unsigned char)c >= 0x80;

		if (module.ptr[i] != (word ? c : '_'))
			return false;
	}
	return true;
}

static bool is_stem_of(struct text stem, const char *name, size_t len)
{
	return len == stem.len + 3 && memcmp(name, stem.ptr, stem.len) == 0 && memcmp(name + stem.len, ".py", 3) == 0;
}

static bool path_is_meant(struct text path, struct text file, enum file_naming naming)
{
	const char *slash = memrchr(path.ptr, '/', path.len);
	const char *name = slash ? slash + 1 : path.ptr;
	size_t len = path.len - (size_t)(name - path.ptr);

	if (naming == NAMED_BY_MODULE)
		return is_module_of(file, name, len);
	if (naming == NAMED_BY_STEM)
		return is_stem_of(file, name, len);
	if (file.len > path.len) /* an absolute one */
		return file.ptr[file.len - path.len - 1] == '/' &&
		       memcmp(file.ptr + file.len - path.len, path.ptr, path.len) == 0;
	if (file.len < len)
		return false;
	return memcmp(path.ptr + path.len - file.len, file.ptr, file.len) == 0 &&
	       (file.len == path.len || path.ptr[path.len - file.len - 1] == '/');
}

size_t lookup_file(struct investigation *inv, struct text file, enum file_naming naming, struct text **out)
{
	const struct study *study = &inv->study;
	bool *is_meant = xcalloc(study->paths.count, sizeof(*is_meant));
	bool *is_found = xcalloc(study->revisions.count, sizeof(*is_found));
	size_t i, n = 0;

	for (i = 0; i < study->paths.count; i++)
		is_meant[i] = path_is_meant(study_path_text(study, (uint32_t)i), file, naming);
	for (i = 0; i < inv->history.count; i++) {
		const struct change *change = &inv->history.changes[i];

		if ((change->before.path != INTERN_NONE && is_meant[change->before.path]) ||
			(change->after.path != INTERN_NONE && is_meant[change->after.path]))
			is_found[change->revision] = true;
	}
	for (i = 0; i < study->revisions.count; i++)
		n += is_found[i];
	*out = arena_calloc(&inv->study.arena, n, sizeof(**out));
	for (i = n = 0; i < study->revisions.count; i++)
		if (is_found[i])
			(*out)[n++] = study_revision_text(study, (uint32_t)i);
	if (n)
		qsort(*out, n, sizeof(**out), text_compare_items);
	free(is_meant);
	free(is_found);
	return n;
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance; neither is longer than SIMILAR_LENGTH_MAX. */
static size_t distance(struct text a, struct text b)
{
	size_t row[SIMILAR_LENGTH_MAX + 1], i, k;

	for (k = 0; k <= b.len; k++)
		row[k] = k;
	for (i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (k = 1; k <= b.len; k++) {
			size_t above = row[k];

			row[k] = least(above + 1, row[k - 1] + 1, diagonal + (a.ptr[i - 1] != b.ptr[k - 1]));
			diagonal = above;
		}
	}
	return row[b.len];
}

size_t lookup_similar(struct investigation *inv, struct text query, struct text out[SIMILAR_SHOWN])
{
	size_t found = 0, wanted;
	uint32_t r;

	if (query.len < SIMILAR_LENGTH_MIN || query.len > SIMILAR_LENGTH_MAX)
		return 0;
	for (wanted = 1; wanted <= SIMILAR_DISTANCE; wanted++)
		for (r = 0; r < inv->study.revisions.count && found < SIMILAR_SHOWN; r++) {
			struct text id = study_revision_text(&inv->study, r);

			if (id.len >= SIMILAR_LENGTH_MIN && id.len <= SIMILAR_LENGTH_MAX &&
				distance(id, query) == wanted)
				out[found++] = id;
		}
	if (found > 1)
		qsort(out, found, sizeof(*out), text_compare_items);
	return found;
}
