/*
 * The rules about single files: whether Alembic can load them, and what ids it takes.
 */
#include <string.h>

#include "audit_parts.h"
#include "revident/base/utf8.h"

enum { VERSION_NUM_MAX = 32 }; /* alembic_version.version_num is a VARCHAR(32) (alembic/runtime/migration.py) */

const char *audit_why_unparsable(const struct migration *m)
{
	static const char *const reasons[] = {
		[UNREADABLE_NOT] = NULL,
		[UNREADABLE_CONFLICT] = "conflict markers stand in it",
		[UNREADABLE_UNCLOSED] = "a string or a bracket in it is never closed",
		[UNREADABLE_UNDECODABLE] = "it holds bytes that its encoding does not take",
		[UNREADABLE_TOO_LARGE] = "it is larger than 4 MiB",
		[UNREADABLE_CHARACTER] = "a character stands in it that Python does not take there",
		[UNREADABLE_SYNTAX] = NULL, /* Python 2, perhaps: read as it is */
	};

	return reasons[m->unreadable];
}

static const char without_id[] = "it binds no \"revision\", and its name is no id";

bool audit_is_without_id(const struct finding *finding)
{
	const size_t len = sizeof(without_id) - 1;

	return finding->rule == RULE_UNREADABLE_MIGRATION && finding->message.len >= len &&
	       !memcmp(finding->message.ptr + finding->message.len - len, without_id, len);
}

/* Why Alembic dies of the file, half a sentence; NULL if it does not. */
static const char *why_unreadable(const struct migration *m, bool has_id, unsigned *line)
{
	*line = m->unreadable_line;
	if (audit_why_unparsable(m))
		return audit_why_unparsable(m);
	*line = 0;
	if (m->revision.kind == BINDING_ABSENT && !has_id)
		return without_id;
	*line = m->revision.line;
	if (m->down_revision.kind == BINDING_ABSENT)
		return "it binds no \"down_revision\"";
	return NULL;
}

/* Alembic's `([a-f0-9]+)\.py$` on the name of a file that binds no `revision` (alembic/script/base.py). */
static bool name_is_id(struct text path)
{
	const char *slash = memrchr(path.ptr, '/', path.len), *name = slash ? slash + 1 : path.ptr;
	size_t len = path.len - (size_t)(name - path.ptr), digits = 0;

	while (digits < len && name[digits] && strchr("0123456789abcdef", name[digits]))
		digits++;
	return digits > 0 && len == digits + 3 && memcmp(name + digits, ".py", 3) == 0;
}

void audit_unreadable_migration(struct auditing *a)
{
	size_t i;

	for (i = 0; i < a->env->file_count; i++) {
		const struct tree_file *file = &a->env->files[i];
		const struct migration *m = audit_declared(a, file);
		const char *why;
		unsigned line;

		if (!m || !audit_is_imported(a, file))
			continue;
		why = why_unreadable(m, name_is_id(audit_path(a, file)), &line);
		if (!why)
			continue;
		audit_add(a,
			(struct finding){ .rule = RULE_UNREADABLE_MIGRATION,
				.level = LEVEL_ERROR,
				.revision = audit_revision(a, file),
				.path = audit_path(a, file),
				.line = line,
				.message = study_sentence(a->study,
					m->unreadable == UNREADABLE_TOO_LARGE
						? "what this file declares is not known: %s"
						: "Alembic cannot load this file: %s",
					why) },
			audit_blob(a, file));
	}
}

void audit_not_loaded(struct auditing *a)
{
	size_t i;

	for (i = 0; i < a->env->file_count; i++) {
		const struct tree_file *file = &a->env->files[i];

		if (file->is_loaded || file->revision == INTERN_NONE)
			continue;
		audit_add(a,
			(struct finding){ .rule = RULE_NOT_LOADED,
				.level = LEVEL_WARNING,
				.revision = audit_revision(a, file),
				.path = audit_path(a, file),
				.line = audit_declared(a, file)->revision.line,
				.message = study_sentence(a->study,
					"%s is in a directory that Alembic does not enter without "
					"recursive_version_locations",
					study_shown(a->study, audit_revision(a, file))) },
			audit_blob(a, file));
	}
}

