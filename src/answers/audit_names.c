/*
 * The rules about what people read: file names and docstrings.
 */
#include <string.h>

#include "audit_parts.h"

enum {
	WORDS_MAX = 48,       /* of one file name that are looked at */
	INNER_LENGTH_MIN = 6, /* shorter ids count at the beginning of a name only: "1" is in many a slug */
};

/* --- filename-mismatch ------------------------------------------------------------------------------------------- */

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

/* The base name without ".py". */
static struct text stem_of(struct text path)
{
	const char *slash = memrchr(path.ptr, '/', path.len);
	struct text stem = slash ? (struct text){ slash + 1, path.len - (size_t)(slash + 1 - path.ptr) } : path;

	if (stem.len >= 3)
		stem.len -= 3;
	return stem;
}

/* Where the words of a name begin and end. */
struct words {
	size_t from[WORDS_MAX], to[WORDS_MAX], count;
};

static void split_words(struct text stem, struct words *out)
{
	size_t at = 0;

	out->count = 0;
	while (out->count < WORDS_MAX) {
		while (at < stem.len && !is_word_byte(stem.ptr[at]))
			at++;
		if (at == stem.len)
			return;
		out->from[out->count] = at;
		while (at < stem.len && is_word_byte(stem.ptr[at]))
			at++;
		out->to[out->count++] = at;
	}
}

static bool holds(struct text stem, struct text id)
{
	const char *at = stem.ptr, *end = stem.ptr + stem.len;

	while (id.len && (at = memmem(at, (size_t)(end - at), id.ptr, id.len)) != NULL) {
		bool starts = at == stem.ptr || !is_word_byte(at[-1]) || !is_word_byte(id.ptr[0]);
		bool ends = at + id.len == end || !is_word_byte(at[id.len]) || !is_word_byte(id.ptr[id.len - 1]);

		if (starts && ends)
			return true;
		at++;
	}
	return false;
}

/* What a file's name may be of: ids that are there, that are missing, and that were. */
struct known_ids {
	struct intern ids;
	size_t present, missing; /* the first so many are present, then so many missing; the others are former ones */
};

static void collect_ids(struct auditing *a, struct known_ids *out)
{
	size_t i;

	intern_init(&out->ids);
	for (i = 0; i < a->chain->count; i++)
		if (a->chain->nodes[i].state == CHAIN_PRESENT)
			intern_add(&out->ids, a->chain->nodes[i].revision.ptr, a->chain->nodes[i].revision.len);
	out->present = out->ids.count;
	for (i = 0; i < a->chain->count; i++)
		if (a->chain->nodes[i].state != CHAIN_PRESENT)
			intern_add(&out->ids, a->chain->nodes[i].revision.ptr, a->chain->nodes[i].revision.len);
	out->missing = out->ids.count - out->present;
	for (i = 0; i < a->options->former_count; i++)
		intern_add(&out->ids, a->options->former[i].ptr, a->options->former[i].len);
}

/* The number of the first id that the name holds, the longest at its place; INTERN_NONE if it holds none. */
static uint32_t id_in_name(const struct known_ids *known, struct text stem)
{
	struct words words;
	size_t first, last;

	split_words(stem, &words);
	for (first = 0; first < words.count; first++) {
		for (last = words.count; last-- > first;) {
			size_t len = words.to[last] - words.from[first];
			uint32_t number;

			if (first > 0 && len < INNER_LENGTH_MIN)
				break;
			number = intern_find(&known->ids, stem.ptr + words.from[first], len);
			if (number != INTERN_NONE)
				return number;
		}
	}
	return INTERN_NONE;
}

void audit_filename_mismatch(struct auditing *a)
{
	struct known_ids known;
	size_t i;

	collect_ids(a, &known);
	for (i = 0; i < a->env->file_count; i++) {
		const struct tree_file *file = &a->env->files[i];
		struct text stem = stem_of(audit_path(a, file)), id = audit_revision(a, file);
		struct finding finding = { .rule = RULE_FILENAME_MISMATCH, .level = LEVEL_NOTE, .revision = id };
		uint32_t other;

		if (!audit_is_revision(file) || holds(stem, id))
			continue;
		finding.path = audit_path(a, file);
		finding.line = audit_declared(a, file)->revision.line;
		other = id_in_name(&known, stem);
		if (other == INTERN_NONE) {
			finding.message = study_sentence(
				a->study, "the name of this file does not hold its id %s", study_shown(a->study, id));
		} else {
			finding.level = LEVEL_WARNING;
			finding.message = study_sentence(a->study, "this file declares %s, and is named after %s%s",
				study_shown(a->study, id),
				study_shown(a->study, text_of(intern_str(&known.ids, other))),
				other < known.present                   ? ""
				: other < known.present + known.missing ? ", which is missing"
									: ", which was there once");
		}
		audit_add(a, finding, audit_blob(a, file));
	}
	intern_release(&known.ids);
}

