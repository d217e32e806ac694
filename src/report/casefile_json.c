#include <stdlib.h>

#include "casefile_formats.h"
#include "casefile_parts.h"
#include "json.h"
#include "redact.h"
#include "revident/base/digest.h"
#include "revident/base/version.h"
#include "revident/base/xalloc.h"

static json_t *from_signature_span(const struct lost_case *c)
{
	return c->has_exposure ? json_integer(c->exposure) : json_null();
}

static json_t *from_moment(const struct moment *m)
{
	static const char *const kinds[] = { "event", "landed", "touched", "as-of" };
	json_t *trailers = json_array();
	size_t i;

	for (i = 0; i < m->trailer_count; i++)
		json_array_append_new(trailers, json_pack("{s:o, s:o}", "key", json_from_text(m->trailers[i].key),
							"value", json_from_text(m->trailers[i].value)));
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:b, s:o}", "kind", kinds[m->kind], "event",
		m->event ? json_from_event(m->event) : json_null(), "commit", json_from_commit(m->commit), "ref",
		json_from_text(m->ref), "request", json_from_text(m->request), "by_hosting_service", m->by_service,
		"in_head", m->in_head, "trailers", trailers);
}

static json_t *from_refs(const struct case_refs *refs)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < refs->count; i++)
		json_array_append_new(list,
			json_pack("{s:o, s:o, s:b}", "ref", json_from_text(refs->items[i].name), "commit",
				json_from_oid(&refs->items[i].commit), "deployed", refs->items[i].means_deployed));
	return json_pack(
		"{s:o, s:I}", "refs", list, "more", (json_int_t)refs->more_branches + (json_int_t)refs->more_tags);
}

static json_t *from_file(const struct case_file *file)
{
	char hex[SHA256_HEX + 1];

	if (!file->path.ptr)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "path", json_from_text(file->path), "revision",
		json_from_text(file->revision), "blob", json_from_oid(&file->blob), "size",
		file->is_read ? json_integer((json_int_t)file->size) : json_null(), "sha256",
		file->is_read ? json_string(sha256_hex(file->sha256, hex)) : json_null());
}

static json_t *from_changes(const struct lost_case *c)
{
	json_t *list;
	size_t i;

	if (!c->has_changes)
		return json_null();
	list = json_array();
	for (i = 0; i < c->change_count; i++) {
		const char status[] = { c->changes[i].status, '\0' };

		json_array_append_new(list,
			json_pack("{s:s, s:o, s:o, s:o}", "status", status, "path", json_from_text(c->changes[i].path),
				"before", json_from_oid(&c->changes[i].before), "after",
				json_from_oid(&c->changes[i].after)));
	}
	return json_pack("{s:o, s:I}", "paths", list, "more", (json_int_t)c->change_more);
}

static json_t *from_chain(const struct chain *chain)
{
	json_t *nodes;
	size_t i, k;

	if (!chain)
		return json_null();
	nodes = json_array();
	for (i = 0; i < chain->count; i++) {
		static const char *const states[] = { "present", "missing", "external" };
		const struct chain_node *node = &chain->nodes[i];
		json_t *parents = json_array();

		for (k = 0; k < node->parents.count; k++)
			json_array_append_new(parents, json_from_text(chain->nodes[node->parents.to[k]].revision));
		json_array_append_new(
			nodes, json_pack("{s:o, s:s, s:o, s:o, s:o}", "revision", json_from_text(node->revision),
				       "state", states[node->state], "down_revision", parents, "path",
				       json_from_text(node->member ? node->member->path : TEXT_NONE), "message",
				       json_from_text(node->member ? node->member->message : TEXT_NONE)));
	}
	return json_pack("{s:o, s:o, s:o}", "nodes", nodes, "heads", json_from_texts(chain->heads, chain->head_count),
		"bases", json_from_texts(chain->bases, chain->base_count));
}

/* --- the table of stamps ----------------------------------------------------------------------------------------------- */

static json_t *from_outcome(const struct stamp_outcome *o)
{
	static const char *const answers[] = { "unavailable", "key-error", "bare-key-error", "cycle", "unloadable",
		"several-heads", "cannot-locate", "up-to-date", "runs" };

	return json_pack("{s:s, s:o, s:o, s:b, s:b, s:o}", "answer", answers[o->answer], "says",
		json_from_texts(o->says, o->say_count), "runs", json_from_texts(o->runs, o->run_count), "runs_stub",
		o->runs_stub, "leaves_lost_out", o->leaves_lost_out, "command", json_from_text(o->command));
}

