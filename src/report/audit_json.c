#include "audit_formats.h"
#include "json.h"
#include "revident/base/version.h"

static json_t *from_binding(const struct binding *binding)
{
	return binding->kind == BINDING_DYNAMIC ? json_null() : json_from_texts(binding->values, binding->count);
}

/* The names of the values that are no literal. */
static json_t *dynamic_names(const struct migration *m)
{
	const struct {
		const char *name;
		const struct binding *binding;
	} rows[] = {
		{ "down_revision", &m->down_revision },
		{ "branch_labels", &m->branch_labels },
		{ "depends_on", &m->depends_on },
	};
	json_t *names = json_array();
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].binding->kind == BINDING_DYNAMIC)
			json_array_append_new(names, json_string(rows[i].name));
	return names;
}

static json_t *from_migration(const struct audit_migration *migration)
{
	const struct migration *m = migration->declared;
	json_t *dynamic = dynamic_names(m);
	json_t *value =
		json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "revision", json_from_text(migration->revision),
			"down_revision", from_binding(&m->down_revision), "depends_on", from_binding(&m->depends_on),
			"branch_labels", from_binding(&m->branch_labels), "message", json_from_text(m->message), "path",
			json_from_text(migration->path), "blob", json_from_oid(&migration->blob));

	if (json_array_size(dynamic))
		json_object_set(value, "dynamic", dynamic);
	if (migration->named_by_file)
		json_object_set_new(value, "named_by_file", json_true());
	json_decref(dynamic);
	return value;
}

static json_t *from_finding(const struct finding *finding)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "rule", rule_get(finding->rule)->name, "level",
		level_name(finding->level), "revision", json_from_text(finding->revision), "path",
		json_from_text(finding->path), "line", finding->line ? json_integer(finding->line) : json_null(),
		"message", json_from_text(finding->message), "hint", json_from_text(finding->hint));
}

static json_t *from_missing(const struct chain *chain)
{
	json_t *list = json_array();
	size_t i, k;

	for (i = 0; i < chain->count; i++) {
		const struct chain_node *node = &chain->nodes[i];
		json_t *by;

		if (node->state != CHAIN_MISSING)
			continue;
		by = json_array();
		for (k = 0; k < node->children.count; k++)
			json_array_append_new(by, json_from_text(chain->nodes[node->children.to[k]].revision));
		for (k = 0; k < node->dependents.count; k++)
			json_array_append_new(by, json_from_text(chain->nodes[node->dependents.to[k]].revision));
		json_array_append_new(
			list, json_pack("{s:o, s:o}", "revision", json_from_text(node->revision), "referenced_by", by));
	}
	return list;
}

static json_t *from_tables(const struct audit_tables *tables)
{
	json_t *opaque = json_array();
	size_t i;

	for (i = 0; i < tables->opaque_count; i++) {
		const struct audit_opaque *item = &tables->opaque[i];

		json_array_append_new(
			opaque, json_pack("{s:o, s:o, s:o, s:s}", "revision", json_from_text(item->revision), "path",
					json_from_text(item->path), "line",
					item->line ? json_integer(item->line) : json_null(), "reason", item->reason));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "created",
		json_from_texts(tables->created, tables->created_count), "assumed",
		json_from_texts(tables->assumed, tables->assumed_count), "models",
		json_from_texts(tables->models, tables->model_count), "uncreated",
		json_from_texts(tables->uncreated, tables->uncreated_count), "opaque", opaque);
}

static json_t *from_prunes(const struct audit_environment *env)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < env->prune_count; i++)
		json_array_append_new(list, json_pack("{s:o, s:o}", "revision", json_from_text(env->prunes[i].name),
						    "reason", json_from_text(env->prunes[i].reason)));
	return list;
}

