#include "revident/answers/audit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "audit_parts.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/chain.h"

enum { LISTED_MAX = 8 };

/* --- what the rules share ---------------------------------------------------------------------------------------- */

/* A configured level takes the place of the rule's own; where the case at hand has a lower one, that stays. */
static enum level level_in_case(const struct auditing *a, const struct finding *finding)
{
	const struct policy *policy = a->options->policy;
	enum level configured;

	if (!policy || !policy->has_level[finding->rule])
		return finding->level;
	configured = policy_level(policy, finding->rule);
	if (finding->level == rule_get(finding->rule)->level || configured < finding->level)
		return configured;
	return finding->level;
}

void audit_add(struct auditing *a, struct finding finding, const struct oid *blob)
{
	const struct waiver *waiver = NULL;

	finding.environment = a->env->path;
	finding.level = level_in_case(a, &finding);
	if (finding.level == LEVEL_OFF)
		return;
	if (a->options->policy)
		waiver = policy_waives(a->options->policy, finding.rule, finding.environment, finding.revision, blob);
	if (waiver) {
		finding.level = LEVEL_NOTE;
		finding.message = study_sentence(a->study, "%s (waived by \"%s\": %s)", finding.message.ptr,
			study_shown(a->study, waiver->name), study_shown(a->study, waiver->reason));
		finding.hint = TEXT_NONE;
	}
	VEC_GROW(a->items, a->count, a->cap);
	a->items[a->count++] = finding;
}

const struct migration *audit_declared(const struct auditing *a, const struct tree_file *file)
{
	return file->blob == BLOB_NONE ? NULL : a->study->blobs[file->blob].migration;
}

const struct oid *audit_blob(const struct auditing *a, const struct tree_file *file)
{
	return file->blob == BLOB_NONE ? NULL : &a->study->blobs[file->blob].id;
}

struct text audit_path(const struct auditing *a, const struct tree_file *file)
{
	return study_path_text(a->study, file->path);
}

struct text audit_revision(const struct auditing *a, const struct tree_file *file)
{
	return file->revision == INTERN_NONE ? TEXT_NONE : study_revision_text(a->study, file->revision);
}

bool audit_is_revision(const struct tree_file *file)
{
	return file->is_loaded && file->revision != INTERN_NONE;
}

/* Structure alone does not tell whether a subdirectory is entered; one that holds a revision itself surely is. */
bool audit_is_imported(const struct auditing *a, const struct tree_file *file)
{
	uint32_t dir = study_path_dir(a->study, file->path);
	size_t i;

	if (!file->is_loaded || file->blob == BLOB_NONE)
		return false;
	for (i = 0; i < a->env->version_count; i++)
		if (a->env->versions[i] == dir)
			return true;
	for (i = 0; i < a->env->file_count; i++)
		if (audit_is_revision(&a->env->files[i]) && study_path_dir(a->study, a->env->files[i].path) == dir)
			return true;
	return false;
}

const char *audit_listed(struct auditing *a, const struct text *items, size_t count)
{
	size_t shown = count > LISTED_MAX ? LISTED_MAX - 1 : count, i;
	struct strbuf list = STRBUF_INIT;
	const char *out;

	for (i = 0; i < shown; i++) {
		if (i)
			strbuf_addstr(&list, i + 1 == count ? " and " : ", ");
		strbuf_add_printable_text(&list, items[i]);
	}
	if (shown < count)
		strbuf_addf(&list, " and %zu more", count - shown);
	out = arena_memdup(&a->study->arena, list.buf, list.len);
	strbuf_release(&list);
	return out;
}

/* --- one environment --------------------------------------------------------------------------------------------- */

static audit_rule_fn *const rules[] = {
	audit_missing_revision,
	audit_duplicate_revision,
	audit_duplicate_label,
	audit_cycle,
	audit_unreadable_migration,
	audit_not_loaded,
	audit_dynamic_revision,
	audit_invalid_revision,
	audit_long_revision,
	audit_multiple_heads,
	audit_multiple_bases,
	audit_filename_mismatch,
	audit_docstring_mismatch,
};

