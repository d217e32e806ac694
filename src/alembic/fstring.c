#include <assert.h>
#include <string.h>

#include "revident/alembic/tokens.h"

/* One string or one replacement field that is open. */
struct frame {
	bool field;
	char quote; /* of a string */
	bool triple;
	bool spec;        /* of a field: its format specification has begun */
	unsigned nesting; /* of a field: brackets open in its expression */
	size_t string;    /* the frame of the string it stands in; of a string, its own */
};

struct fstring {
	const char *bytes;
	size_t len, at;
	struct frame frames[FSTRING_FRAMES_MAX];
	size_t depth;
};

static bool open_string(struct fstring *fs)
{
	struct frame *top;
	char quote = fs->bytes[fs->at];

	if (fs->depth == FSTRING_FRAMES_MAX)
		return false;
	top = &fs->frames[fs->depth];
	*top = (struct frame){ .quote = quote, .string = fs->depth };
	fs->depth++;
	top->triple = fs->len - fs->at >= 3 && fs->bytes[fs->at + 1] == quote && fs->bytes[fs->at + 2] == quote;
	fs->at += top->triple ? 3 : 1;
	return true;
}

static bool open_field(struct fstring *fs)
{
	if (fs->depth == FSTRING_FRAMES_MAX)
		return false;
	fs->frames[fs->depth] = (struct frame){ .field = true, .string = fs->frames[fs->depth - 1].string };
	fs->depth++;
	fs->at++;
	return true;
}

static bool at_closing_quote(const struct fstring *fs, const struct frame *string)
{
	const char *p = fs->bytes + fs->at;

	if (*p != string->quote)
		return false;
	return !string->triple || (fs->len - fs->at >= 3 && p[1] == string->quote && p[2] == string->quote);
}

/* A backslash in literal text: takes what it escapes along, but never a brace. */
static void skip_escape(struct fstring *fs)
{
	const char *p = fs->bytes + fs->at;
	size_t left = fs->len - fs->at;
	const char *close;

	if (left > 2 && p[1] == 'N' && p[2] == '{') {
		size_t reach = left < 128 ? left : 128;

		close = memchr(p, '}', reach);
		if (close) {
			fs->at += (size_t)(close - p) + 1;
			return;
		}
	}
	if (left > 1 && (p[1] == '{' || p[1] == '}'))
		fs->at += 1;
	else if (left > 2 && p[1] == '\r' && p[2] == '\n')
		fs->at += 3;
	else
		fs->at += left > 1 ? 2 : 1;
}

/* One step through the literal text of the innermost string, or through a format specification. False: not closed. */
static bool step_text(struct fstring *fs, bool spec)
{
	const struct frame *string = &fs->frames[fs->frames[fs->depth - 1].string];
	char c = fs->bytes[fs->at];

	if (at_closing_quote(fs, string)) {
		if (spec)
			return false;
		fs->at += string->triple ? 3 : 1;
		fs->depth--;
		return true;
	}
	if ((c == '\n' || c == '\r') && !string->triple)
		return false;
	if (c == '\\') {
		skip_escape(fs);
		return true;
	}
	if (c == '{') {
		if (!spec && fs->at + 1 < fs->len && fs->bytes[fs->at + 1] == '{') {
			fs->at += 2;
			return true;
		}
		return open_field(fs);
	}
	fs->at++;
	if (c == '}' && spec)
		fs->depth--;
	return true;
}

static bool is_quote(char c)
{
	return c == '\'' || c == '"';
}

/* One token of a replacement field's expression. 1, 0 if something in it is not closed, or -1. */
static int step_expression(struct tokenizer *tokenizer, struct fstring *fs, struct err *err)
{
	struct frame *field = &fs->frames[fs->depth - 1];
	const char *p = fs->bytes + fs->at;
	long n = tokenizer_match(tokenizer, fs->bytes, fs->len, fs->at, err);
	char c = *p;

	if (n < 0)
		return -1;
	if (is_quote(c) && n == 1)
		return 0;
	fs->at += (size_t)n;
	if (fs->at < fs->len && is_quote(fs->bytes[fs->at]) && string_prefix(p, (size_t)n) == PREFIX_FORMAT)
		return open_string(fs);
	if (n == 2 && c == ':' && !field->nesting) {
		/* `:=` outside brackets: a specification that begins with `=` */
		fs->at--;
		n = 1;
	}
	if (n != 1)
		return 1;
	if (c == '(' || c == '[' || c == '{')
		field->nesting++;
	else if (c == '}' && !field->nesting)
		fs->depth--;
	else if ((c == ')' || c == ']' || c == '}') && field->nesting)
		field->nesting--;
	else if (c == ':' && !field->nesting)
		field->spec = true;
	return 1;
}

/* Goes on until no more than `depth` frames are open. 1, 0 if that never comes, or -1. */
static int close_down_to(struct tokenizer *tokenizer, struct fstring *fs, size_t depth, struct err *err)
{
	int step;

	while (fs->depth > depth) {
		const struct frame *top = &fs->frames[fs->depth - 1];

		if (fs->at >= fs->len)
			return 0;
		if (top->field && !top->spec)
			step = step_expression(tokenizer, fs, err);
		else
			step = step_text(fs, top->field);
		if (step <= 0)
			return step;
	}
	return 1;
}

int fstring_end(struct tokenizer *tokenizer, const char *bytes, size_t len, size_t at, size_t *end, struct err *err)
{
	struct fstring fs;
	int rc;

	assert(at < len && is_quote(bytes[at]));
	fs.bytes = bytes;
	fs.len = len;
	fs.at = at;
	fs.depth = 0;
	open_string(&fs);
	rc = close_down_to(tokenizer, &fs, 0, err);
	*end = fs.at;
	return rc;
}

int fstring_field_end(struct tokenizer *tokenizer, const char *bytes, size_t len, size_t at, char quote, bool triple,
	size_t *end, struct err *err)
{
	struct fstring fs;
	int rc;

	assert(at < len && bytes[at] == '{');
	fs.bytes = bytes;
	fs.len = len;
	fs.at = at;
	fs.depth = 1;
	fs.frames[0] = (struct frame){ .quote = quote, .triple = triple };
	open_field(&fs);
	rc = close_down_to(tokenizer, &fs, 1, err);
	*end = fs.at;
	return rc;
}
