#include "explain_formats.h"
#include "json.h"
#include "revident/base/version.h"
#include "scan_json.h"

#define EXPLAIN_DOCUMENT "revident.explain.v1"

enum { QUERY_SHOWN = 4096 };

static json_t *from_list(const void *items, size_t count, size_t size, json_item_fn *make)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; list && i < count; i++) {
		if (json_array_append_new(list, make((const char *)items + i * size)) < 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

static json_t *from_child(const void *item)
{
	const struct child *child = item;

	return json_pack("{s:o, s:o, s:o, s:s, s:b}", "revision", json_from_text(child->revision), "path",
		json_from_text(child->path), "line", child->line ? json_integer((json_int_t)child->line) : json_null(),
		"names_it_in", child->by_dependency ? "depends_on" : "down_revision", "at_head", child->at_head);
}

static json_t *from_life_event(const void *item)
{
	const struct life_event *e = item;
	json_t *value = json_from_event(&e->event);

	if (value)
		json_object_set_new(value, "in_head", json_boolean(e->in_head));
	return value;
}

static json_t *from_match(const void *item)
{
	const struct match *match = item;

	return json_pack("{s:o, s:o, s:s, s:b, s:o, s:o}", "revision", json_from_text(match->revision), "environment",
		json_from_text(match->environment), "state", life_state_name(match->state), "at_head", match->at_head,
		"path", json_from_text(match->path), "message", json_from_text(match->message));
}

static json_t *from_head(const void *item)
{
	const struct head_revision *head = item;

	return json_pack("{s:o, s:o, s:o, s:o}", "revision", json_from_text(head->revision), "environment",
		json_from_text(head->environment), "path", json_from_text(head->path), "message",
		json_from_text(head->message));
}

static json_t *from_successor(const struct successor *successor)
{
	if (!successor->path.ptr)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:b, s:b}", "revision", json_from_text(successor->revision), "path",
		json_from_text(successor->path), "blob", json_from_oid(&successor->blob), "similarity",
		json_from_similarity(successor->similarity), "unchanged", successor->unchanged, "at_head",
		successor->at_head);
}

static json_t *from_searched(const struct explanation *e)
{
	const struct life_search *s = &e->searched;
	json_t *limits = json_array();
	size_t i;

	for (i = 0; limits && i < e->repository.limit_count; i++)
		json_array_append_new(limits, json_from_text(text_of(e->repository.limits[i])));
	return json_pack("{s:I, s:I, s:I, s:I, s:b, s:b, s:b, s:o, s:o}", "commits", (json_int_t)s->commits, "refs",
		(json_int_t)s->refs, "revisions", (json_int_t)s->revisions, "environments", (json_int_t)s->environments,
		"complete", e->repository.limit_count == 0, "shallow", e->repository.is_shallow, "single_branch",
		s->is_single_branch, "remote", json_from_text(s->remote), "limits", limits);
}

static json_t *from_question(const struct question *q)
{
	if (!q->message)
		return json_null();
	return json_pack("{s:s, s:s, s:o}", "message", q->message, "meaning", q->meaning, "subjects",
		json_from_texts(q->subjects, q->subject_count));
}

/* The members of a life. The event lists come last: they are long. */
static json_t *from_life(const void *item)
{
	const struct life *life = item;
	json_t *value = json_pack(
		"{s:o, s:o, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:I, s:o, s:o, s:o}",
		"revision", json_from_text(life->revision), "environment", json_from_text(life->environment), "state",
		life_state_name(life->state), "broken", life->broken, "at_head", life->at_head, "path",
		json_from_text(life->path), "blob", json_from_oid(&life->blob), "paths",
		json_from_texts(life->paths, life->path_count), "refs",
		json_from_texts(life->refs.names, life->refs.count), "children",
		from_list(life->children, life->child_count, sizeof(*life->children), from_child), "published",
		life->published, "arrival", life->arrival ? json_from_oid(&life->arrival->commit->id) : json_null(),
		"first_tag", json_from_text(life->first_tag), "goes_on_as", from_successor(&life->successor),
		"lost_with", (json_int_t)life->lost_with, "stand_in", json_from_text(life->stand_in), "worktree",
		from_list(life->worktree, life->worktree_count, sizeof(*life->worktree), scan_json_change), "events",
		from_list(life->events, life->event_count, sizeof(*life->events), from_life_event));

	if (value && life->refs.more)
		json_object_set_new(value, "refs_more", json_integer((json_int_t)life->refs.more));
	return value;
}

/* The life's members as the document's own. */
static int add_life(struct json_document *doc, const struct life *life, struct err *err)
{
	json_t *value = from_life(life), *member;
	const char *key;
	int rc = value ? 0 : json_document_add(doc, "revision", NULL, err);

	json_object_foreach(value, key, member) if (rc == 0) rc = json_document_add(doc, key, json_incref(member), err);
	json_decref(value);
	return rc;
}

int explain_render_json(const struct explanation *explanation, const struct render_options *options, struct strbuf *out,
	struct err *err)
{
	const struct explanation *e = explanation;
	static const struct life none = { .state = LIFE_UNKNOWN };
	struct text query = e->question.text;
	struct json_document doc;

	(void)options;
	if (query.len > QUERY_SHOWN)
		query.len = QUERY_SHOWN;
	json_document_begin(&doc, out);
	if (json_document_add(&doc, "format", json_string(EXPLAIN_DOCUMENT), err) < 0 ||
		json_document_add(&doc, "version", json_string(REVIDENT_VERSION), err) < 0 ||
		json_document_add(&doc, "query", json_from_text(query), err) < 0 ||
		json_document_add(&doc, "error", from_question(&e->question), err) < 0 ||
		json_document_add_list(
			&doc, "matches", e->matches, e->match_count, sizeof(*e->matches), from_match, err) < 0 ||
		json_document_add(&doc, "nearest", json_from_texts(e->nearest, e->nearest_count), err) < 0 ||
		add_life(&doc, e->life_count ? &e->lives[0] : &none, err) < 0 ||
		json_document_add_list(&doc, "others", e->lives + (e->life_count > 0),
			e->life_count ? e->life_count - 1 : 0, sizeof(*e->lives), from_life, err) < 0 ||
		json_document_add_list(&doc, "heads", e->heads, e->head_count, sizeof(*e->heads), from_head, err) < 0 ||
		json_document_add(&doc, "searched", from_searched(e), err) < 0)
		return -1;
	json_document_end(&doc);
	return 0;
}
