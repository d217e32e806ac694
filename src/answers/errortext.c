#include "revident/answers/errortext.h"

#include <string.h>

#include "errortext_parts.h"

/*
 * The messages, the telling ones first: a text that holds several is about the first of the table. Sources:
 * alembic/script/revision.py, script/base.py, command.py, 1.8 to 1.18.
 *
 * In a pattern a space is any white space, `%q` a word in quotes (or a bare one), `%b` a bare word, `%l` words parted
 * by commas, `%r` two bare words with a colon between, `%f` anything up to what follows, `%*` the same passed over.
 */
static const struct {
	const char *pattern;
	struct error_message message;
} table[] = {
	{ "Revision %b referenced from %* is not present",
		{ "parent-not-present",
			"A migration names a parent or a dependency that no file declares. Alembic warns, and then "
			"every command dies with a bare KeyError.",
			.kind = SUBJECT_REVISION, .is_about_absence = true, .has_whole_ids = true } },
	{ "Multiple revisions start with %q",
		{ "ambiguous-prefix", "Several ids begin with these letters: give more of them.",
			.kind = SUBJECT_REVISION } },
	{ "Revision %b is not a member of branch",
		{ "not-in-branch", "The revision exists, but not on the branch that was named with \"@\".",
			.kind = SUBJECT_REVISION } },
	{ "Branch name %* in revision %b already used by revision %b",
		{ "label-used-twice", "Two migrations give themselves the same branch label; one must drop it.",
			.kind = SUBJECT_REVISION, .has_whole_ids = true } },
	{ "Dependency cycle is detected in revisions (%l)",
		{ "dependency-cycle", "Following depends_on leads back to where it began, so no order exists.",
			.kind = SUBJECT_REVISION, .has_whole_ids = true } },
	{ "Dependency self-loop is detected in revisions (%l)",
		{ "dependency-self-loop", "A migration names itself in depends_on.", .kind = SUBJECT_REVISION,
			.has_whole_ids = true } },
	{ "Self-loop is detected in revisions (%l)", { "self-loop", "A migration names itself as its parent.",
							     .kind = SUBJECT_REVISION, .has_whole_ids = true } },
	{ "Cycle is detected in revisions (%l)",
		{ "cycle", "Following down_revision leads back to where it began, so no order exists.",
			.kind = SUBJECT_REVISION, .has_whole_ids = true } },
	{ "Could not determine revision id from filename %f. Be sure",
		{ "no-id", "A file in the versions directory binds no \"revision\", and its name gives none.",
			.kind = SUBJECT_FILE } },
	{ "Could not determine revision id from filename %q",
		{ "no-id", "A file in the versions directory binds no \"revision\", and its name gives none.",
			.kind = SUBJECT_FILE } },
	{ "module %q has no attribute 'down_revision'", { "no-down-revision",
								"A file in the versions directory binds no "
								"\"down_revision\", so it is no migration, and Alembic "
								"loads nothing else either.",
								.kind = SUBJECT_MODULE } },
	{ "has no attribute 'down_revision'",
		{ "no-down-revision",
			"A file in the versions directory binds no \"down_revision\", so it is no migration, and "
			"Alembic loads nothing else either. The message does not say which: `revident audit` does.",
			.kind = SUBJECT_NONE } },
	{ "Revision %b is present more than once",
		{ "duplicate-id", "Two files declare the same id; Alembic keeps the one that it loads last.",
			.kind = SUBJECT_REVISION, .has_whole_ids = true } },
	{ "File %f loaded twice! ignoring",
		{ "loaded-twice", "Two version locations lead to the same file.", .kind = SUBJECT_FILE } },
	{ "No such branch: %q", { "no-such-branch", "No migration in the code at hand has this branch label or id.",
					.kind = SUBJECT_REVISION, .is_about_absence = true } },
	{ "Can't locate revision identified by %q",
		{ "cannot-locate",
			"The database's alembic_version, or the command line, has an id that the code at hand does not "
			"declare.",
			.kind = SUBJECT_REVISION, .is_about_absence = true } },
	{ "No such revision or branch %q",
		{ "no-such-revision", "No migration in the code at hand has this id or branch label.",
			.kind = SUBJECT_REVISION, .is_about_absence = true } },
	{ "Requested revision %b overlaps with other requested revisions",
		{ "overlap",
			"One of the revisions that the database is stamped with, or that were asked for, is an "
			"ancestor "
			"of another. A wrong stamp, a re-parented migration or an id declared twice does that.",
			.kind = SUBJECT_REVISION, .has_whole_ids = true } },
	{ "Multiple head revisions are present",
		{ "multiple-heads",
			"Two migrations or more have no child, so \"head\" could mean "
			"any of them. `alembic merge heads` "
			"joins them.",
			.kind = SUBJECT_NONE, .asks_for_heads = true, .is_about_several_heads = true } },
	{ "Multiple heads are present",
		{ "multiple-heads",
			"Two migrations or more have no child, so \"head\" could mean any of "
			"them. `alembic merge heads` "
			"joins them.",
			.kind = SUBJECT_NONE, .asks_for_heads = true, .is_about_several_heads = true } },
	{ "The script directory has multiple heads",
		{ "multiple-heads",
			"Two migrations or more have no child, so \"head\" could "
			"mean any of them. `alembic merge heads` "
			"joins them.",
			.kind = SUBJECT_NONE, .asks_for_heads = true, .is_about_several_heads = true } },
	{ "Revision %b is not an ancestor of revision %b",
		{ "not-an-ancestor", "The first is not below the second in the chain as it is now.",
			.kind = SUBJECT_REVISION } },
	{ "Requested range %r does not refer to ancestor/descendant revisions",
		{ "not-an-ancestor", "The first is not below the second in the chain as it is now.",
			.kind = SUBJECT_REVISION } },
	{ "Destination %b is not a valid upgrade target from current head",
		{ "not-an-ancestor",
			"The target does not descend from what the database is stamped with, in the chain as it is "
			"now.",
			.kind = SUBJECT_REVISION } },
	{ "Destination %b is not a valid downgrade target from current head",
		{ "not-an-ancestor",
			"The target is no ancestor of what the database is stamped with, in the chain as it is now.",
			.kind = SUBJECT_REVISION } },
	{ "Revision %b is not a head revision",
		{ "not-a-head", "A new migration was to be based on one that has a child already.",
			.kind = SUBJECT_REVISION, .asks_for_heads = true } },
	{ "not allowed in revision identifier %q",
		{ "illegal-id", "The id holds a character that means something else on Alembic's command line.",
			.kind = SUBJECT_REVISION } },
	{ "Relative revision %b didn't produce",
		{ "relative-too-far", "There are fewer migrations on the way than were asked for.",
			.kind = SUBJECT_REVISION, .asks_for_heads = true } },
	{ "Target database is not up to date",
		{ "not-up-to-date", "The database is stamped with a revision that is not the head of the code at hand.",
			.kind = SUBJECT_NONE, .asks_for_heads = true } },
	{ "SyntaxError: ",
		{ "unreadable-file", "Python cannot read the file as it is, so Alembic loads no migration at all.",
			.kind = SUBJECT_LAST_FILE } },
	{ "IndentationError: ",
		{ "unreadable-file", "Python cannot read the file as it is, so Alembic loads no migration at all.",
			.kind = SUBJECT_LAST_FILE } },
	{ "TabError: ",
		{ "unreadable-file", "Python cannot read the file as it is, so Alembic loads no migration at all.",
			.kind = SUBJECT_LAST_FILE } },
	{ "KeyError: %q",
		{ "key-error",
			"In Alembic's revision map a bare KeyError is an id or branch label that some migration names "
			"and no file declares.",
			.kind = SUBJECT_REVISION, .is_about_absence = true, .has_whole_ids = true,
			.is_key_error = true } },
};

