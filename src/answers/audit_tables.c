#include "revident/answers/audit_tables.h"

#include <stdlib.h>

#include "audit_parts.h"
#include "audit_tables_parts.h"

/* --- lists of names ---------------------------------------------------------------------------------------------- */

/* "schema.table", or "table". */
static struct text full_name(struct study *study, struct text schema, struct text name)
{
	struct strbuf full = STRBUF_INIT;
	struct text out;

	if (!schema.ptr)
		return name;
	strbuf_add(&full, schema.ptr, schema.len);
	strbuf_addch(&full, '.');
	strbuf_add(&full, name.ptr, name.len);
	out = (struct text){ arena_memdup(&study->arena, full.buf, full.len), full.len };
	strbuf_release(&full);
	return out;
}

/* The full names, sorted, without repeats, in the study's arena. */
static const struct text *full_names(struct study *study, struct table_set *set, size_t *count)
{
	struct text *names = arena_calloc(&study->arena, set->count + 1, sizeof(*names));
	size_t i, n = 0;

	for (i = 0; i < set->count; i++)
		names[i] = full_name(study, set->items[i].schema, set->items[i].name);
	if (set->count)
		qsort(names, set->count, sizeof(*names), text_compare_items);
	for (i = 0; i < set->count; i++)
		if (!n || !text_equal(names[n - 1], names[i]))
			names[n++] = names[i];
	*count = n;
	return names;
}

/* --- reading the migrations -------------------------------------------------------------------------------------- */

/* The bytes of a migration, wherever the source has them. 1; 0 where they cannot be had; -1. */
static int read_migration(
	struct study *study, struct source *source, const struct audit_migration *migration, struct strbuf *out)
{
	struct source_entry entry = { .kind = SOURCE_FILE, .id = migration->blob };
	struct err why = { .kind = ERR_NONE };
	struct oid root;
	int found = 1;

	strbuf_clear(out);
	if (!source_root(source, &root))
		found = source_find(source, migration->path, &entry, &why);
	if (found == 1)
		found = source_read(source, &entry, MIGRATION_BYTES_MAX, out, &why);
	if (found < 0)
		repo_add_limit(study->repo, "%s", why.msg);
	return found == 1;
}

/* What each migration of the environment uses. 0 or -1. */
static int read_uses(struct study *study, struct source *source, const struct audit_environment *env,
	struct table_uses **out, struct err *err)
{
	struct table_uses *uses = arena_calloc(&study->arena, env->migration_count + 1, sizeof(*uses));
	struct strbuf bytes = STRBUF_INIT;
	size_t i;
	int rc = -1;

	for (i = 0; i < env->migration_count; i++) {
		if (!read_migration(study, source, &env->migrations[i], &bytes))
			uses[i].opaque = "the file cannot be read";
		else if (reader_tables(study->reader, &study->arena, bytes.buf, bytes.len, &uses[i], err) < 0)
			goto done;
	}
	*out = uses;
	rc = 0;
done:
	strbuf_release(&bytes);
	return rc;
}

/* --- findings ---------------------------------------------------------------------------------------------------- */

static void list_opaque(struct study *study, const struct audit_environment *env, const struct table_uses *uses,
	struct audit_tables *out)
{
	struct audit_opaque *items = arena_calloc(&study->arena, env->migration_count + 1, sizeof(*items));
	size_t i, n = 0;

	for (i = 0; i < env->migration_count; i++)
		if (uses[i].opaque)
			items[n++] = (struct audit_opaque){ .revision = env->migrations[i].revision,
				.path = env->migrations[i].path,
				.line = uses[i].opaque_line,
				.reason = uses[i].opaque };
	out->opaque = items;
	out->opaque_count = n;
}

static void note_assumed(struct auditing *a, const struct audit_environment *env, const struct table_place *place)
{
	const struct audit_migration *migration = &env->migrations[place->migration];
	const char *shown = study_shown(a->study, full_name(a->study, place->schema, place->name));

	audit_add(a,
		(struct finding){ .rule = RULE_TABLE_NEVER_CREATED,
			.level = rule_get(RULE_TABLE_NEVER_CREATED)->level,
			.revision = migration->revision,
			.path = migration->path,
			.line = place->line,
			.message = place->users > 1
					   ? study_sentence(a->study,
						     "assumes table %s, which nothing before it creates; so do%s %zu "
						     "migration%s more",
						     shown, place->users == 2 ? "es" : "", place->users - 1,
						     place->users == 2 ? "" : "s")
					   : study_sentence(a->study,
						     "assumes table %s, which nothing before it creates", shown) },
		&migration->blob);
}

static void note_model(struct auditing *a, const struct table_use *use, struct text path)
{
	audit_add(a,
		(struct finding){ .rule = RULE_MODEL_WITHOUT_TABLE,
			.level = rule_get(RULE_MODEL_WITHOUT_TABLE)->level,
			.path = path,
			.line = use->line,
			.message = study_sentence(a->study, "no migration creates table %s of this model",
				study_shown(a->study, full_name(a->study, use->schema, use->name))) },
		NULL);
}

