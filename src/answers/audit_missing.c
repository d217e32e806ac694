/*
 * The rule about what is named and not there.
 */
#include <stdlib.h>
#include <string.h>

#include "audit_parts.h"
#include "revident/base/xalloc.h"

/* May a file be the missing one without our knowing: its id is computed, or it cannot be had? */
static bool holds_unknown(const struct auditing *a)
{
	size_t i;

	for (i = 0; i < a->env->file_count; i++) {
		const struct tree_file *file = &a->env->files[i];
		const struct migration *m = audit_declared(a, file);

		if (!file->is_loaded || file->blob == BLOB_NONE)
			continue;
		if (!m || m->revision.kind == BINDING_DYNAMIC)
			return true;
	}
	return false;
}

/*
 * Are there so many files that are too long to be read that each of `count` names may be in one? No more can be there
 * than there are such files.
 */
static bool may_be_too_long(const struct auditing *a, size_t count)
{
	size_t i, files = 0;

	for (i = 0; i < a->env->file_count; i++)
		files += a->env->files[i].is_loaded && study_blob_is_too_large(a->study, a->env->files[i].blob);
	return files >= count;
}

static bool has_dynamic_label(const struct auditing *a)
{
	size_t i;

	for (i = 0; i < a->env->file_count; i++) {
		const struct migration *m = audit_declared(a, &a->env->files[i]);

		if (m && a->env->files[i].is_loaded && m->branch_labels.kind == BINDING_DYNAMIC)
			return true;
	}
	return false;
}

/* What a name that nothing declares may have been meant for: files, each the first by path. */
struct meanings {
	struct intern labels, names, entered; /* labels; file names and their stems; ids that are not loaded */
	const struct tree_file **labelled, **named, **not_loaded; /* by number in them */
	size_t labelled_cap, named_cap, not_loaded_cap;
	const struct tree_file **revisions; /* sorted by id, then path */
	size_t revision_count;
	const struct tree_file **odd; /* no regular files */
	size_t odd_count, odd_cap;
};

static void note_first(struct intern *set, const struct tree_file ***files, size_t *cap, struct text name,
	const struct tree_file *file)
{
	size_t before = set->count;

	if (intern_add(set, name.ptr, name.len) < before)
		return;
	VEC_GROW(*files, before, *cap);
	(*files)[before] = file;
}

static const struct tree_file *first_of(const struct intern *set, const struct tree_file **files, struct text name)
{
	uint32_t number = intern_find(set, name.ptr, name.len);

	return number == INTERN_NONE ? NULL : files[number];
}

static void note_revision(const struct auditing *a, const struct tree_file *file, struct meanings *out)
{
	const struct migration *m = audit_declared(a, file);
	struct text base = text_base_name(audit_path(a, file));
	size_t k;

	for (k = 0; m && k < m->branch_labels.count; k++)
		note_first(&out->labels, &out->labelled, &out->labelled_cap, m->branch_labels.values[k], file);
	note_first(&out->names, &out->named, &out->named_cap, base, file);
	if (base.len > 3) /* without ".py" */
		note_first(&out->names, &out->named, &out->named_cap, (struct text){ base.ptr, base.len - 3 }, file);
	out->revisions[out->revision_count++] = file;
}

static int compare_revisions(const void *x, const void *y, void *data)
{
	const struct tree_file *a = *(const struct tree_file *const *)x, *b = *(const struct tree_file *const *)y;
	int order = text_compare(audit_revision(data, a), audit_revision(data, b));

	return order ? order : a < b ? -1 : a > b; /* files are sorted by path */
}

static void meanings_init(struct auditing *a, struct meanings *out)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	intern_init(&out->labels);
	intern_init(&out->names);
	intern_init(&out->entered);
	out->revisions = xcalloc(a->env->file_count, sizeof(struct tree_file *));
	for (i = 0; i < a->env->file_count; i++) {
		const struct tree_file *file = &a->env->files[i];

		if (file->blob == BLOB_NONE) {
			VEC_GROW(out->odd, out->odd_count, out->odd_cap);
			out->odd[out->odd_count++] = file;
		}
		if (!file->is_loaded && file->revision != INTERN_NONE)
			note_first(
				&out->entered, &out->not_loaded, &out->not_loaded_cap, audit_revision(a, file), file);
		if (audit_is_revision(file))
			note_revision(a, file, out);
	}
	if (out->revision_count)
		qsort_r(out->revisions, out->revision_count, sizeof(struct tree_file *), compare_revisions, a);
}

static void meanings_release(struct meanings *m)
{
	intern_release(&m->labels);
	intern_release(&m->names);
	intern_release(&m->entered);
	free(m->labelled);
	free(m->named);
	free(m->not_loaded);
	free(m->revisions);
	free(m->odd);
}