static void list_migrations(struct auditing *a, struct audit_environment *out)
{
	struct audit_migration *items = arena_calloc(&a->study->arena, a->env->file_count + 1, sizeof(*items));
	size_t i, n = 0;

	for (i = 0; i < a->env->file_count; i++) {
		const struct tree_file *file = &a->env->files[i];
		const struct oid *blob = audit_blob(a, file);

		if (!audit_is_revision(file))
			continue;
		assert(blob); /* an id was read from it */
		items[n++] = (struct audit_migration){
			.revision = audit_revision(a, file),
			.declared = audit_declared(a, file),
			.path = audit_path(a, file),
			.blob = *blob,
			.named_by_file = file->named_by_file,
		};
	}
	out->migrations = items;
	out->migration_count = n;
}

/* Where Alembic comes across a file: its version location's place, then its directory, then its name. */
static size_t location_of(const struct auditing *a, const struct tree_file *file)
{
	size_t i;

	for (i = 0; i < a->env->version_count; i++)
		if (study_path_is_below(a->study, file->path, a->env->versions[i]))
			break;
	return i;
}

struct loaded {
	size_t location;
	struct text dir, path;
	const struct tree_file *file;
};

static int compare_loaded(const void *a, const void *b)
{
	const struct loaded *x = a, *y = b;
	int order;

	if (x->location != y->location)
		return x->location < y->location ? -1 : 1;
	order = text_compare(x->dir, y->dir);
	return order ? order : text_compare(x->path, y->path);
}

static struct chain_member member_of(struct auditing *a, const struct tree_file *file)
{
	const struct migration *m = audit_declared(a, file);

	return (struct chain_member){
		.revision = audit_revision(a, file),
		.path = audit_path(a, file),
		.message = m->message,
		.parents = m->down_revision.values,
		.parent_count = m->down_revision.count,
		.depends_on = m->depends_on.values,
		.depends_count = m->depends_on.count,
		.labels = m->branch_labels.values,
		.label_count = m->branch_labels.count,
		.parents_unknown = m->down_revision.kind == BINDING_DYNAMIC,
	};
}

static void build_chain(struct auditing *a, struct audit_environment *out)
{
	struct loaded *loaded = xcalloc(a->env->file_count, sizeof(*loaded));
	struct chain_member *members;
	size_t i, n = 0;

	for (i = 0; i < a->env->file_count; i++) {
		const struct tree_file *file = &a->env->files[i];

		if (audit_is_revision(file))
			loaded[n++] = (struct loaded){ location_of(a, file),
				study_path_text(a->study, study_path_dir(a->study, file->path)), audit_path(a, file),
				file };
	}
	if (n)
		qsort(loaded, n, sizeof(*loaded), compare_loaded);
	members = arena_calloc(&a->study->arena, n + 1, sizeof(*members));
	for (i = 0; i < n; i++)
		members[i] = member_of(a, loaded[i].file);
	free(loaded);
	chain_build(&a->study->arena, members, n, a->expected ? a->expected->external.items : NULL,
		a->expected ? a->expected->external.count : 0, &out->chain);
	a->chain = &out->chain;
}

static void list_prunes(struct auditing *a, struct audit_environment *out)
{
	const struct policy *policy = a->options->policy;
	struct excuse *items;
	size_t i;

	if (!policy)
		return;
	items = arena_calloc(&a->study->arena, policy->prune_count + 1, sizeof(*items));
	for (i = 0; i < policy->prune_count; i++) {
		const struct prune *prune = &policy->prunes[i];
		const struct chain_node *base = chain_find(&out->chain, prune->revision);

		if (base && base->state == CHAIN_PRESENT)
			items[out->prune_count++] = (struct excuse){ true, prune->revision, prune->reason };
	}
	out->prunes = items;
}

static const struct policy_environment *expected_of(const struct audit_options *options, struct text path)
{
	return options->policy ? policy_environment(options->policy, path) : NULL;
}

