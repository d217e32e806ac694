#include <stdlib.h>
#include <string.h>

#include "explain_parts.h"
#include "revident/base/xalloc.h"

/* --- who names it ------------------------------------------------------------------------------------------------ */

/* A child as it is found: numbers, until it is known to be new. */
struct finding {
	uint32_t revision, path;
	unsigned line;
	bool by_dependency, at_head;
};

enum naming { NAMING_UNKNOWN, NAMING_NOT, NAMING_PARENT, NAMING_DEPENDENCY };

struct findings {
	struct finding *items;
	size_t count, cap;
	unsigned char *known; /* by blob: enum naming */
};

static void add_finding(struct findings *findings, struct finding found)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (findings->items[i].revision == found.revision && findings->items[i].path == found.path &&
			findings->items[i].by_dependency == found.by_dependency)
			return;
	for (i = 0; i < findings->count && found.revision != INTERN_NONE; i++)
		if (findings->items[i].revision == found.revision && findings->items[i].at_head && !found.at_head)
			return;
	VEC_GROW(findings->items, findings->count, findings->cap);
	findings->items[findings->count++] = found;
}

/* Is it the id, or one of the branch labels, which depends_on takes as well? */
static bool depends_on_it(const struct binding *depends_on, struct text id, const struct migration *named)
{
	size_t i;

	for (i = 0; named && i < named->branch_labels.count; i++)
		if (binding_has(depends_on, named->branch_labels.values[i]))
			return true;
	return binding_has(depends_on, id);
}

/* How a content names the revision; the same contents stand in one tree after another, and are asked once. */
static enum naming naming_of(const struct teller *t, uint32_t blob, const struct life *life, struct findings *findings)
{
	const struct migration *m = t->inv->study.blobs[blob].migration;
	unsigned char *known = &findings->known[blob];

	if (*known == NAMING_UNKNOWN)
		*known = !m                                                               ? NAMING_NOT
			 : binding_has(&m->down_revision, life->revision)                 ? NAMING_PARENT
			 : depends_on_it(&m->depends_on, life->revision, life->migration) ? NAMING_DEPENDENCY
											  : NAMING_NOT;
	return (enum naming) * known;
}

static void look_in_env(const struct teller *t, const struct tree_env *env, const struct life *life, bool at_head,
	struct findings *findings)
{
	size_t f;

	for (f = 0; f < env->file_count; f++) {
		const struct tree_file *file = &env->files[f];
		enum naming naming = file->blob == BLOB_NONE ? NAMING_NOT : naming_of(t, file->blob, life, findings);
		const struct migration *m;

		if (naming == NAMING_NOT)
			continue;
		m = t->inv->study.blobs[file->blob].migration;
		add_finding(findings, (struct finding){ file->revision, file->path,
					      naming == NAMING_PARENT ? m->down_revision.line : m->depends_on.line,
					      naming == NAMING_DEPENDENCY, at_head });
	}
}

static void look_in_view(const struct teller *t, const struct identity *identity, const struct life *life,
	uint32_t view, struct findings *findings)
{
	const struct tip_view *at = &t->inv->views[view];
	size_t e;

	for (e = 0; e < at->envs.count; e++)
		if (identity_has_lineage(identity, at->labels[e]) ||
			text_equal(at->envs.items[e].path, identity->environment))
			look_in_env(t, &at->envs.items[e], life, view == teller_head_view(t), findings);
}

static int compare_children(const void *a, const void *b)
{
	const struct child *x = a, *y = b;
	int order;

	if (x->at_head != y->at_head)
		return x->at_head ? -1 : 1;
	order = text_compare(x->revision, y->revision);
	return order ? order : text_compare(x->path, y->path);
}

/* The ids of every content that was ever read and that names it. */
static void find_former(struct teller *t, struct text id, struct life *out)
{
	const struct study *study = &t->inv->study;
	bool *found = xcalloc(study->revisions.count, sizeof(*found));
	struct text *ids;
	size_t i, n = 0;

	for (i = 0; i < study->blob_ids.count; i++) {
		const struct blob *blob = &study->blobs[i];

		if (blob->revision == INTERN_NONE || !blob->migration || found[blob->revision])
			continue;
		found[blob->revision] = binding_has(&blob->migration->down_revision, id) ||
					binding_has(&blob->migration->depends_on, id);
		n += found[blob->revision];
	}
	ids = arena_calloc(t->arena, n, sizeof(*ids));
	for (i = n = 0; i < study->revisions.count; i++)
		if (found[i])
			ids[n++] = model_revision(&t->model, (uint32_t)i);
	if (n)
		qsort(ids, n, sizeof(*ids), text_compare_items);
	out->former_children = ids;
	out->former_child_count = n;
	free(found);
}

