#include "check_formats.h"
#include "json.h"
#include "revident/base/version.h"

static json_t *from_violation(const void *item)
{
	const struct finding *finding = item;

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "rule", rule_get(finding->rule)->name, "level",
		level_name(finding->level), "environment", json_from_text(finding->environment), "revision",
		json_from_text(finding->revision), "path", json_from_text(finding->path), "line",
		finding->line ? json_integer(finding->line) : json_null(), "message", json_from_text(finding->message),
		"hint", json_from_text(finding->hint));
}

static json_t *from_waived(const void *item)
{
	const struct waived *waived = item;
	json_t *value = from_violation(&waived->finding);

	json_object_set_new(value, "waived_by", json_string(waived->by_prune ? "prune" : "waiver"));
	json_object_set_new(value, "name", json_from_text(waived->name));
	json_object_set_new(value, "reason", json_from_text(waived->reason));
	return value;
}

static json_t *from_comparison(const void *item)
{
	const struct comparison *comparison = item;
	json_t *bases = json_array();
	size_t i;

	for (i = 0; i < comparison->base_count; i++)
		json_array_append_new(bases, json_from_oid(&comparison->bases[i]));
	return json_pack("{s:o, s:o, s:o}", "target", json_from_text(comparison->name), "commit",
		json_from_oid(&comparison->target), "bases", bases);
}

static json_t *from_protection(const struct check *check)
{
	return json_pack("{s:o, s:o, s:I}", "means", json_from_text(check->protection), "refs",
		json_from_texts(check->refs, check->ref_count), "tags", (json_int_t)check->tag_count);
}

static json_t *from_sentences(const char *const *items, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, json_from_text(text_of(items[i])));
	return list;
}

static json_t *first_base(const struct check *check)
{
	if (!check->comparison_count || !check->comparisons[0].base_count)
		return json_null();
	return json_from_oid(&check->comparisons[0].bases[0]);
}

int check_render_json(
	const struct check *check, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct json_document doc;

	(void)options;
	json_document_begin(&doc, out);
	if (json_document_add(&doc, "format", json_string(CHECK_DOCUMENT), err) < 0 ||
		json_document_add(&doc, "version", json_string(REVIDENT_VERSION), err) < 0 ||
		json_document_add(&doc, "base", first_base(check), err) < 0 ||
		json_document_add_list(&doc, "comparisons", check->comparisons, check->comparison_count,
			sizeof(*check->comparisons), from_comparison, err) < 0 ||
		json_document_add(&doc, "result", json_string(check_result_name(check->result)), err) < 0 ||
		json_document_add_list(&doc, "violations", check->violations, check->violation_count,
			sizeof(*check->violations), from_violation, err) < 0 ||
		json_document_add_list(&doc, "waived", check->waived, check->waived_count, sizeof(*check->waived),
			from_waived, err) < 0 ||
		json_document_add(&doc, "policy", json_from_text(check->policy), err) < 0 ||
		json_document_add(&doc, "protection", from_protection(check), err) < 0 ||
		json_document_add(&doc, "notes", from_sentences(check->notes, check->note_count), err) < 0 ||
		json_document_add(&doc, "limits", from_sentences(check->limits, check->limit_count), err) < 0)
		return -1;
	json_document_end(&doc);
	return 0;
}