static json_t *from_environment(const void *item)
{
	const struct audit_environment *env = item;
	json_t *migrations = json_array(), *findings = json_array(), *value;
	size_t i;

	for (i = 0; i < env->migration_count; i++)
		json_array_append_new(migrations, from_migration(&env->migrations[i]));
	for (i = 0; i < env->finding_count; i++)
		json_array_append_new(findings, from_finding(&env->findings[i]));
	value = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "path", json_from_text(env->path),
		"versions", json_from_texts(env->versions, env->version_count), "found_by",
		json_from_text(env->found_by), "migrations", migrations, "heads",
		json_from_texts(env->chain.heads, env->chain.head_count), "bases",
		json_from_texts(env->chain.bases, env->chain.base_count), "missing", from_missing(&env->chain),
		"findings", findings, "tables", from_tables(&env->tables));
	if (env->prune_count)
		json_object_set_new(value, "prunes", from_prunes(env));
	return value;
}

static json_t *from_tree(const struct audit *audit)
{
	switch (audit->tree) {
	case AUDIT_INDEX:
		return json_string("--staged");
	case AUDIT_WORKTREE:
		return json_string("--worktree");
	case AUDIT_COMMIT:
		break;
	}
	return json_from_text(audit->expression);
}

static json_t *from_limits(const struct audit *audit)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < audit->limit_count; i++)
		json_array_append_new(list, json_from_text(text_of(audit->limits[i])));
	return list;
}

int audit_render_json(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct json_document doc;

	(void)options;
	json_document_begin(&doc, out);
	if (json_document_add(&doc, "format", json_string(AUDIT_DOCUMENT), err) < 0 ||
		json_document_add(&doc, "version", json_string(REVIDENT_VERSION), err) < 0 ||
		json_document_add(&doc, "tree", from_tree(audit), err) < 0 ||
		json_document_add(&doc, "commit", json_from_oid(&audit->commit), err) < 0 ||
		json_document_add(&doc, "complete", json_boolean(audit->limit_count == 0), err) < 0 ||
		json_document_add(&doc, "limits", from_limits(audit), err) < 0 ||
		json_document_add_list(&doc, "environments", audit->environments, audit->environment_count,
			sizeof(*audit->environments), from_environment, err) < 0)
		return -1;
	json_document_end(&doc);
	return 0;
}

/* Each item of the list on a line of its own, with its environment's path. 0 or -1. */
static int add_lines(struct strbuf *out, const char *type, json_t *list, struct text environment, struct err *err)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		json_t *line = json_pack("{s:o}", "environment", json_from_text(environment));

		if (line && json_object_update(line, item) < 0) {
			json_decref(line);
			line = NULL;
		}
		if (json_line_add(out, type, line, err) < 0)
			return -1;
	}
	return 0;
}

/* The environment without its migrations and findings, then these. */
static int add_environment_lines(struct strbuf *out, const struct audit_environment *env, struct err *err)
{
	json_t *whole = from_environment(env), *head = whole ? json_copy(whole) : NULL;
	int rc = -1;

	if (head) {
		json_object_del(head, "migrations");
		json_object_del(head, "findings");
	}
	if (json_line_add(out, "environment", head, err) < 0 ||
		add_lines(out, "migration", json_object_get(whole, "migrations"), env->path, err) < 0 ||
		add_lines(out, "finding", json_object_get(whole, "findings"), env->path, err) < 0)
		goto done;
	rc = 0;
done:
	json_decref(whole);
	return rc;
}

int audit_render_ndjson(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err)
{
	size_t i;

	(void)options;
	if (json_line_add(out, "audit",
		    json_pack("{s:s, s:s, s:o, s:o, s:b, s:o}", "format", AUDIT_DOCUMENT, "version", REVIDENT_VERSION,
			    "tree", from_tree(audit), "commit", json_from_oid(&audit->commit), "complete",
			    audit->limit_count == 0, "limits", from_limits(audit)),
		    err) < 0)
		return -1;
	for (i = 0; i < audit->environment_count; i++)
		if (add_environment_lines(out, &audit->environments[i], err) < 0)
			return -1;
	return 0;
}