static json_t *from_rows(const struct lost_case *c)
{
	static const char *const roles[] = { "nothing", "lost", "parent", "child", "head" };
	static const char *const keys[WAYS] = { "now", "restore", "relink", "stub", "squash" };
	json_t *list = json_array();
	size_t i;
	int way;

	for (i = 0; i < c->row_count; i++) {
		json_t *row = json_pack("{s:s, s:o, s:b}", "role", roles[c->rows[i].role], "revision",
			json_from_text(c->rows[i].revision), "is_also_head", c->rows[i].is_also_head);

		for (way = 0; way < WAYS; way++)
			json_object_set_new(row, keys[way], from_outcome(&c->rows[i].outcomes[way]));
		json_array_append_new(list, row);
	}
	return list;
}

static json_t *from_telltales(const struct lost_case *c)
{
	return json_pack("{s:b, s:b, s:o, s:o, s:o}", "name_has_lost_id", c->telltales.name_has_lost_id,
		"docstring_has_lost_id", c->telltales.docstring_has_lost_id, "docstring_revision",
		json_from_text(c->telltales.doc_revision), "lost_create_date", json_from_text(c->telltales.lost_date),
		"create_date", json_from_text(c->telltales.date));
}

/* --- a case, and what is said once ------------------------------------------------------------------------------------ */

static json_t *case_facts(const struct lost_case *c)
{
	json_t *moments = json_array();
	size_t i;

	for (i = 0; i < c->moment_count; i++)
		json_array_append_new(moments, from_moment(&c->moments[i]));
	return json_pack("{s:o, s:o, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o}", "revision",
		json_from_text(c->life->revision), "environment", json_from_text(c->life->environment), "state",
		life_state_name(c->life->state), "missing_at_head", c->is_missing, "published", c->life->published,
		"loss", c->loss ? json_from_event(c->loss) : json_null(), "timeline", moments, "restored_by",
		c->restored ? json_from_oid(&c->restored->id) : json_null(), "exposure_seconds", from_signature_span(c),
		"changes", from_changes(c));
}

static json_t *from_tables(const struct lost_case *c)
{
	const struct audit_tables *head = c->is_missing && c->environment ? &c->environment->tables : NULL;
	const struct case_tables *t = &c->tables;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "created",
		t->is_known ? json_from_texts(t->created, t->created_count) : json_null(), "opaque",
		json_from_text(text_of(t->opaque)), "assumed", json_from_texts(t->assumed, t->assumed_count), "models",
		head ? json_from_texts(head->models, head->model_count) : json_null(), "uncreated",
		head ? json_from_texts(head->uncreated, head->uncreated_count) : json_null(), "left",
		head ? json_from_texts(t->left, t->left_count) : json_null());
}

static json_t *redacted(const struct casefile *file, json_t *value);

static json_t *from_case(const struct casefile *file, const struct lost_case *c)
{
	json_t *value = case_facts(c);

	json_object_set_new(value, "lost", from_file(&c->lost));
	json_object_set_new(value, "in_its_place", from_file(&c->usurper));
	json_object_set_new(value, "telltales", from_telltales(c));
	json_object_set_new(value, "tables", from_tables(c));
	json_object_set_new(value, "damaged", from_refs(&c->damaged));
	json_object_set_new(value, "holding", from_refs(&c->holding));
	json_object_set_new(value, "also_missing", json_from_texts(c->also_missing, c->also_missing_count));
	json_object_set_new(value, "stamps", from_rows(c));
	json_object_set_new(value, "chain", from_chain(c->environment ? &c->environment->chain : NULL));
	json_object_set_new(value, "chain_as_it_should_be", from_chain(c->should_be));
	json_object_set_new(value, "waived_by", c->is_excused ? json_from_excuse(&c->excuse) : json_null());
	json_object_set_new(value, "rule",
		c->has_rule
			? json_pack("{s:s, s:s}", "name", rule_get(c->rule)->name, "level", level_name(c->rule_level))
			: json_null());
	return redacted(file, value);
}

static json_t *from_step(const struct recover_step *step)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "action", step_kind_name(step->kind), "from",
		json_from_text(step->from), "path", json_from_text(step->path), "revision",
		json_from_text(step->revision), "blob",
		step->kind == STEP_RESTORE ? json_from_oid(&step->blob) : json_null());
}

static json_t *from_plan(const struct casefile *file)
{
	const struct recover *plan = &file->plan;
	json_t *steps, *unrecoverable;
	size_t i;

	if (!file->has_plan)
		return json_null();
	steps = json_array();
	unrecoverable = json_array();
	for (i = 0; i < plan->step_count; i++)
		json_array_append_new(steps, from_step(&plan->steps[i]));
	for (i = 0; i < plan->unrecoverable_count; i++)
		json_array_append_new(unrecoverable, json_from_text(plan->unrecoverable[i].revision));
	return json_pack("{s:o, s:o, s:o, s:o}", "steps", steps, "unrecoverable", unrecoverable, "notes",
		json_from_texts(plan->notes, plan->note_count), "refusal", json_from_text(plan->refusal));
}

