/*
 * errortext: which message of Alembic or Flask-Migrate a pasted text holds, and what it is about. Layer answers;
 * pure.
 *
 * The text may be a line, a whole traceback or a log: escape sequences of terminals, prefixes of log lines, breaks in
 * the middle of a message or a word, typographic or escaped quotes, and the escapes of JSON and HTML do no harm.
 */
#ifndef REVIDENT_ANSWERS_ERRORTEXT_H
#define REVIDENT_ANSWERS_ERRORTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/text.h"

enum {
	ERROR_TEXT_MAX = 1024 * 1024, /* bytes; no more is looked at */
	ERROR_SUBJECTS_MAX = 16,      /* more than these are not listed */
	ERROR_SUBJECT_LENGTH_MAX = 256,
};

/* What the words that a message names stand for. */
enum subject_kind {
	SUBJECT_NONE,      /* the message names nothing */
	SUBJECT_REVISION,  /* ids, perhaps partial, or branch labels */
	SUBJECT_FILE,      /* the name of a file */
	SUBJECT_MODULE,    /* the name under which Alembic imported a file */
	SUBJECT_LAST_FILE, /* the file that Python's traceback named last before the message */
};

/* A kind of message: a row of the table in errortext.c. */
struct error_message {
	const char *name;    /* for JSON: "cannot-locate" */
	const char *meaning; /* a sentence or two, for people */
	enum subject_kind kind;
	bool asks_for_heads; /* what the environment's heads are belongs to the answer */
	bool has_whole_ids;  /* Alembic completed them, or takes no others there */
	bool is_key_error;
	bool is_about_several_heads;
	bool is_about_absence; /* code that lacks the revision prints it */
};

struct error_text {
	const struct error_message *message;      /* NULL: none was recognised */
	struct text subjects[ERROR_SUBJECTS_MAX]; /* without repeats, in the order of the text */
	size_t count;
	bool is_traceback;        /* a Python traceback is in it */
	bool passes_revision_map; /* and it passes through Alembic's script/revision.py */
	bool is_clean_log;        /* Alembic's log of a run that ends without an error */
};

/* Analyses the text; what `out` points to is in `arena` or static. */
void errortext_read(struct text text, struct arena *arena, struct error_text *out);

/*
 * The words of a text that may be ids, as they would stand in the output of `alembic heads`, a table or a file's name:
 * at most `max`, without repeats. In `arena`. The number of them.
 */
size_t errortext_words(struct text text, struct arena *arena, struct text *out, size_t max);

/*
 * What Alembic looks up for a target: `shop@abc+1` is about `abc`, `shop@head` about `shop`; none for `head`, `heads`,
 * `base`, `current` alone or `+1`.
 */
struct text errortext_target(struct text target);

#endif