enum { TABLE_ROWS = sizeof(table) / sizeof(table[0]) };

static bool is_known(const struct error_text *out, struct text word)
{
	size_t i;

	for (i = 0; i < out->count; i++)
		if (text_equal(out->subjects[i], word))
			return true;
	return false;
}

static void add_subjects(struct error_text *out, enum subject_kind kind, const struct captures *captures)
{
	size_t i;

	for (i = 0; i < captures->count; i++) {
		struct text word = captures->words[i];

		if (kind == SUBJECT_REVISION && !errortext_target(word).len)
			continue;
		if (out->count < ERROR_SUBJECTS_MAX && !is_known(out, word))
			out->subjects[out->count++] = word;
	}
}

/* psycopg2.errors.SyntaxError is the database's, and about SQL. */
static bool is_attribute(struct text clean, size_t begin)
{
	return begin > 0 && clean.ptr[begin - 1] == '.';
}

/* The file that a traceback names last before `end`; without one there is no subject. */
static void add_last_file(struct error_text *out, struct text clean, size_t end, struct arena *arena)
{
	struct captures captures;
	struct text last = TEXT_NONE;
	size_t at = 0;

	while (errortext_find(clean, &at, "File %q, line ", arena, &captures) && at <= end)
		last = captures.words[0];
	if (last.ptr && out->count < ERROR_SUBJECTS_MAX && !is_known(out, last))
		out->subjects[out->count++] = last;
}