void tell_children(struct teller *t, const struct identity *identity, struct life *out)
{
	struct findings findings = { .known = xcalloc(t->inv->study.blob_ids.count + 1, 1) };
	struct child *children;
	uint32_t v, head = teller_head_view(t);
	size_t i;

	if (head != INTERN_NONE)
		look_in_view(t, identity, out, head, &findings);
	for (v = 0; v < t->inv->view_count; v++)
		if (v != head)
			look_in_view(t, identity, out, v, &findings);
	children = arena_calloc(t->arena, findings.count, sizeof(*children));
	for (i = 0; i < findings.count; i++) {
		const struct finding *found = &findings.items[i];

		children[i] = (struct child){ .path = model_path(&t->model, found->path),
			.line = found->line,
			.by_dependency = found->by_dependency,
			.at_head = found->at_head };
		if (found->revision != INTERN_NONE)
			children[i].revision = model_revision(&t->model, found->revision);
	}
	if (findings.count)
		qsort(children, findings.count, sizeof(*children), compare_children);
	out->children = children;
	out->child_count = findings.count;
	free(findings.items);
	free(findings.known);
	if (!out->child_count)
		find_former(t, identity->id, out);
}

/* --- what a missing name may be ---------------------------------------------------------------------------------- */

/* The ids for which `fits` is set. */
static void take_meant(struct teller *t, const bool *fits, enum meant_kind kind, struct life *out)
{
	size_t i, n = 0, count = t->inv->study.revisions.count;
	struct text *ids;

	for (i = 0; i < count; i++)
		n += fits[i];
	if (n == 0 || out->meant != MEANT_NOTHING)
		return;
	ids = arena_calloc(t->arena, n, sizeof(*ids));
	for (i = n = 0; i < count; i++)
		if (fits[i])
			ids[n++] = model_revision(&t->model, (uint32_t)i);
	qsort(ids, n, sizeof(*ids), text_compare_items);
	out->meant = kind;
	out->meant_ids = ids;
	out->meant_count = n;
}

void tell_meant(struct teller *t, struct life *out)
{
	const struct study *study = &t->inv->study;
	bool *fits = xcalloc(study->revisions.count, sizeof(*fits));
	struct text name = out->revision, *ids;
	size_t i;

	for (i = 0; i < study->blob_ids.count; i++)
		if (study->blobs[i].revision != INTERN_NONE && study->blobs[i].migration &&
			binding_has(&study->blobs[i].migration->branch_labels, name))
			fits[study->blobs[i].revision] = true;
	take_meant(t, fits, MEANT_LABEL, out);
	for (i = 0; i < study->revisions.count; i++) {
		struct text id = study_revision_text(study, (uint32_t)i);

		fits[i] = name.len && id.len > name.len && memcmp(id.ptr, name.ptr, name.len) == 0;
	}
	take_meant(t, fits, MEANT_PREFIX, out);
	memset(fits, 0, study->revisions.count * sizeof(*fits));
	for (i = lookup_file(t->inv, name, NAMED_BY_STEM, &ids); i-- > 0;)
		fits[intern_find(&study->revisions, ids[i].ptr, ids[i].len)] = true;
	take_meant(t, fits, MEANT_FILE, out);
	free(fits);
}

/* --- heads ------------------------------------------------------------------------------------------------------- */

static bool has_child(const struct teller *t, const struct tree_env *env, struct text id)
{
	size_t f;

	for (f = 0; f < env->file_count; f++) {
		const struct tree_file *file = &env->files[f];
		const struct migration *m = file->blob == BLOB_NONE ? NULL : t->inv->study.blobs[file->blob].migration;

		if (file->is_loaded && m && binding_has(&m->down_revision, id))
			return true;
	}
	return false;
}

