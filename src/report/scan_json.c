#include "scan_json.h"

#include "revident/base/version.h"

json_t *scan_json_repository(const struct repo_facts *facts)
{
	json_t *limits = json_array();
	size_t i;

	for (i = 0; limits && i < facts->limit_count; i++)
		if (json_array_append_new(limits, json_from_text(text_of(facts->limits[i]))) < 0)
			return NULL;
	return json_pack("{s:b, s:o, s:o, s:b, s:b, s:o}", "bare", facts->is_bare, "head", json_from_text(facts->head),
		"commit", facts->has_commit ? json_from_oid(&facts->commit) : json_null(), "shallow", facts->is_shallow,
		"complete", facts->limit_count == 0, "limits", limits);
}

json_t *scan_json_counts(const struct scan *scan)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "commits", (json_int_t)scan->counts.commits, "blobs",
		(json_int_t)scan->counts.blobs, "events", (json_int_t)scan->counts.events, "losses",
		(json_int_t)scan->counts.losses, "lost", (json_int_t)scan->counts.lost, "broken",
		(json_int_t)scan->counts.broken);
}

json_t *scan_json_tip(const struct tip *tip)
{
	return json_pack("{s:o, s:o}", "ref", json_from_text(tip->ref), "commit", json_from_oid(&tip->commit));
}

static json_t *make_environment(const void *item)
{
	const struct environment *env = item;

	return json_pack("{s:o, s:o, s:o}", "path", json_from_text(env->path), "versions",
		json_from_texts(env->versions, env->version_count), "found_by", json_from_text(env->found_by));
}

static json_t *make_skipped(const void *item)
{
	const struct skipped_environment *env = item;

	return json_pack("{s:o, s:o, s:o}", "path", json_from_text(env->path), "versions",
		json_from_texts(env->versions, env->version_count), "last_commit", json_from_oid(&env->last_commit));
}

json_t *scan_json_change(const void *item)
{
	const struct worktree_change *change = item;

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "kind", worktree_kind_name(change->kind), "where",
		change->in_index ? "index" : "worktree", "environment", json_from_text(change->environment), "revision",
		json_from_text(change->revision), "path", json_from_text(change->path), "new_revision",
		json_from_text(change->new_revision), "breaks", change->breaks);
}

static json_t *make_event(const void *item)
{
	return json_from_event(item);
}

/* Names under `key`, and how many more there are under `key`_more where they were cut. */
static void add_names(json_t *object, const char *key, const char *more_key, const struct ref_names *names)
{
	json_object_set_new(object, key, json_from_texts(names->names, names->count));
	if (names->more)
		json_object_set_new(object, more_key, json_integer((json_int_t)names->more));
}

static json_t *make_lost(const void *item)
{
	const struct lost_revision *lost = item;
	json_t *value = json_pack("{s:o, s:o, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "revision",
		json_from_text(lost->revision), "environment", json_from_text(lost->environment), "status",
		lost->status == LOST_BROKEN ? "broken" : "retired", "cause", event_kind_name(lost->cause), "published",
		lost->published, "waived", lost->waived, "removed_by",
		lost->removed_by ? json_from_oid(&lost->removed_by->id) : json_null(), "last_commit",
		json_from_oid(&lost->last_commit), "path", json_from_text(lost->path), "blob",
		json_from_oid(&lost->blob), "referenced_by",
		json_from_texts(lost->referenced_by, lost->referenced_count), "continues_as",
		json_from_continuation(&lost->continues_as));

	if (!value)
		return NULL;
	if (lost->waived)
		json_object_set_new(value, "waived_by", json_from_excuse(&lost->excuse));
	add_names(value, "tips", "tips_more", &lost->tips);
	add_names(value, "tags", "tags_more", &lost->tags);
	return value;
}

static json_t *named_in(const struct missing_revision *missing)
{
	if (!missing->referencing_path.ptr)
		return json_null();
	return json_pack("{s:o, s:o, s:s}", "path", json_from_text(missing->referencing_path), "line",
		missing->referencing_line ? json_integer((json_int_t)missing->referencing_line) : json_null(), "as",
		missing->in_depends_on ? "depends_on" : "down_revision");
}

static json_t *make_missing(const void *item)
{
	const struct missing_revision *missing = item;
	json_t *value = json_pack("{s:o, s:o, s:o, s:o, s:b, s:b}", "revision", json_from_text(missing->revision),
		"environment", json_from_text(missing->environment), "referenced_by",
		json_from_texts(missing->referenced_by, missing->referenced_count), "named_in", named_in(missing),
		"ever_in_history", missing->ever_in_history, "decides", missing->decides);

	if (!value)
		return NULL;
	if (missing->not_loaded.ptr)
		json_object_set_new(value, "not_loaded", json_from_text(missing->not_loaded));
	add_names(value, "present_on", "present_on_more", &missing->present_on);
	add_names(value, "tips", "tips_more", &missing->tips);
	return value;
}

void scan_json_lists(const struct scan *scan, struct scan_list lists[SCAN_LISTS])
{
	lists[0] = (struct scan_list){ "environments", "environment", scan->environments, scan->environment_count,
		sizeof(*scan->environments), make_environment };
	lists[1] = (struct scan_list){ "skipped_environments", "skipped_environment", scan->skipped,
		scan->skipped_count, sizeof(*scan->skipped), make_skipped };
	lists[2] = (struct scan_list){ "worktree", "worktree", scan->worktree, scan->worktree_count,
		sizeof(*scan->worktree), scan_json_change };
	lists[3] = (struct scan_list){ "events", "event", scan->events, scan->event_count, sizeof(*scan->events),
		make_event };
	lists[4] = (struct scan_list){ "lost", "lost", scan->lost, scan->lost_count, sizeof(*scan->lost), make_lost };
	lists[5] = (struct scan_list){ "missing", "missing", scan->missing, scan->missing_count, sizeof(*scan->missing),
		make_missing };
}

static struct json_named named_tip(const void *item)
{
	const struct tip *tip = item;

	return (struct json_named){ tip->ref, tip->commit };
}

int scan_render_json(const struct scan *scan, const struct render_options *options, struct strbuf *out, struct err *err)
{
	static const char *const tip_keys[2] = { "ref", "commit" };
	struct scan_list lists[SCAN_LISTS];
	struct json_document doc;
	size_t i;

	(void)options;
	scan_json_lists(scan, lists);
	json_document_begin(&doc, out);
	if (json_document_add(&doc, "format", json_string(SCAN_DOCUMENT), err) < 0 ||
		json_document_add(&doc, "version", json_string(REVIDENT_VERSION), err) < 0 ||
		json_document_add(&doc, "repository", scan_json_repository(&scan->repository), err) < 0)
		return -1;
	json_document_add_named(&doc, "tips", scan->tips, scan->tip_count, sizeof(*scan->tips), tip_keys, named_tip);
	if (json_document_add(&doc, "counts", scan_json_counts(scan), err) < 0)
		return -1;
	for (i = 0; i < SCAN_LISTS; i++)
		if (json_document_add_list(
			    &doc, lists[i].key, lists[i].items, lists[i].count, lists[i].size, lists[i].make, err) < 0)
			return -1;
	json_document_end(&doc);
	return 0;
}