void audit_environment(struct study *study, const struct tree_env *env, const struct audit_options *options,
	struct audit_environment *out)
{
	struct auditing a = { .study = study, .env = env, .options = options };
	struct text *versions = arena_calloc(&study->arena, env->version_count + 1, sizeof(*versions));
	size_t i;

	for (i = 0; i < env->version_count; i++)
		versions[i] = study_path_text(study, env->versions[i]);
	*out = (struct audit_environment){
		.path = env->path, .versions = versions, .version_count = env->version_count, .found_by = env->found_by
	};
	a.expected = expected_of(options, env->path);
	list_migrations(&a, out);
	build_chain(&a, out);
	list_prunes(&a, out);
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		rules[i](&a);
	findings_sort(a.items, a.count);
	out->findings = arena_copy(&study->arena, a.items, a.count, sizeof(*a.items));
	free(a.items);
	out->finding_count = a.count;
}

/* --- a whole source ---------------------------------------------------------------------------------------------- */

static bool is_listed(struct text item, const struct text *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (text_equal(item, list[i]))
			return true;
	return false;
}

static int check_only(
	struct study *study, const struct tree_envs *envs, const struct audit_options *options, struct err *err)
{
	struct auditing a = { .study = study };
	struct text *paths = arena_calloc(&study->arena, envs->count + 1, sizeof(*paths));
	size_t i;

	for (i = 0; i < envs->count; i++)
		paths[i] = envs->items[i].path;
	for (i = 0; i < options->only_count; i++) {
		if (is_listed(options->only[i], paths, envs->count))
			continue;
		return err_set(err, ERR_USAGE, "there is no environment \"%s\" in this tree; it has %s",
			study_shown(a.study, options->only[i]),
			envs->count ? audit_listed(&a, paths, envs->count) : "none");
	}
	return 0;
}

const struct audit_environment *audit_find_environment(const struct audit *audit, struct text path)
{
	size_t i;

	for (i = 0; i < audit->environment_count; i++)
		if (text_equal(audit->environments[i].path, path))
			return &audit->environments[i];
	return NULL;
}

/*
 * What may be in a file that is too long to be read is not called missing for sure. Where that file is no error either,
 * since the policy says so, the answer is open.
 */
static bool leaves_open(const struct audit_environment *env, const struct policy *policy)
{
	bool is_in_doubt = false, is_told = false;
	size_t i;

	if (policy && policy_level(policy, RULE_MISSING_REVISION) != LEVEL_ERROR)
		return false; /* nor would it be an error if it were missing for sure */

	for (i = 0; i < env->finding_count; i++) {
		const struct finding *finding = &env->findings[i];

		is_in_doubt |= finding->rule == RULE_MISSING_REVISION && finding->level == LEVEL_WARNING;
		is_told |= finding->rule == RULE_UNREADABLE_MIGRATION && finding->level == LEVEL_ERROR;
	}
	return is_in_doubt && !is_told;
}

int audit_source(struct discovery *discovery, struct study *study, struct source *source, const struct env_defs *extra,
	const struct audit_options *options, struct audit *out, struct err *err)
{
	struct audit_environment *items;
	struct tree_envs envs = { .count = 0 };
	struct env_defs defs = { .count = 0 };
	size_t i, n = 0;
	int rc = -1;

	if (tree_envs_of_source(discovery, study, source, extra, &defs, &envs, err) < 0)
		goto done;
	if (check_only(study, &envs, options, err) < 0)
		goto done;
	items = arena_calloc(&study->arena, envs.count + 1, sizeof(*items));
	for (i = 0; i < envs.count; i++) {
		const struct policy_environment *expected = expected_of(options, envs.items[i].path);

		if (options->only_count ? !is_listed(envs.items[i].path, options->only, options->only_count)
					: expected && expected->ignore)
			continue;
		audit_environment(study, &envs.items[i], options, &items[n]);
		if (leaves_open(&items[n++], options->policy))
			tree_env_say_too_large(study, &envs.items[i]);
	}
	out->environments = items;
	out->environment_count = n;
	rc = 0;
done:
	env_defs_release(&defs);
	return rc;
}