static size_t add_heads(struct teller *t, const struct tree_env *env, struct head_revision *out)
{
	size_t f, count = 0;

	for (f = 0; f < env->file_count; f++) {
		const struct tree_file *file = &env->files[f];
		const struct migration *m = file->blob == BLOB_NONE ? NULL : t->inv->study.blobs[file->blob].migration;

		if (!file->is_loaded || file->revision == INTERN_NONE ||
			has_child(t, env, study_revision_text(&t->inv->study, file->revision)))
			continue;
		out[count++] = (struct head_revision){
			.revision = model_revision(&t->model, file->revision),
			.environment = model_copy_text(&t->model, env->path),
			.path = model_path(&t->model, file->path),
			.message = m ? model_copy_text(&t->model, m->message) : TEXT_NONE,
		};
	}
	return count;
}

static int compare_heads(const void *a, const void *b)
{
	const struct head_revision *x = a, *y = b;
	int order = text_compare(x->environment, y->environment);

	return order ? order : text_compare(x->revision, y->revision);
}

void tell_heads(struct teller *t, const struct lookup_options *options, struct explanation *out)
{
	uint32_t head = teller_head_view(t);
	struct head_revision *heads;
	size_t e, files = 0;

	if (head == INTERN_NONE)
		return;
	for (e = 0; e < t->inv->views[head].envs.count; e++)
		files += t->inv->views[head].envs.items[e].file_count;
	heads = arena_calloc(t->arena, files, sizeof(*heads));
	for (e = 0; e < t->inv->views[head].envs.count; e++)
		if (lookup_wants(options, t->inv->views[head].envs.items[e].path))
			out->head_count += add_heads(t, &t->inv->views[head].envs.items[e], heads + out->head_count);
	if (out->head_count)
		qsort(heads, out->head_count, sizeof(*heads), compare_heads);
	out->heads = heads;
}

/* --- how far was looked ------------------------------------------------------------------------------------------ */

/* A remote, and whether a refspec of it fetches every branch. */
struct remotes {
	struct arena *arena;
	struct text first, branch; /* of the first remote; the branch it fetches, if only one */
	bool has_all;
};

/* remote.<name>.fetch = [+]<source>:<target> */
static void look_at_refspec(const char *key, const char *value, void *data)
{
	static const char prefix[] = "remote.", suffix[] = ".fetch", branches[] = "refs/heads/";
	struct remotes *remotes = data;
	size_t len = strlen(key), source;

	if (len <= sizeof(prefix) + sizeof(suffix) - 2 || strncmp(key, prefix, sizeof(prefix) - 1) != 0 ||
		strcmp(key + len - (sizeof(suffix) - 1), suffix) != 0 || !value)
		return;
	value += *value == '+';
	source = strcspn(value, ":");
	if (memchr(value, '*', source))
		remotes->has_all = true;
	if (remotes->first.ptr)
		return;
	remotes->first.len = len - (sizeof(prefix) - 1) - (sizeof(suffix) - 1);
	remotes->first.ptr = arena_memdup(remotes->arena, key + sizeof(prefix) - 1, remotes->first.len);
	if (source > sizeof(branches) - 1 && strncmp(value, branches, sizeof(branches) - 1) == 0)
		remotes->branch = (struct text){ arena_memdup(remotes->arena, value + sizeof(branches) - 1,
							 source - (sizeof(branches) - 1)),
			source - (sizeof(branches) - 1) };
}

int tell_searched(struct teller *t, struct life_search *out, struct err *err)
{
	struct remotes remotes = { .arena = t->arena };
	uint32_t key, pair[2];
	bool *seen;

	memset(out, 0, sizeof(*out));
	out->commits = t->inv->commits.count;
	out->refs = t->inv->tip_count;
	out->environments = t->facts.environment_count;
	seen = xcalloc(t->inv->study.revisions.count, sizeof(*seen));
	for (key = 0; key < t->inv->history.held.count; key++) {
		memcpy(pair, intern_get(&t->inv->history.held, key)->bytes, sizeof(pair));
		out->revisions += !seen[pair[1]];
		seen[pair[1]] = true;
	}
	free(seen);
	if (repo_config_each(t->inv->repo, "remote.", look_at_refspec, &remotes, err) < 0)
		return -1;
	out->remote = remotes.first;
	out->is_single_branch = remotes.first.ptr && !remotes.has_all;
	if (out->is_single_branch)
		out->fetched_branch = remotes.branch;
	return 0;
}