static void add_dynamic(struct auditing *a, const struct tree_file *file, const struct binding *binding,
	const char *name, const char *consequence)
{
	if (binding->kind != BINDING_DYNAMIC)
		return;
	audit_add(a,
		(struct finding){ .rule = RULE_DYNAMIC_REVISION,
			.level = LEVEL_WARNING,
			.revision = audit_revision(a, file),
			.path = audit_path(a, file),
			.line = binding->line,
			.message = study_sentence(a->study, "\"%s\" is no literal%s: %s", name,
				binding->conditional ? ", or not one for sure" : "", consequence) },
		audit_blob(a, file));
}

void audit_dynamic_revision(struct auditing *a)
{
	size_t i;

	for (i = 0; i < a->env->file_count; i++) {
		const struct tree_file *file = &a->env->files[i];
		const struct migration *m = audit_declared(a, file);

		if (!m || !audit_is_imported(a, file) || audit_why_unparsable(m))
			continue;
		add_dynamic(a, file, &m->revision, "revision", "which revision this is cannot be known");
		add_dynamic(a, file, &m->down_revision, "down_revision", "its parents cannot be known");
		add_dynamic(a, file, &m->depends_on, "depends_on", "what it depends on cannot be known");
	}
}

/* alembic/script/revision.py, Revision.verify_rev_id: `_revision_illegal_chars`; `:` since 1.17.1. */
static void check_characters(struct auditing *a, struct finding finding, struct text id, const struct oid *blob)
{
	const char *bad = NULL;
	size_t i;

	for (i = 0; i < id.len && !bad; i++)
		if (id.ptr[i] && strchr("@-+", id.ptr[i]))
			bad = id.ptr + i;
	if (bad || id.len == 0) {
		finding.level = LEVEL_ERROR;
		finding.message = bad ? study_sentence(a->study, "the id %s holds \"%c\", which Alembic refuses",
						study_shown(a->study, id), *bad)
				      : study_sentence(a->study, "the id is empty, so that nothing can name it");
		audit_add(a, finding, blob);
	} else if (memchr(id.ptr, ':', id.len)) {
		finding.level = LEVEL_WARNING;
		finding.message = study_sentence(a->study,
			"the id %s holds \":\", which Alembic refuses from 1.17.1 on", study_shown(a->study, id));
		audit_add(a, finding, blob);
	}
}

void audit_invalid_revision(struct auditing *a)
{
	size_t i;

	for (i = 0; i < a->env->file_count; i++) {
		const struct tree_file *file = &a->env->files[i];
		const struct migration *m = audit_declared(a, file);

		if (!m || !audit_is_imported(a, file) || m->revision.kind != BINDING_LITERAL)
			continue;
		check_characters(a,
			(struct finding){ .rule = RULE_INVALID_REVISION,
				.revision = m->revision.values[0],
				.path = audit_path(a, file),
				.line = m->revision.line },
			m->revision.values[0], audit_blob(a, file));
	}
}

static size_t count_characters(struct text text)
{
	size_t at = 0, count = 0;

	while (at < text.len) {
		at += utf8_next(text.ptr + at, text.len - at).len;
		count++;
	}
	return count;
}

void audit_long_revision(struct auditing *a)
{
	size_t i;

	for (i = 0; i < a->env->file_count; i++) {
		const struct tree_file *file = &a->env->files[i];
		struct text id = audit_revision(a, file);

		if (!audit_is_revision(file) || count_characters(id) <= VERSION_NUM_MAX)
			continue;
		audit_add(a,
			(struct finding){ .rule = RULE_LONG_REVISION,
				.level = LEVEL_WARNING,
				.revision = id,
				.path = audit_path(a, file),
				.line = audit_declared(a, file)->revision.line,
				.message = study_sentence(a->study,
					"the id %s has %zu characters, and version_num takes %d",
					study_shown(a->study, id), count_characters(id), VERSION_NUM_MAX) },
			audit_blob(a, file));
	}
}
