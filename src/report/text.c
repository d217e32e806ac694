#include "text.h"

#include <stdarg.h>
#include <string.h>

#include "revident/base/printable.h"
#include "revident/base/utf8.h"

enum style style_of_level(enum level level)
{
	return level == LEVEL_ERROR ? STYLE_BAD : level == LEVEL_WARNING ? STYLE_WARN : STYLE_PLAIN;
}

const struct styles *styles_find(bool color)
{
	static const struct styles ansi = {
		.on = {
			[STYLE_PLAIN] = "",
			[STYLE_ID] = "\x1b[1m",
			[STYLE_BAD] = "\x1b[1;31m",
			[STYLE_WARN] = "\x1b[33m",
			[STYLE_GOOD] = "\x1b[32m",
			[STYLE_LABEL] = "\x1b[2m",
			[STYLE_COMMIT] = "\x1b[33m",
			[STYLE_COMMAND] = "\x1b[36m",
		},
		.off = "\x1b[0m",
	};
	static const struct styles none = {
		.on = { "", "", "", "", "", "", "", "" },
		.off = "",
	};

	return color ? &ansi : &none;
}

void paragraph_begin(struct paragraph *p, struct strbuf *out, const struct styles *styles, size_t first, size_t rest)
{
	*p = (struct paragraph){
		.out = out,
		.styles = styles,
		.indent = rest,
		.column = first,
		.is_fresh = true,
		.word = STRBUF_INIT,
	};
	strbuf_addchn(out, ' ', first);
}

void paragraph_begin_labelled(struct paragraph *p, struct strbuf *out, const struct styles *styles, const char *label)
{
	enum { LABEL_INDENT = 2 };

	paragraph_begin(p, out, styles, LABEL_INDENT, LABEL_COLUMN);
	paragraph_add_styled(p, STYLE_LABEL, label);
	paragraph_pad(p, LABEL_COLUMN);
}

void text_end_line(struct strbuf *out)
{
	while (strbuf_ends_with(out, " "))
		strbuf_setlen(out, out->len - 1);
	strbuf_addch(out, '\n');
}

/* At the beginning of a line GitHub's and Azure's runners take `::name` in any output for a command of theirs. */
static void add_pending(struct paragraph *p)
{
	bool is_first = p->column == p->indent || p->is_fresh;

	if (is_first && p->word.len >= 2 && memcmp(p->word.buf, "::", 2) == 0) {
		strbuf_addstr(p->out, "\\x3a");
		strbuf_add(p->out, p->word.buf + 1, p->word.len - 1);
		p->column += p->word_width + 3;
		return;
	}
	strbuf_add(p->out, p->word.buf, p->word.len);
	p->column += p->word_width;
}

/* Puts the pending word on this line, or on the next where this one is full. */
static void flush_word(struct paragraph *p)
{
	size_t space = p->wants_space && !p->is_fresh;

	if (p->word.len == 0)
		return;
	if (p->may_break && !p->is_fresh && p->column + space + p->word_width > TEXT_WIDTH) {
		text_end_line(p->out);
		strbuf_addchn(p->out, ' ', p->indent);
		p->column = p->indent;
	} else if (space) {
		strbuf_addch(p->out, ' ');
		p->column++;
	}
	add_pending(p);
	p->is_fresh = p->may_break = p->wants_space = false;
	strbuf_clear(&p->word);
	p->word_width = 0;
}

void paragraph_end(struct paragraph *p)
{
	flush_word(p);
	text_end_line(p->out);
	strbuf_release(&p->word);
}

static void add_break(struct paragraph *p, bool with_space)
{
	flush_word(p);
	p->may_break = true;
	p->wants_space = with_space;
}

/* Adds to the pending word; the bytes are fit for a terminal. */
static void add_to_word(struct paragraph *p, enum style style, const char *bytes, size_t len)
{
	if (len == 0)
		return;
	strbuf_addstr(&p->word, p->styles->on[style]);
	strbuf_add(&p->word, bytes, len);
	if (style != STYLE_PLAIN)
		strbuf_addstr(&p->word, p->styles->off);
	p->word_width += utf8_width(bytes, len);
}

void paragraph_add_styled(struct paragraph *p, enum style style, const char *words)
{
	while (*words) {
		size_t len = strcspn(words, " ");

		add_to_word(p, style, words, len);
		words += len;
		if (*words) {
			add_break(p, true);
			words += strspn(words, " ");
		}
	}
}

void paragraph_add(struct paragraph *p, const char *words)
{
	paragraph_add_styled(p, STYLE_PLAIN, words);
}

void paragraph_addf(struct paragraph *p, const char *fmt, ...)
{
	struct strbuf words = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&words, fmt, ap);
	va_end(ap);
	paragraph_add(p, words.buf);
	strbuf_release(&words);
}

void paragraph_add_token(struct paragraph *p, enum style style, struct text token)
{
	struct strbuf clean = STRBUF_INIT;

	strbuf_add_printable_text(&clean, token);
	add_to_word(p, style, clean.buf, clean.len);
	strbuf_release(&clean);
}

void paragraph_add_oid(struct paragraph *p, const struct oid *id)
{
	char hex[OID_HEX + 1];

	add_to_word(p, STYLE_COMMIT, oid_hex(id, hex), OID_HEX);
}

