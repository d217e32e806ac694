/*
 * text: paragraphs for a terminal of TEXT_WIDTH columns. Private to src/report.
 *
 * Lines break at spaces of our own text and of prose that the repository holds (subjects, names). A token (an id, a
 * path, an object id, a command) is never cut; where it is wider than the line it stands on one of its own. Bytes of
 * the repository go through strbuf_add_printable() here, and only here.
 */
#ifndef REVIDENT_SRC_REPORT_TEXT_H
#define REVIDENT_SRC_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/model/commit.h"
#include "revident/model/finding.h"
#include "revident/model/oid.h"
#include "revident/model/rule.h"
#include "revident/model/scan.h"

enum { TEXT_WIDTH = 80 };

enum style {
	STYLE_PLAIN,
	STYLE_ID,
	STYLE_BAD,
	STYLE_WARN,
	STYLE_GOOD,
	STYLE_LABEL,
	STYLE_COMMIT,
	STYLE_COMMAND,
	STYLES
};

/* How the name of a level is shown. */
enum style style_of_level(enum level level);

/* What turns each style on, and all of them off. */
struct styles {
	const char *on[STYLES], *off;
};

/* The escape sequences of ANSI terminals, or no byte at all. */
const struct styles *styles_find(bool color);

struct paragraph {
	struct strbuf *out;
	const struct styles *styles;
	size_t indent;      /* of each line but the first */
	size_t column;      /* cells on the line so far, the pending word not counted */
	bool is_fresh;      /* nothing but indentation on the line */
	bool may_break;     /* between the line and the pending word */
	bool wants_space;   /* there, if it does not break */
	struct strbuf word; /* pending: what must stay together */
	size_t word_width;  /* cells */
};

/*
 * Starts a paragraph whose first line is indented by `first` columns, the others by `rest`. paragraph_end() frees it.
 */
void paragraph_begin(struct paragraph *p, struct strbuf *out, const struct styles *styles, size_t first, size_t rest);

/* As above, with a label at column 2 and the text from column LABEL_COLUMN on. */
enum { LABEL_COLUMN = 13 };
void paragraph_begin_labelled(struct paragraph *p, struct strbuf *out, const struct styles *styles, const char *label);

/* A whole line of that kind: our own words, or a command that was made with strbuf_add_shell_word(). */
void text_add_labelled(struct strbuf *out, const struct styles *styles, const char *label, const char *words);
void text_add_labelled_command(struct strbuf *out, const struct styles *styles, const char *label, const char *command);

/* "notes: 2 moved, 1 multiple-bases": findings of that level, counted by rule; nothing where there is none. */
void text_add_notes(
	struct strbuf *out, const struct styles *styles, const struct finding *findings, size_t count, size_t indent);

/* A blank line between two parts; none before the first. */
void text_add_gap(struct strbuf *out);

/* Ends a line, without blanks at its end. */
void text_end_line(struct strbuf *out);

/* Ends the last line. */
void paragraph_end(struct paragraph *p);

/* Our own words, broken at their spaces. Without a space between, what follows sticks to what stands before. */
void paragraph_add(struct paragraph *p, const char *words);
void paragraph_addf(struct paragraph *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same in a style. */
void paragraph_add_styled(struct paragraph *p, enum style style, const char *words);

/* One token of bytes that nobody trusts; nothing for TEXT_NONE. */
void paragraph_add_token(struct paragraph *p, enum style style, struct text token);

void paragraph_add_oid(struct paragraph *p, const struct oid *id);

/* A command line that was made with strbuf_add_shell_word(): one token. */
void paragraph_add_command(struct paragraph *p, const char *command);

/* Prose of the repository in double quotes, broken at its spaces, cut to `cells` with "..." behind it. */
void paragraph_add_quoted(struct paragraph *p, struct text prose, size_t cells);

/* The same without quotes. */
void paragraph_add_prose(struct paragraph *p, struct text prose, size_t cells);

/* "a", "a and b", "a, b and 7 more": `more` counts those that are not in the list. At most `shown` are named. */
void paragraph_add_list(
	struct paragraph *p, enum style style, const struct text *items, size_t count, size_t more, size_t shown);

/* Goes on at the column, or one space on where that is passed. */
void paragraph_pad(struct paragraph *p, size_t column);

/* "1 revision", "2 revisions". */
void paragraph_add_count(struct paragraph *p, size_t count, const char *noun);

/* "1 error, 2 warnings, 0 notes", of findings_count(). */
void paragraph_add_levels(struct paragraph *p, const size_t counts[LEVEL_ERROR + 1]);

#endif