/* Looks for every place where the row's message stands. */
static bool try_row(struct text clean, size_t row, struct arena *arena, struct error_text *out)
{
	struct captures captures;
	size_t at = 0;
	bool found = false;

	while (errortext_find(clean, &at, table[row].pattern, arena, &captures)) {
		found = true;
		if (table[row].message.kind == SUBJECT_NONE)
			break;
		if (table[row].message.kind == SUBJECT_LAST_FILE) {
			if (!is_attribute(clean, at - strlen(table[row].pattern)))
				add_last_file(out, clean, at, arena);
			continue;
		}
		add_subjects(out, table[row].message.kind, &captures);
	}
	return found;
}

static bool has_any(struct text clean, const char *const *patterns, size_t count, struct arena *arena)
{
	struct captures captures;
	size_t i, at;
	bool found = false;

	for (i = 0, at = 0; i < count && !found; i++, at = 0)
		found = errortext_find(clean, &at, patterns[i], arena, &captures);
	return found;
}

/* Does it hold lines that Alembic logs on its way (runtime/migration.py), and nothing that looks like an error? */
static bool is_clean_log(struct text clean, struct arena *arena)
{
	static const char *const lines[] = { "Running upgrade", "Running downgrade", "Running stamp_revision",
		"Will assume transactional DDL", "Will assume non-transactional DDL" };
	static const char *const errors[] = { "Traceback", "Error", "ERROR", "Exception", "FAILED" };

	return has_any(clean, lines, sizeof(lines) / sizeof(lines[0]), arena) &&
	       !has_any(clean, errors, sizeof(errors) / sizeof(errors[0]), arena);
}

void errortext_read(struct text text, struct arena *arena, struct error_text *out)
{
	struct captures captures;
	struct text clean;
	size_t row, at;

	memset(out, 0, sizeof(*out));
	clean = errortext_clean(text, arena);
	at = 0;
	out->is_traceback = errortext_find(clean, &at, "Traceback (most recent call last)", arena, &captures);
	at = 0;
	out->passes_revision_map = errortext_find(clean, &at, "script/revision.py", arena, &captures);
	for (row = 0; row < TABLE_ROWS && !out->message; row++)
		if (try_row(clean, row, arena, out) && (out->count > 0 || table[row].message.kind == SUBJECT_NONE ||
							       table[row].message.asks_for_heads))
			out->message = &table[row].message;
	out->is_clean_log = !out->message && is_clean_log(clean, arena);
}

struct text errortext_target(struct text target)
{
	static const char *const symbols[] = { "base", "current", "head", "heads", "None" };
	const char *at = target.len ? memrchr(target.ptr, '@', target.len) : NULL;
	struct text label = at ? (struct text){ target.ptr, (size_t)(at - target.ptr) } : TEXT_NONE;
	size_t i, len;

	if (at)
		target = (struct text){ at + 1, target.len - label.len - 1 };
	for (len = target.len; len > 0 && target.ptr[len - 1] >= '0' && target.ptr[len - 1] <= '9'; len--)
		;
	if (len > 0 && len < target.len && (target.ptr[len - 1] == '+' || target.ptr[len - 1] == '-'))
		target.len = len - 1;
	for (i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++)
		if (text_equal(target, text_of(symbols[i])))
			target.len = 0;
	if (target.len)
		return target;
	return label.len ? label : TEXT_NONE;
}

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80 ||
	       (c && strchr("._/:~", c));
}

/* A word, and where it begins like the name of a migration's file, what is before the first underscore. */
static size_t add_word(struct text word, struct text *out, size_t count, size_t max)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (text_equal(out[i], word))
			return count;
	if (word.len && word.len <= ERROR_SUBJECT_LENGTH_MAX && count < max)
		out[count++] = word;
	return count;
}

size_t errortext_words(struct text text, struct arena *arena, struct text *out, size_t max)
{
	struct text clean = errortext_clean(text, arena);
	size_t at = 0, count = 0;

	while (at < clean.len && count < max) {
		struct text word = { clean.ptr + at, 0 };
		const char *slash, *underscore;

		while (at + word.len < clean.len && is_word_byte(clean.ptr[at + word.len]))
			word.len++;
		at += word.len ? word.len : 1;
		while (word.len && strchr(".:", word.ptr[word.len - 1]))
			word.len--;
		count = add_word(word, out, count, max);
		slash = memrchr(word.ptr, '/', word.len);
		if (slash)
			word = (struct text){ slash + 1, word.len - (size_t)(slash + 1 - word.ptr) };
		underscore = memchr(word.ptr, '_', word.len);
		if (underscore)
			count = add_word((struct text){ word.ptr, (size_t)(underscore - word.ptr) }, out, count, max);
	}
	return count;
}