/* A link or the like that Alembic, unlike git, would take for the file; NULL. */
static const struct tree_file *odd_file_called(const struct auditing *a, const struct meanings *m, struct text name)
{
	size_t i;

	for (i = 0; i < m->odd_count; i++) {
		struct text base = text_base_name(audit_path(a, m->odd[i]));

		if (memmem(base.ptr, base.len, name.ptr, name.len))
			return m->odd[i];
	}
	return NULL;
}

/* The file, first by path, whose id begins with the name and is longer; NULL. */
static const struct tree_file *first_with_prefix(const struct auditing *a, const struct meanings *m, struct text name)
{
	const struct tree_file *first = NULL;
	size_t low = 0, high = m->revision_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (text_compare(audit_revision(a, m->revisions[mid]), name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; name.len && low < m->revision_count; low++) {
		struct text revision = audit_revision(a, m->revisions[low]);

		if (revision.len < name.len || memcmp(revision.ptr, name.ptr, name.len) != 0)
			break;
		if (revision.len > name.len && (!first || m->revisions[low] < first))
			first = m->revisions[low];
	}
	return first;
}

/* What was probably meant: half a sentence, or "". */
static const char *what_it_is(struct auditing *a, struct text name, const struct meanings *m)
{
	const struct tree_file *labelled = first_of(&m->labels, m->labelled, name);
	const struct tree_file *odd = odd_file_called(a, m, name);
	const struct tree_file *not_loaded = first_of(&m->entered, m->not_loaded, name);
	const struct tree_file *prefixed = first_with_prefix(a, m, name), *named = first_of(&m->names, m->named, name);

	if (labelled)
		return study_sentence(a->study, "; it is a label, of %s, which down_revision does not take",
			study_shown(a->study, audit_revision(a, labelled)))
			.ptr;
	if (odd)
		return study_sentence(a->study, "; %s is no regular file, and is not followed",
			study_shown(a->study, audit_path(a, odd)))
			.ptr;
	if (not_loaded)
		return study_sentence(a->study, "; %s has it, in a directory that Alembic does not enter",
			study_shown(a->study, audit_path(a, not_loaded)))
			.ptr;
	if (prefixed && (!named || prefixed <= named))
		return study_sentence(a->study, "; it is a prefix of %s, and Alembic takes whole ids here",
			study_shown(a->study, audit_revision(a, prefixed)))
			.ptr;
	if (named)
		return study_sentence(a->study, "; it is the file name of %s, and Alembic takes ids here",
			study_shown(a->study, audit_revision(a, named)))
			.ptr;
	return "";
}

static bool is_plain(struct text name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (!strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._", name.ptr[i]))
			return false;
	return name.len > 0 && memchr(name.ptr, 0, name.len) == NULL;
}

/* "2a3f4c9d1cde names it as its down_revision" */
static const char *who_names_it(struct auditing *a, const struct missing_name *missing)
{
	struct text *revisions = arena_calloc(&a->study->arena, missing->count, sizeof(*revisions));
	size_t i, n = 0;

	for (i = 0; i < missing->count; i++)
		if (n == 0 || !text_equal(revisions[n - 1], audit_revision(a, missing->all[i])))
			revisions[n++] = audit_revision(a, missing->all[i]);
	return study_sentence(a->study, "%s %s it in %s", audit_listed(a, revisions, n), n == 1 ? "names" : "name",
		missing->in_depends_on ? "depends_on" : "down_revision")
		.ptr;
}

void audit_missing_revision(struct auditing *a)
{
	bool unknown = holds_unknown(a), unknown_label = has_dynamic_label(a);
	struct missing_name *missing;
	struct meanings meanings;
	size_t i, count;

	meanings_init(a, &meanings);
	count = tree_env_missing(a->study, a->env, a->expected ? a->expected->external.items : NULL,
		a->expected ? a->expected->external.count : 0, &missing);
	unknown = unknown || (count && may_be_too_long(a, count));
	for (i = 0; i < count; i++) {
		const struct missing_name *m = &missing[i];
		bool maybe = unknown || (m->in_depends_on && unknown_label) || a->env->is_incomplete;
		const char *name = study_shown(a->study, m->name);
		struct finding finding = {
			.rule = RULE_MISSING_REVISION,
			.level = maybe ? LEVEL_WARNING : LEVEL_ERROR,
			.revision = m->name,
			.path = audit_path(a, m->file),
			.line = m->line,
		};

		finding.message = study_sentence(a->study, "%s is not there, and %s%s%s", name, who_names_it(a, m),
			what_it_is(a, m->name, &meanings),
			a->env->is_incomplete ? "; a configuration that cannot be read may say where it is"
			: maybe               ? "; a file whose id is not known may be it"
					      : "");
		if (is_plain(m->name))
			finding.hint = study_sentence(a->study, "revident explain %s", name);
		audit_add(a, finding, audit_blob(a, m->file));
	}
	meanings_release(&meanings);
}