/* Adds what `a` holds to the environment's findings, in their order. */
static void take_findings(struct auditing *a, struct audit_environment *env)
{
	struct finding *all = arena_calloc(&a->study->arena, env->finding_count + a->count + 1, sizeof(*all));
	size_t i;

	for (i = 0; i < env->finding_count; i++)
		all[i] = env->findings[i];
	for (i = 0; i < a->count; i++)
		all[env->finding_count + i] = a->items[i];
	env->finding_count += a->count;
	findings_sort(all, env->finding_count);
	env->findings = all;
	free(a->items);
}

/* --- an environment ---------------------------------------------------------------------------------------------- */

static void list_kind(const struct audit_environment *env, const struct table_uses *uses, enum table_use_kind kind,
	struct table_set *set)
{
	size_t i, k;

	for (i = 0; i < env->migration_count; i++)
		for (k = 0; k < uses[i].count; k++)
			if (uses[i].items[k].kind == kind)
				table_set_merge(set, uses[i].items[k].schema, uses[i].items[k].name);
}

/* The models whose tables nothing creates, noted once each; they join `uncreated`. */
static void judge_models(struct auditing *a, const struct audit_environment *env, const struct model_files *models,
	const struct table_set *created, struct table_set *modelled, struct table_set *uncreated)
{
	size_t i, k;

	for (i = 0; i < models->count; i++) {
		const struct model_file *file = &models->items[i];

		if (!model_file_is_of(models, file, env))
			continue;
		for (k = 0; k < file->uses.count; k++) {
			const struct table_use *use = &file->uses.items[k];

			if (table_set_find(modelled, use->schema, use->name))
				continue;
			table_set_add(modelled, use->schema, use->name);
			if (!env->migration_count || env->tables.opaque_count ||
				table_set_find(created, use->schema, use->name))
				continue;
			table_set_merge(uncreated, use->schema, use->name);
			note_model(a, use, file->path);
		}
	}
}

static int judge_environment(struct study *study, struct source *source, const struct audit_options *options,
	const struct model_files *models, struct audit_environment *env, struct err *err)
{
	struct tree_env self = { .path = env->path };
	struct auditing a = { .study = study, .env = &self, .options = options };
	struct table_set created, assumed, modelled, uncreated, relations;
	struct table_uses *uses;
	size_t i;

	if (read_uses(study, source, env, &uses, err) < 0)
		return -1;
	table_set_init(&created);
	table_set_init(&assumed);
	table_set_init(&modelled);
	table_set_init(&uncreated);
	table_set_init(&relations);
	list_opaque(study, env, uses, &env->tables);
	list_kind(env, uses, TABLE_CREATED, &created);
	list_kind(env, uses, TABLE_ASSUMED, &assumed);
	list_kind(env, uses, TABLE_CREATED, &relations);
	list_kind(env, uses, TABLE_PROVIDED, &relations);
	if (!table_chain_judge(env, uses, &uncreated))
		repo_add_limit(study->repo,
			"the chain of %s is too intricate to say of all its tables what creates them",
			study_shown(study, env->path));
	for (i = 0; i < uncreated.count; i++)
		note_assumed(&a, env, &uncreated.items[i]);
	judge_models(&a, env, models, &relations, &modelled, &uncreated);
	env->tables.created = full_names(study, &created, &env->tables.created_count);
	env->tables.assumed = full_names(study, &assumed, &env->tables.assumed_count);
	env->tables.models = full_names(study, &modelled, &env->tables.model_count);
	env->tables.uncreated = full_names(study, &uncreated, &env->tables.uncreated_count);
	take_findings(&a, env);
	table_set_release(&created);
	table_set_release(&assumed);
	table_set_release(&modelled);
	table_set_release(&uncreated);
	table_set_release(&relations);
	return 0;
}

int audit_tables(struct study *study, struct source *source, const struct audit_options *options, struct audit *audit,
	struct err *err)
{
	struct audit_environment *items;
	struct model_files models = { .count = 0 };
	size_t i;

	if (!audit->environment_count)
		return 0;
	if (model_files_read(study, source, audit, &models, err) < 0)
		return -1;
	items = arena_calloc(&study->arena, audit->environment_count, sizeof(*items));
	for (i = 0; i < audit->environment_count; i++) {
		items[i] = audit->environments[i];
		if (judge_environment(study, source, options, &models, &items[i], err) < 0)
			return -1;
	}
	audit->environments = items;
	return 0;
}

int audit_tables_after(struct study *study, struct source *source, const struct audit_environment *env,
	struct text revision, const struct text **out, size_t *count, struct err *err)
{
	struct table_set created, after;
	struct table_uses *uses;

	if (read_uses(study, source, env, &uses, err) < 0)
		return -1;
	table_set_init(&created);
	table_set_init(&after);
	list_kind(env, uses, TABLE_CREATED, &created);
	list_kind(env, uses, TABLE_PROVIDED, &created);
	table_chain_after(env, uses, revision, &created, &after);
	*out = full_names(study, &after, count);
	table_set_release(&created);
	table_set_release(&after);
	return 0;
}
