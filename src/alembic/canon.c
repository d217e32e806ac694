#include "canon.h"

#include <stdlib.h>
#include <string.h>

#include "revident/alembic/python_text.h"
#include "revident/base/intern.h"
#include "revident/base/xalloc.h"

struct writer {
	struct bindings b;
	bool *dropped;
	struct strbuf *value;
	struct canon *out;
	struct tokenizer *tokenizer;
	struct err *err;
	bool failed;         /* `err` is set */
	bool docstring_next; /* the next statement is the first of a module, function or class */
};

static void add_hash(struct writer *w, uint64_t hash)
{
	struct canon *out = w->out;

	VEC_GROW(out->items, out->count, out->cap);
	out->items[out->count++] = hash;
}

/* `class` keeps a string apart from a name that reads the same. */
static void add_bytes(struct writer *w, unsigned class, const char *bytes, size_t len)
{
	add_hash(w, hash_bytes(bytes, len) + class * 0x9e3779b97f4a7c15ULL);
}

/* Bytes: their source, without quotes. */
static void add_byte_string(struct writer *w, const struct token *token)
{
	struct literal literal = literal_open(w->b.source, token);

	strbuf_clear(w->value);
	strbuf_addch(w->value, literal.raw ? 'r' : ' ');
	strbuf_add(w->value, literal.at, (size_t)(literal.end - literal.at));
	add_bytes(w, TOKEN_BYTES, w->value->buf, w->value->len);
}

/* Adjacent strings count as one, and as an f-string if one of them is. Returns the item behind them. */
static size_t add_strings(struct writer *w, size_t i, size_t to)
{
	unsigned kind = TOKEN_STRING;

	strbuf_clear(w->value);
	for (; i < to; i++) {
		const struct token *token = &w->b.tokens[i];

		if (w->dropped[i])
			continue;
		if (token->kind != TOKEN_STRING && token->kind != TOKEN_FSTRING)
			break;
		if (token->kind == TOKEN_FSTRING)
			kind = TOKEN_FSTRING;
		if (canon_string(w->tokenizer, w->b.source, token, w->value, w->err) < 0)
			w->failed = true;
	}
	add_bytes(w, kind, w->value->buf, w->value->len);
	return i;
}

/* One statement or header at indentation `level`. */
static void add_statement(struct writer *w, struct span span, enum header kind, unsigned level)
{
	size_t i = span.from, start = w->out->count;

	if (span.from >= span.to)
		return;
	if (w->docstring_next && span_is_string(w->b.tokens, span_unwrap(w->b.tokens, span))) {
		w->docstring_next = false;
		return;
	}
	w->docstring_next = false;
	if (kind == HEADER_NONE)
		canon_drop_annotation(&w->b, span, w->dropped);
	canon_drop(&w->b, span, kind, w->dropped);
	while (i < span.to) {
		const struct token *token = &w->b.tokens[i];

		if (w->dropped[i]) {
			i++;
			continue;
		}
		if (w->out->count == start)
			add_hash(w, level);
		if (token->kind == TOKEN_STRING || token->kind == TOKEN_FSTRING) {
			i = add_strings(w, i, span.to);
			continue;
		}
		if (token->kind == TOKEN_BYTES)
			add_byte_string(w, token);
		else
			add_bytes(w, token->kind, w->b.source + token->at, token->len);
		i++;
	}
}

static void add_simple_statement(struct writer *w, struct span span, unsigned level)
{
	struct canon *out = w->out;
	size_t start = out->count;

	add_statement(w, span, HEADER_NONE, level);
	if (level || span.from >= span.to ||
		!(token_is(w->b.source, &w->b.tokens[span.from], "import") ||
			token_is(w->b.source, &w->b.tokens[span.from], "from")))
		return;
	VEC_GROW(out->imports, out->import_count, out->import_cap);
	out->imports[out->import_count++] = (struct span){ start, out->count };
}

static void add_simple_statements(struct writer *w, struct span line, unsigned level)
{
	size_t i = line.from;

	while (i < line.to) {
		size_t end = i;

		while (end < line.to && !(w->b.tokens[end].kind == TOKEN_OP && w->b.tokens[end].op == ';'))
			end = token_skip(w->b.tokens, end);
		add_simple_statement(w, (struct span){ i, end }, level);
		i = end + 1;
	}
}

/* Which body the header at `keyword` begins; BODIES if neither. */
static enum body body_of(const struct writer *w, struct span line, size_t keyword)
{
	if (!token_is(w->b.source, &w->b.tokens[keyword], "def") || keyword + 1 >= line.to)
		return BODIES;
	if (token_is(w->b.source, &w->b.tokens[keyword + 1], "upgrade"))
		return BODY_UPGRADE;
	if (token_is(w->b.source, &w->b.tokens[keyword + 1], "downgrade"))
		return BODY_DOWNGRADE;
	return BODIES;
}

static void write_lines(struct writer *w)
{
	enum body body = BODIES;
	size_t i = 0, keyword;

	while (i < w->b.count) {
		struct span line = { i, line_end(&w->b, i) };
		enum header kind = header_of(&w->b, line, &keyword);
		unsigned level = w->b.tokens[i].level;
		size_t colon = kind == HEADER_NONE ? line.to : header_end(&w->b, line);

		if (!level && body != BODIES) {
			w->out->bodies[body].to = w->out->count;
			body = BODIES;
		}
		if (kind == HEADER_NONE) {
			add_simple_statements(w, line, level);
		} else {
			add_statement(w, (struct span){ line.from, colon }, kind, level);
			if (!level && kind == HEADER_SCOPE)
				body = body_of(w, line, keyword);
			if (body != BODIES && !level)
				w->out->bodies[body] = (struct span){ w->out->count, w->out->count };
			w->docstring_next = kind == HEADER_SCOPE;
			add_simple_statements(w, (struct span){ colon + 1, line.to }, level + 1);
		}
		i = line.to + 1;
	}
	if (body != BODIES)
		w->out->bodies[body].to = w->out->count;
}

int canon_read(struct reader *reader, const char *bytes, size_t len, struct canon *out, struct err *err)
{
	struct python_text source = python_text_read(bytes, len, &reader->source);
	struct writer w = {
		.value = &reader->value, .out = out, .tokenizer = reader->tokenizer, .err = err, .docstring_next = true
	};

	*out = (struct canon){ 0 };
	if (tokens_read(reader->tokenizer, source.bytes, source.len, TOKENS_ALL, &reader->tokens, err) < 0)
		return -1;
	w.b = (struct bindings){
		.source = source.bytes, .tokens = reader->tokens.items, .count = reader->tokens.count
	};
	w.dropped = xcalloc(reader->tokens.count + 1, sizeof(*w.dropped));
	write_lines(&w);
	if (reader->tokens.unclosed) /* where its statements end nobody knows: nothing in it is cosmetic */
		add_bytes(&w, OP_JUNK, source.bytes, source.len);
	free(w.dropped);
	reader_trim(reader);
	return w.failed ? -1 : 0;
}

void canon_release(struct canon *canon)
{
	free(canon->items);
	free(canon->imports);
	*canon = (struct canon){ 0 };
}
