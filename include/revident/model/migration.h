/*
 * migration: what one file declares to Alembic, and what makes its content its own. Layer model.
 *
 * Plain data that alembic/reader.h fills; texts are borrowed from the arena that the reader was given. Alembic executes
 * the module and takes the attributes' final values (alembic/script/base.py, Script._from_path); the reader finds the
 * same values without executing anything.
 */
#ifndef REVIDENT_MODEL_MIGRATION_H
#define REVIDENT_MODEL_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/text.h"

enum binding_kind {
	BINDING_ABSENT,  /* the module binds no such name */
	BINDING_LITERAL, /* string literals, None, or a tuple, list or set of them */
	BINDING_DYNAMIC, /* anything else: a call, a name, `+`, an f-string, bytes, a number */
};

/*
 * What the module binds last to one name. `values` holds the strings in the order of the source, without repeats;
 * `None`, `()`, `''` are a literal without values for down_revision, branch_labels and depends_on. For `revision`
 * a literal has exactly one value, which may be empty; None there is BINDING_DYNAMIC.
 */
struct binding {
	enum binding_kind kind;
	const struct text *values;
	size_t count;
	unsigned line;    /* where it is bound, from 1; 0 if absent */
	bool conditional; /* bound inside if, try, with, for, while or match at module level */
};

/* Why the file does not parse as Python 3, or cannot be read at all. */
enum unreadable {
	UNREADABLE_NOT,
	UNREADABLE_CONFLICT,    /* conflict markers at column 0 */
	UNREADABLE_UNCLOSED,    /* a string or bracket is never closed, or a bracket does not match */
	UNREADABLE_UNDECODABLE, /* bytes that are not valid in the declared (PEP 263) or default encoding */
	UNREADABLE_TOO_LARGE,   /* over MIGRATION_BYTES_MAX */
	UNREADABLE_CHARACTER,   /* one that no Python takes outside strings and comments, or a NUL anywhere */
	UNREADABLE_SYNTAX, /* otherwise not Python 3: a Python 2 print statement and the like, where it is noticed */
};

/* Larger files are reported as unreadable, never read. */
enum { MIGRATION_BYTES_MAX = 4 * 1024 * 1024 };

struct migration {
	struct binding revision, down_revision, branch_labels, depends_on;
	enum unreadable unreadable;
	unsigned unreadable_line; /* from 1; 0 where no line says it */

	struct text message;      /* first docstring line that is not blank, trimmed; none without docstring */
	struct text doc_revision; /* what the docstring says behind `Revision ID:`; none if it does not */
	struct text doc_revises;  /* and behind `Revises:` */
	struct text create_date;  /* and behind `Create Date:` */
	unsigned doc_revision_line, doc_revises_line;
	bool create_date_has_time; /* an hour and a minute at least */
};

/* Is the text one of the values that are bound? */
static inline bool binding_has(const struct binding *binding, struct text value)
{
	size_t i;

	for (i = 0; i < binding->count; i++)
		if (text_equal(binding->values[i], value))
			return true;
	return false;
}

/*
 * Does the file count as a migration: does it bind `revision` to a non-empty string literal, and `down_revision` to
 * anything? One that does not parse keeps its identity where its bindings at column 0 can be read.
 */
static inline bool migration_has_identity(const struct migration *m)
{
	return m->revision.kind == BINDING_LITERAL && m->revision.count == 1 && m->revision.values[0].len > 0 &&
	       m->down_revision.kind != BINDING_ABSENT;
}

/* The revision id; only where migration_has_identity(). */
static inline struct text migration_id(const struct migration *m)
{
	return m->revision.values[0];
}

/* The content of a migration, for measuring how much of it another one has (alembic/content.h). */
struct content {
	uint64_t *lines; /* hashes of the significant lines, in their order until a comparison sorts them */
	size_t count;
	bool is_sorted;
};

/* What changed between two versions of a file that keeps its identity and its parents. */
enum edit {
	EDIT_COSMETIC,  /* equal token streams once comments, docstrings, layout and quoting style are set aside */
	EDIT_UPGRADE,   /* the body of upgrade(), perhaps others too */
	EDIT_DOWNGRADE, /* downgrade(), but not upgrade() */
	EDIT_OTHER,
};

#endif