static json_t *from_exhibit(const struct exhibit *e)
{
	static const char *const kinds[] = { "commit", "tree", "blob", "ref" };
	char hex[SHA256_HEX + 1], name[EXHIBIT_NAME_MAX];

	return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:o}", "kind", kinds[e->kind], "id", json_from_oid(&e->id),
		"name", json_from_text(e->name), "what", e->what, "signed",
		e->kind == EXHIBIT_COMMIT ? json_boolean(e->is_signed) : json_null(), "sha256",
		e->has_content ? json_string(sha256_hex(e->sha256, hex)) : json_null(), "file",
		e->has_content && !e->is_withheld ? json_string(exhibit_file_name(e, name)) : json_null());
}

static json_t *from_repository(const struct casefile *file)
{
	json_t *limits = json_array();
	size_t i;

	for (i = 0; i < file->repository.limit_count; i++)
		json_array_append_new(limits, json_from_text(text_of(file->repository.limits[i])));
	return json_pack("{s:o, s:o, s:I, s:I, s:b, s:o}", "head", json_from_text(file->repository.head), "commit",
		file->head ? json_from_oid(&file->head->id) : json_null(), "commits",
		(json_int_t)file->searched.commits, "refs", (json_int_t)file->searched.refs, "complete",
		file->repository.limit_count == 0, "limits", limits);
}

static json_t *from_hooks(const struct casefile *file)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < file->hook_count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "name", file->hooks[i].name, "state", file->hooks[i].state));
	return list;
}

/* --- redaction --------------------------------------------------------------------------------------------------------- */

static json_t *redacted_string(const struct casefile *file, json_t *value)
{
	struct strbuf text = STRBUF_INIT;
	json_t *out;

	redact(file, (struct text){ json_string_value(value), json_string_length(value) }, &text);
	out = json_stringn(text.buf, text.len);
	strbuf_release(&text);
	json_decref(value);
	return out;
}

/* Takes a value and gives it back with every string in it redacted; the keys are ours. NULL stays NULL. */
static json_t *redacted(const struct casefile *file, json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;
	void *next;

	if (!file->secret_count || !value)
		return value;
	if (json_is_string(value))
		return redacted_string(file, value);
	json_array_foreach(value, i, item) json_array_set_new(value, i, redacted(file, json_incref(item)));
	json_object_foreach_safe(value, next, key, item)
		json_object_set_new(value, key, redacted(file, json_incref(item)));
	return value;
}

/* A case of a file, as json_document_add_list() takes its items: no more than one is held as values. */
struct filed_case {
	const struct casefile *file;
	const struct lost_case *c;
};

static json_t *from_filed_case(const void *item)
{
	const struct filed_case *filed = item;

	return from_case(filed->file, filed->c);
}

static int add_cases(struct json_document *doc, const struct casefile *file, struct err *err)
{
	struct filed_case *cases = xcalloc(file->case_count + 1, sizeof(*cases));
	size_t i;
	int rc;

	for (i = 0; i < file->case_count; i++)
		cases[i] = (struct filed_case){ file, &file->cases[i] };
	rc = json_document_add_list(doc, "cases", cases, file->case_count, sizeof(*cases), from_filed_case, err);
	free(cases);
	return rc;
}

static json_t *exhibits_of(const struct casefile *file)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < file->exhibit_count; i++)
		json_array_append_new(list, from_exhibit(&file->exhibits[i]));
	return redacted(file, list);
}

int casefile_render_json(const struct casefile *file, struct strbuf *out, struct err *err)
{
	struct json_document doc;

	json_document_begin(&doc, out);
	if (json_document_add(&doc, "format", json_string("revident.report.v1"), err) < 0 ||
		json_document_add(&doc, "version", json_string(REVIDENT_VERSION), err) < 0 ||
		json_document_add(&doc, "redacted", json_boolean(file->secret_count > 0), err) < 0 ||
		json_document_add(&doc, "repository", redacted(file, from_repository(file)), err) < 0 ||
		json_document_add(&doc, "losses", json_integer((json_int_t)file->losses), err) < 0 ||
		add_cases(&doc, file, err) < 0 ||
		json_document_add(&doc, "repair", redacted(file, from_plan(file)), err) < 0 ||
		json_document_add(&doc, "hooks", from_hooks(file), err) < 0 ||
		json_document_add(&doc, "evidence", exhibits_of(file), err) < 0)
		return -1;
	json_document_end(&doc);
	return 0;
}
