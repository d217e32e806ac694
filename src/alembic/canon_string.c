#include "canon.h"

#include <string.h>

/* How far literal text goes from `p`: to a brace that does not belong to a \N{...}. */
static const char *text_end(const char *p, const char *end, bool raw)
{
	for (; p < end && *p != '{' && *p != '}'; p++) {
		const char *close;

		if (raw || *p != '\\' || p + 1 == end)
			continue;
		p++;
		if (*p == '{' || *p == '}')
			break;
		if (*p != 'N' || p + 1 == end || p[1] != '{')
			continue;
		close = memchr(p, '}', (size_t)(end - p));
		if (!close)
			break;
		p = close;
	}
	return p;
}

/* The value of literal text, or its source where that cannot be told. */
static void add_text(struct literal text, struct strbuf *out)
{
	enum decoded state = DECODED;
	size_t start = out->len;
	struct literal whole = text;

	while (literal_next(&text, out, &state))
		continue;
	if (state == DECODED)
		return;
	strbuf_setlen(out, start);
	strbuf_add(out, whole.at, (size_t)(whole.end - whole.at));
}

typedef void field_fn(const char *p, const char *end, struct strbuf *out);

static void add_mark(const char *p, const char *end, struct strbuf *out)
{
	(void)p;
	(void)end;
	strbuf_addch(out, FIELD_MARK);
}

static void add_field(const char *p, const char *end, struct strbuf *out)
{
	p++;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	strbuf_addch(out, FIELD_MARK);
	for (; p < end; p++)
		strbuf_addch(out, (char)(*p == '"' ? '\'' : *p));
}

static int add_fstring(struct tokenizer *tokenizer, const char *source, const struct token *token, field_fn *add,
	struct strbuf *out, struct err *err)
{
	struct literal body = literal_open(source, token), text = body;
	char quote = *body.end;
	bool triple = (size_t)(source + token->at + token->len - body.end) == 3;
	size_t end;
	int rc;

	while (body.at < body.end) {
		text.at = body.at;
		text.end = text_end(body.at, body.end, body.raw);
		add_text(text, out);
		body.at = text.end;
		if (body.at == body.end)
			break;
		if (body.at + 1 < body.end && body.at[1] == body.at[0]) {
			strbuf_addch(out, *body.at);
			body.at += 2;
			continue;
		}
		rc = *body.at != '{' ? 0
				     : fstring_field_end(tokenizer, source, (size_t)(body.end - source),
					       (size_t)(body.at - source), quote, triple, &end, err);
		if (rc < 0)
			return -1;
		if (!rc) {
			strbuf_add(out, body.at, (size_t)(body.end - body.at));
			break;
		}
		add(body.at, source + end, out);
		body.at = source + end;
	}
	return 0;
}

int canon_string(
	struct tokenizer *tokenizer, const char *source, const struct token *token, struct strbuf *out, struct err *err)
{
	if (token->kind == TOKEN_FSTRING)
		return add_fstring(tokenizer, source, token, add_field, out, err);
	add_text(literal_open(source, token), out);
	return 0;
}

int fstring_text(
	struct tokenizer *tokenizer, const char *source, const struct token *token, struct strbuf *out, struct err *err)
{
	return add_fstring(tokenizer, source, token, add_mark, out, err);
}