/* As Alembic makes ids: hexadecimal, digits and letters mixed. */
static bool looks_like_id(const char *word, size_t len)
{
	bool has_digit = false, has_letter = false;
	size_t i;

	for (i = 0; i < len; i++) {
		has_digit |= word[i] >= '0' && word[i] <= '9';
		has_letter |= word[i] >= 'a' && word[i] <= 'f';
		if (!word[i] || !strchr("0123456789abcdef", word[i]))
			return false;
	}
	return len >= INNER_LENGTH_MIN && has_digit && has_letter;
}

bool audit_wants_former(const struct audit_environment *env)
{
	struct words words;
	struct text stem;
	size_t i, k;

	for (i = 0; i < env->finding_count; i++) {
		if (env->findings[i].rule != RULE_FILENAME_MISMATCH || env->findings[i].level != LEVEL_NOTE)
			continue;
		stem = stem_of(env->findings[i].path);
		split_words(stem, &words);
		for (k = 0; k < words.count; k++)
			if (looks_like_id(stem.ptr + words.from[k], words.to[k] - words.from[k]))
				return true;
	}
	return false;
}

/* --- docstring-mismatch ------------------------------------------------------------------------------------------ */

/* Takes the next id off a docstring's list: between commas, blanks, quotes and brackets. False at its end. */
static bool next_in_list(struct text *rest, struct text *out)
{
	static const char between[] = ", \t\r\n'\"()[]";

	while (rest->len && memchr(between, *rest->ptr, sizeof(between) - 1)) {
		rest->ptr++;
		rest->len--;
	}
	*out = (struct text){ rest->ptr, 0 };
	while (rest->len && !memchr(between, *rest->ptr, sizeof(between) - 1)) {
		rest->ptr++;
		rest->len--;
		out->len++;
	}
	return out->len > 0;
}

/* Does the docstring name exactly these parents? "", "None" and "<base>" are none. */
static bool names_parents(struct text said, const struct binding *parents)
{
	struct text rest = said, id;
	size_t i, found = 0;

	for (i = 0; i < parents->count; i++)
		if (text_equal(said, parents->values[i]))
			return parents->count == 1; /* an id may hold blanks and brackets itself */
	while (next_in_list(&rest, &id)) {
		if (text_equal(id, TEXT_LITERAL("None")) || text_equal(id, TEXT_LITERAL("<base>")))
			continue;
		if (!binding_has(parents, id))
			return false;
		found++;
	}
	return parents->count == 0 ? found == 0 : found >= parents->count;
}

static void check_docstring(struct auditing *a, const struct tree_file *file, const struct migration *m)
{
	struct finding finding = {
		.rule = RULE_DOCSTRING_MISMATCH, .revision = audit_revision(a, file), .path = audit_path(a, file)
	};

	if (m->doc_revision.ptr && !file->named_by_file && !text_equal(m->doc_revision, finding.revision)) {
		finding.level = LEVEL_WARNING;
		finding.line = m->doc_revision_line;
		finding.message = study_sentence(a->study, "the docstring says \"Revision ID: %s\", the code says %s",
			study_shown(a->study, m->doc_revision), study_shown(a->study, finding.revision));
		audit_add(a, finding, audit_blob(a, file));
	}
	if (m->doc_revises.ptr && m->down_revision.kind == BINDING_LITERAL &&
		!names_parents(m->doc_revises, &m->down_revision)) {
		finding.level = LEVEL_NOTE;
		finding.line = m->doc_revises_line;
		finding.message = study_sentence(a->study, "the docstring says \"Revises: %s\", the code says %s",
			study_shown(a->study, m->doc_revises),
			m->down_revision.count ? audit_listed(a, m->down_revision.values, m->down_revision.count)
					       : "None");
		audit_add(a, finding, audit_blob(a, file));
	}
}

void audit_docstring_mismatch(struct auditing *a)
{
	size_t i;

	for (i = 0; i < a->env->file_count; i++)
		if (audit_is_revision(&a->env->files[i]))
			check_docstring(a, &a->env->files[i], audit_declared(a, &a->env->files[i]));
}