void paragraph_add_command(struct paragraph *p, const char *command)
{
	add_to_word(p, STYLE_COMMAND, command, strlen(command));
}

/* How many bytes of the text fit into `cells`. */
static size_t fitting(const char *text, size_t len, size_t cells)
{
	size_t at = 0, used = 0;

	while (at < len) {
		struct utf8_char c = utf8_next(text + at, len - at);
		size_t width = utf8_width(text + at, c.len);

		if (used + width > cells)
			break;
		used += width;
		at += c.len;
	}
	return at;
}

/* One word of prose: where it is wider than a line it goes on in the next. */
static void add_prose_word(struct paragraph *p, const char *word, size_t len)
{
	size_t room = TEXT_WIDTH - p->indent - 2; /* for quotes and a comma */

	while (len > 0) {
		size_t part = fitting(word, len, room);

		add_to_word(p, STYLE_PLAIN, word, part);
		word += part;
		len -= part;
		if (len > 0)
			add_break(p, false);
	}
}

void paragraph_add_prose(struct paragraph *p, struct text prose, size_t cells)
{
	struct strbuf clean = STRBUF_INIT;
	const char *at, *end;
	size_t len;

	strbuf_add_printable_text(&clean, prose);
	if (fitting(clean.buf, clean.len, cells) < clean.len) {
		strbuf_setlen(&clean, fitting(clean.buf, clean.len, cells > 3 ? cells - 3 : 0));
		while (clean.len > 0 && clean.buf[clean.len - 1] == ' ')
			strbuf_setlen(&clean, clean.len - 1);
		strbuf_addstr(&clean, "...");
	}
	end = clean.buf + clean.len;
	for (at = clean.buf; at < end; at += len) {
		const char *space = memchr(at, ' ', (size_t)(end - at));

		len = (size_t)((space ? space : end) - at);
		add_prose_word(p, at, len);
		if (space) {
			add_break(p, true);
			len += strspn(space, " ");
		}
	}
	strbuf_release(&clean);
}

void paragraph_add_quoted(struct paragraph *p, struct text prose, size_t cells)
{
	paragraph_add(p, "\"");
	paragraph_add_prose(p, prose, cells);
	paragraph_add(p, "\"");
}

void paragraph_add_list(
	struct paragraph *p, enum style style, const struct text *items, size_t count, size_t more, size_t shown)
{
	size_t i;

	if (count > shown) {
		more += count - shown;
		count = shown;
	}
	for (i = 0; i < count; i++) {
		if (i)
			paragraph_add(p, i + 1 < count || more ? ", " : " and ");
		paragraph_add_token(p, style, items[i]);
	}
	if (more)
		paragraph_addf(p, " and %zu more", more);
}

void paragraph_pad(struct paragraph *p, size_t column)
{
	flush_word(p);
	strbuf_addchn(p->out, ' ', p->column < column ? column - p->column : 1);
	p->column = p->column < column ? column : p->column + 1;
	p->is_fresh = p->column == p->indent;
	p->may_break = true;
	p->wants_space = false;
}

void paragraph_add_count(struct paragraph *p, size_t count, const char *noun)
{
	paragraph_addf(p, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

void paragraph_add_levels(struct paragraph *p, const size_t counts[LEVEL_ERROR + 1])
{
	paragraph_add_count(p, counts[LEVEL_ERROR], "error");
	paragraph_add(p, ", ");
	paragraph_add_count(p, counts[LEVEL_WARNING], "warning");
	paragraph_add(p, ", ");
	paragraph_add_count(p, counts[LEVEL_NOTE], "note");
}

void text_add_labelled(struct strbuf *out, const struct styles *styles, const char *label, const char *words)
{
	struct paragraph p;

	paragraph_begin_labelled(&p, out, styles, label);
	paragraph_add(&p, words);
	paragraph_end(&p);
}

void text_add_labelled_command(struct strbuf *out, const struct styles *styles, const char *label, const char *command)
{
	struct paragraph p;

	paragraph_begin_labelled(&p, out, styles, label);
	paragraph_add_command(&p, command);
	paragraph_end(&p);
}

void text_add_gap(struct strbuf *out)
{
	if (out->len)
		strbuf_addch(out, '\n');
}

void text_add_notes(
	struct strbuf *out, const struct styles *styles, const struct finding *findings, size_t count, size_t indent)
{
	size_t counts[RULE_COUNT] = { 0 }, i, total = 0;
	struct paragraph p;
	bool is_first = true;

	for (i = 0; i < count; i++) {
		if (findings[i].level != LEVEL_NOTE)
			continue;
		counts[findings[i].rule]++;
		total++;
	}
	if (!total)
		return;
	paragraph_begin(&p, out, styles, indent, indent + 2);
	paragraph_add(&p, "notes: ");
	for (i = 0; i < RULE_COUNT; i++) {
		if (!counts[i])
			continue;
		paragraph_addf(&p, "%s%zu %s", is_first ? "" : ", ", counts[i], rule_get((enum rule_id)i)->name);
		is_first = false;
	}
	paragraph_end(&p);
}
