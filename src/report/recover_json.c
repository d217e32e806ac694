#include "json.h"
#include "recover_formats.h"
#include "revident/base/digest.h"
#include "revident/base/version.h"

static json_t *from_step(const void *item)
{
	const struct recover_step *step = item;
	json_t *value = json_pack("{s:s}", "action", step_kind_name(step->kind));

	if (step->kind == STEP_RENAME) {
		json_object_set_new(value, "from", json_from_text(step->from));
		json_object_set_new(value, "to", json_from_text(step->path));
	} else {
		json_object_set_new(value, "path", json_from_text(step->path));
	}
	json_object_set_new(value, "revision", json_from_text(step->revision));
	if (step->kind == STEP_RESTORE) {
		json_object_set_new(value, "blob", json_from_oid(&step->blob));
		json_object_set_new(
			value, "replaces", step->replaces ? json_from_oid(&step->replaced_blob) : json_null());
	}
	if (step->kind == STEP_RESTORE || step->kind == STEP_STUB)
		json_object_set_new(value, "down_revision", json_from_texts(step->down_revision, step->down_count));
	json_object_set_new(value, "reason", json_from_text(step->reason));
	return value;
}

static json_t *from_newer(const struct salvage_source *source)
{
	if (!source->has_newer)
		return json_null();
	return json_pack("{s:o, s:o}", "blob", json_from_oid(&source->newer_blob), "commit",
		json_from_oid(&source->newer_commit));
}

static json_t *from_source(const void *item)
{
	const struct salvage_source *source = item;
	char hex[SHA256_HEX + 1];

	return json_pack("{s:o, s:o, s:s, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "revision",
		json_from_text(source->revision), "blob", json_from_oid(&source->blob), "sha256",
		sha256_hex(source->sha256, hex), "size", (json_int_t)source->size, "where",
		salvage_place_name(source->where), "path", json_from_text(source->path), "commit",
		source->has_commit ? json_from_oid(&source->commit) : json_null(), "ref", json_from_text(source->ref),
		"message", json_from_text(source->message), "create_date", json_from_text(source->create_date),
		"similarity", json_from_similarity(source->similarity), "newer_unread", from_newer(source));
}

static json_t *from_searched(const struct searched *searched)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "commits", (json_int_t)searched->commits, "refs",
		(json_int_t)searched->refs, "reflog_entries", (json_int_t)searched->reflog_entries,
		"unreachable_objects", (json_int_t)searched->unreachable_objects, "index_entries",
		(json_int_t)searched->index_entries, "bytecode_files", (json_int_t)searched->bytecode_files);
}

static json_t *from_bytecode(const struct bytecode *bytecode)
{
	return json_pack("{s:o, s:o, s:o}", "path", json_from_text(bytecode->path), "source_time",
		bytecode->has_time ? json_integer(bytecode->source_time) : json_null(), "compile_time",
		bytecode->is_compile_known ? json_integer(bytecode->compile_time) : json_null());
}

static json_t *from_unrecoverable(const void *item)
{
	const struct unrecoverable *lost = item;
	json_t *choices = json_array(), *bytecode = json_array();
	size_t i;

	for (i = 0; i < lost->choice_count; i++)
		json_array_append_new(choices, from_source(&lost->choices[i]));
	for (i = 0; i < lost->bytecode_count; i++)
		json_array_append_new(bytecode, from_bytecode(&lost->bytecode[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "revision", json_from_text(lost->revision), "referenced_by",
		json_from_texts(lost->referenced_by, lost->referenced_count), "searched",
		from_searched(&lost->searched), "choices", choices, "bytecode", bytecode);
}

static json_t *from_summary(const struct chain_summary *chain)
{
	return json_pack("{s:o, s:o, s:o}", "heads", json_from_texts(chain->heads, chain->head_count), "bases",
		json_from_texts(chain->bases, chain->base_count), "missing",
		json_from_texts(chain->missing, chain->missing_count));
}

static json_t *limits_of(const struct recover *plan)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < plan->limit_count; i++)
		json_array_append_new(list, json_from_text(text_of(plan->limits[i])));
	return list;
}

int recover_render_json(
	const struct recover *plan, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct json_document doc;

	(void)options; /* JSON looks the same to everybody */
	json_document_begin(&doc, out);
	if (json_document_add(&doc, "format", json_string(RECOVER_DOCUMENT), err) < 0 ||
		json_document_add(&doc, "version", json_string(REVIDENT_VERSION), err) < 0 ||
		json_document_add(&doc, "applied", json_boolean(plan->applied), err) < 0 ||
		json_document_add(&doc, "written", json_from_texts(plan->written, plan->written_count), err) < 0 ||
		json_document_add_list(
			&doc, "steps", plan->steps, plan->step_count, sizeof(*plan->steps), from_step, err) < 0 ||
		json_document_add_list(&doc, "sources", plan->sources, plan->source_count, sizeof(*plan->sources),
			from_source, err) < 0 ||
		json_document_add_list(&doc, "unrecoverable", plan->unrecoverable, plan->unrecoverable_count,
			sizeof(*plan->unrecoverable), from_unrecoverable, err) < 0 ||
		json_document_add(&doc, "before", from_summary(&plan->before), err) < 0 ||
		json_document_add(&doc, "after", from_summary(&plan->after), err) < 0 ||
		json_document_add(&doc, "searched", from_searched(&plan->searched), err) < 0 ||
		json_document_add(&doc, "notes", json_from_texts(plan->notes, plan->note_count), err) < 0 ||
		json_document_add(&doc, "refusal", json_from_text(plan->refusal), err) < 0 ||
		json_document_add(&doc, "complete", json_boolean(plan->limit_count == 0), err) < 0 ||
		json_document_add(&doc, "limits", limits_of(plan), err) < 0)
		return -1;
	json_document_end(&doc);
	return 0;
}
