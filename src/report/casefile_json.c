#include <stdlib.h>

#include "casefile_formats.h"
#include "casefile_parts.h"
#include "json.h"
#include "redact.h"
#include "revident/base/digest.h"
#include "revident/base/version.h"
#include "revident/base/xalloc.h"

/* What a document holds in all, shared by its cases: hundreds of losses in one chain would repeat all of it each. */
enum { NODES_MAX = 50 * 1000, PATHS_MAX = 50 * 1000, SHARE_MIN = 10 };

/* One case's part of `all`; each has `pieces`. */
static size_t share_of(const struct casefile *file, size_t all, size_t pieces)
{
	size_t share = all / (file->case_count * pieces);

	return share < SHARE_MIN ? SHARE_MIN : share;
}

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

static json_t *from_changes(const struct casefile *file, const struct lost_case *c)
{
	size_t i, max = share_of(file, PATHS_MAX, 1), count = c->change_count < max ? c->change_count : max;
	json_t *list;

	if (!c->has_changes)
		return json_null();
	list = json_array();
	for (i = 0; i < count; i++) {
		const char status[] = { c->changes[i].status, '\0' };

		json_array_append_new(list,
			json_pack("{s:s, s:o, s:o, s:o}", "status", status, "path", json_from_text(c->changes[i].path),
				"before", json_from_oid(&c->changes[i].before), "after",
				json_from_oid(&c->changes[i].after)));
	}
	return json_pack("{s:o, s:I}", "paths", list, "more", (json_int_t)(c->change_more + c->change_count - count));
}

static json_t *from_node(const struct chain *chain, const struct chain_node *node)
{
	static const char *const states[] = { "present", "missing", "external" };
	json_t *parents = json_array();
	size_t i;

	for (i = 0; i < node->parents.count; i++)
		json_array_append_new(parents, json_from_text(chain->nodes[node->parents.to[i]].revision));
	return json_pack("{s:o, s:s, s:o, s:o, s:o}", "revision", json_from_text(node->revision), "state",
		states[node->state], "down_revision", parents, "path",
		json_from_text(node->member ? node->member->path : TEXT_NONE), "message",
		json_from_text(node->member ? node->member->message : TEXT_NONE));
}

/* The nodes of a chain that a case shows. */
struct shown_nodes {
	const struct chain *chain;
	bool *shows;     /* by node */
	uint32_t *queue; /* the nodes that are shown, in the order in which they were reached */
	size_t count, max;
};

static void show_node(struct shown_nodes *s, uint32_t node)
{
	if (s->count == s->max || s->shows[node])
		return;
	s->shows[node] = true;
	s->queue[s->count++] = node;
}

static void show_links(struct shown_nodes *s, const struct chain_links *links)
{
	size_t i;

	for (i = 0; i < links->count; i++)
		show_node(s, links->to[i]);
}

/* From the case's revision outwards, else from the heads: all of the chain, or the nearest. */
static void choose_nodes(struct shown_nodes *s, struct text revision)
{
	uint32_t i;
	size_t at;

	for (i = 0; i < s->chain->count; i++)
		if (text_equal(s->chain->nodes[i].revision, revision))
			show_node(s, i);
	for (i = 0; i < s->chain->count && s->count == 0; i++)
		if (s->chain->nodes[i].is_head)
			show_node(s, i);
	for (at = 0; at < s->count && s->count < s->max; at++) {
		const struct chain_node *node = &s->chain->nodes[s->queue[at]];

		show_links(s, &node->parents);
		show_links(s, &node->children);
		show_links(s, &node->depends);
	}
	for (i = 0; i < s->chain->count; i++)
		show_node(s, i);
}

/* At most `max` of the names under `key`; how many more there are, under `more`, only where there are. */
static void add_names(
	json_t *value, const char *key, const char *more, const struct text *names, size_t count, size_t max)
{
	json_object_set_new(value, key, json_from_texts(names, count < max ? count : max));
	if (count > max)
		json_object_set_new(value, more, json_integer((json_int_t)(count - max)));
}

static json_t *from_chain(const struct casefile *file, const struct lost_case *c, const struct chain *chain)
{
	struct shown_nodes s = { .chain = chain, .max = share_of(file, NODES_MAX, 2) };
	json_t *nodes, *value;
	uint32_t i;

	if (!chain)
		return json_null();
	s.shows = xcalloc(chain->count, sizeof(*s.shows));
	s.queue = xcalloc(chain->count, sizeof(*s.queue));
	if (file->case_count == 1)
		s.max = chain->count;
	choose_nodes(&s, c->life->revision);
	nodes = json_array();
	for (i = 0; i < chain->count; i++)
		if (s.shows[i])
			json_array_append_new(nodes, from_node(chain, &chain->nodes[i]));
	value = json_pack("{s:o}", "nodes", nodes);
	add_names(value, "heads", "heads_more", chain->heads, chain->head_count, s.max);
	add_names(value, "bases", "bases_more", chain->bases, chain->base_count, s.max);
	if (s.count < chain->count)
		json_object_set_new(value, "nodes_more", json_integer((json_int_t)(chain->count - s.count)));
	free(s.shows);
	free(s.queue);
	return value;
}

/* --- the table of stamps ----------------------------------------------------------------------------------------- */

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

/* --- a case, and what is said once ------------------------------------------------------------------------------- */

static json_t *case_facts(const struct casefile *file, const struct lost_case *c)
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
		"changes", from_changes(file, c));
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
	json_t *value = case_facts(file, c);

	if (c->life->is_not_loaded)
		json_object_set_new(value, "not_loaded", json_from_text(c->life->path));
	json_object_set_new(value, "lost", from_file(&c->lost));
	json_object_set_new(value, "in_its_place", from_file(&c->usurper));
	json_object_set_new(value, "telltales", from_telltales(c));
	json_object_set_new(value, "tables", from_tables(c));
	json_object_set_new(value, "damaged", from_refs(&c->damaged));
	json_object_set_new(value, "holding", from_refs(&c->holding));
	json_object_set_new(value, "also_missing", json_from_texts(c->also_missing, c->also_missing_count));
	json_object_set_new(value, "stamps", from_rows(c));
	json_object_set_new(value, "chain", from_chain(file, c, c->environment ? &c->environment->chain : NULL));
	json_object_set_new(value, "chain_as_it_should_be", from_chain(file, c, c->should_be));
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

/* --- redaction --------------------------------------------------------------------------------------------------- */

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
