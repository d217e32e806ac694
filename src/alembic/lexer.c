#include <assert.h>
#include <string.h>

#include "lexer_parts.h"
#include "plain_token.h"
#include "revident/alembic/python_text.h"

static unsigned count_lines(const struct lexer *lx, size_t from, size_t to)
{
	const char *p = lx->bytes + from, *end = lx->bytes + to;
	unsigned lines = 0;

	if (lx->has_cr)
		return line_ends(p, end);
	while ((p = memchr(p, '\n', (size_t)(end - p)))) {
		lines++;
		p++;
	}
	return lines;
}

static void report_unclosed(struct lexer *lx, unsigned line)
{
	lexer_report(lx, UNREADABLE_UNCLOSED, line);
	lx->list->unclosed = true;
}

/* Nothing sensible can follow: the rest of the source is left alone. */
static void stop(struct lexer *lx, unsigned line)
{
	report_unclosed(lx, line);
	lexer_add(lx, TOKEN_OP, OP_JUNK, lx->at < lx->len ? 1 : 0);
	lx->list->stopped = true;
	lx->depth = 0;
	lexer_end_line(lx);
	lx->at = lx->len;
}

/* Keywords that may follow an operand. */
static bool continues_expression(const char *name, size_t len)
{
	static const char words[][7] = { "and", "or", "not", "in", "is", "if", "else", "for", "async", "as", "import",
		"from" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i][0] == name[0] && strlen(words[i]) == len && memcmp(words[i], name, len) == 0)
			return true;
	return false;
}

/* Does a token that may end an operand do so? Keywords do not, nor names that are keywords where they stand. */
static bool ends_operand(const struct lexer *lx, const struct token *token)
{
	bool is_first = token == &lx->list->items[lx->statement];

	if (token->kind != TOKEN_NAME)
		return true;
	if (is_first && (token_is(lx->bytes, token, "match") || token_is(lx->bytes, token, "case") ||
				token_is(lx->bytes, token, "type")))
		return false;
	return !token_is_keyword(lx->bytes + token->at, token->len);
}

static bool is_string(enum token_kind kind)
{
	return kind == TOKEN_STRING || kind == TOKEN_BYTES || kind == TOKEN_FSTRING;
}

/* An operand directly behind another is no Python 3: `print "x"`, `exec code`, 10L. Call where lx->after_operand. */
static void check_operand(struct lexer *lx, enum token_kind kind, size_t len)
{
	const struct token *last = lexer_last(lx);

	assert(last); /* it may end one */
	if (is_string(kind) && is_string((enum token_kind)last->kind))
		return;
	if (!ends_operand(lx, last) || (kind == TOKEN_NAME && continues_expression(lx->bytes + lx->at, len)))
		return;
	lexer_report(lx, UNREADABLE_SYNTAX, lx->line);
}

/* 0777 is a number of Python 2; 00 and 0777.5 are Python 3. */
static bool is_old_octal(const char *number, size_t len)
{
	bool zero = true;

	if (number[0] != '0')
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((number[i] < '0' || number[i] > '9') && number[i] != '_')
			return false;
		zero = zero && (number[i] == '0' || number[i] == '_');
	}
	return !zero;
}

/* What the first word of a statement makes of it. */
static enum opening opening_of(const char *word, size_t len)
{
	if (len == 6 && memcmp(word, "except", 6) == 0)
		return OPENING_EXCEPT;
	return len == 5 && memcmp(word, "raise", 5) == 0 ? OPENING_RAISE : OPENING_OTHER;
}

static void take_word(struct lexer *lx, enum token_kind kind, size_t len)
{
	const char *word = lx->bytes + lx->at;

	if (lx->after_operand)
		check_operand(lx, kind, len);
	if (kind == TOKEN_NUMBER && is_old_octal(word, len))
		lexer_report(lx, UNREADABLE_SYNTAX, lx->line);
	if (kind == TOKEN_NAME && lx->statement == lx->list->count)
		lx->opening = opening_of(word, len);
	lexer_add(lx, kind, 0, len);
	lx->at += len;
}

/*
 * A string whose quote stands `prefix_len` bytes on; from there it is `n` bytes long, or 0 if that is not known yet.
 * 0, or -1 with `err` set.
 */
static int take_string(struct lexer *lx, enum string_prefix prefix, size_t prefix_len, long n, struct err *err)
{
	enum token_kind kind = prefix == PREFIX_BYTES ? TOKEN_BYTES : TOKEN_STRING;
	size_t quote = lx->at + prefix_len, end = quote;
	int found = 0;

	if (prefix == PREFIX_FORMAT) {
		kind = TOKEN_FSTRING;
		if (!lx->plain_fstrings) {
			found = fstring_end(lx->tokenizer, lx->bytes, lx->len, quote, &end, err);
			if (found < 0)
				return -1;
			if (!found) {
				lexer_report(lx, UNREADABLE_SYNTAX, lx->line);
				lx->plain_fstrings = true;
			}
		}
	}
	if (!found) {
		if (!n)
			n = tokenizer_match(lx->tokenizer, lx->bytes, lx->len, quote, err);
		if (n < 0)
			return -1;
		if (n == 1) {
			stop(lx, lx->line);
			return 0;
		}
		end = quote + (size_t)n;
	}
	if (lx->after_operand)
		check_operand(lx, kind, 0);
	lexer_add(lx, kind, 0, end - lx->at);
	lx->line += count_lines(lx, lx->at, end);
	lx->at = end;
	return 0;
}

static void take_bracket(struct lexer *lx, char c)
{
	struct token_list *list = lx->list;
	uint32_t open;

	if (c == '(' || c == '[' || c == '{') {
		if (lx->depth == TOKEN_DEPTH_MAX) {
			stop(lx, lx->line);
			return;
		}
		lexer_add(lx, TOKEN_OP, (uint8_t)c, 1);
		lx->brackets[lx->depth++] = (uint32_t)(list->count - 1);
		lx->at++;
		return;
	}
	open = lx->depth ? lx->brackets[lx->depth - 1] : 0;
	if (!lx->depth || list->items[open].op != (c == ')' ? '(' : c == ']' ? '[' : '{')) {
		report_unclosed(lx, lx->line);
		lexer_add(lx, TOKEN_OP, OP_JUNK, 1);
		lx->at++;
		return;
	}
	lx->depth--;
	lexer_add(lx, TOKEN_OP, (uint8_t)c, 1)->pair = open;
	list->items[open].pair = (uint32_t)(list->count - 1);
	lx->at++;
}

static uint8_t operator_code(const char *p, size_t len)
{
	if (len == 1)
		return *p && strchr("=,.:+-*/%&|^@<>~;", *p) ? (uint8_t)*p : OP_JUNK;
	if (len == 2 && p[0] == ':')
		return OP_WALRUS;
	if (len == 2 && p[0] == '<' && p[1] == '>')
		return OP_JUNK;
	if (p[len - 1] == '=' && !(len == 2 && strchr("=!<>", p[0])))
		return OP_AUGMENT;
	return OP_OTHER;
}

/* Backticks and <> are Python 2. */
static bool is_no_character(const struct lexer *lx, uint8_t op, size_t len)
{
	return op == OP_JUNK && len == 1 && lx->bytes[lx->at] != '`';
}

static void take_operator(struct lexer *lx, uint8_t op, size_t len)
{
	if (is_no_character(lx, op, len))
		lexer_report(lx, UNREADABLE_CHARACTER, lx->line);
	else if (op == OP_JUNK || (op == ',' && !lx->depth && lx->opening != OPENING_OTHER))
		lexer_report(lx, UNREADABLE_SYNTAX, lx->line);
	lexer_add(lx, TOKEN_OP, op, len);
	lx->at += len;
	if (!lx->depth && (op == ';' || op == ':'))
		lexer_begin_statement(lx);
}

static char byte_behind(const struct lexer *lx)
{
	return lx->at + 1 < lx->len ? lx->bytes[lx->at + 1] : '\0';
}

/* What its first byte tells without a match. */
static bool take_byte(struct lexer *lx)
{
	const char c = lx->bytes[lx->at];
	char next;

	switch (c) {
	case ' ':
	case '\t':
	case '\f':
		do
			lx->at++;
		while (lx->at < lx->len && lx->bytes[lx->at] == ' ');
		return true;
	case '\n':
	case '\r':
		if (!lx->depth)
			lexer_end_line(lx);
		lexer_pass_newline(lx);
		lx->line_start = true;
		return true;
	case '(':
	case ')':
	case '[':
	case ']':
	case '{':
	case '}':
		take_bracket(lx, c);
		return true;
	case '.':
		next = byte_behind(lx);
		if (next == '.' || (next >= '0' && next <= '9'))
			return false;
		take_operator(lx, '.', 1);
		return true;
	case '=':
	case ':':
		if (byte_behind(lx) == '=')
			return false;
		take_operator(lx, (uint8_t)c, 1);
		return true;
	case ',':
		take_operator(lx, ',', 1);
		return true;
	default:
		return false;
	}
}

/* A name, or a string with a prefix. 0, or -1 with `err` set. */
static int take_name(struct lexer *lx, struct err *err)
{
	const char *p = lx->bytes + lx->at;
	size_t len = word_end(lx->bytes, lx->len, lx->at) - lx->at;
	enum string_prefix prefix;

	if (lx->at + len < lx->len && (p[len] == '"' || p[len] == '\'')) {
		prefix = string_prefix(p, len);
		if (prefix != PREFIX_NONE)
			return take_string(lx, prefix, len, 0, err);
	}
	take_word(lx, TOKEN_NAME, len);
	return 0;
}

/* The token of `len` bytes at lx->at, none of those above. 0, or -1 with `err` set. */
static int take_token(struct lexer *lx, size_t len, struct err *err)
{
	const char *p = lx->bytes + lx->at;
	char c = *p;

	if (c == '\'' || c == '"') {
		return take_string(lx, PREFIX_STRING, 0, (long)len, err);
	} else if (byte_is(c, BYTE_DIGIT) || (c == '.' && len > 1 && p[1] != '.')) {
		take_word(lx, TOKEN_NUMBER, len);
	} else if (c == '\\' && len > 1) {
		lx->at += 1;
		lexer_pass_newline(lx);
		if (lx->at == lx->len)
			lexer_report(lx, UNREADABLE_SYNTAX, lx->line - 1);
	} else if (c == '#') {
		lx->at += len;
	} else {
		take_operator(lx, operator_code(p, len), len);
	}
	return 0;
}

/* Takes the token, or the blank, at lx->at. 0, or -1 with `err` set. */
static int take_next(struct lexer *lx, struct err *err)
{
	char c = lx->bytes[lx->at];
	long n;

	if (lx->line_start) {
		lexer_begin_line(lx);
		return 0;
	}
	if (byte_is(c, BYTE_WORD) && !byte_is(c, BYTE_DIGIT))
		return take_name(lx, err);
	if (take_byte(lx))
		return 0;
	n = tokenizer_match(lx->tokenizer, lx->bytes, lx->len, lx->at, err);
	return n < 0 ? -1 : take_token(lx, (size_t)n, err);
}

int tokens_read(struct tokenizer *tokenizer, const char *bytes, size_t len, enum tokens_extent extent,
	struct token_list *list, struct err *err)
{
	struct lexer lx = { .tokenizer = tokenizer, .bytes = bytes, .len = len, .line = 1, .line_start = true };

	assert(len <= MIGRATION_BYTES_MAX * 3);
	lx.list = list;
	lx.has_cr = len && memchr(bytes, '\r', len);
	list->count = 0;
	list->problem = UNREADABLE_NOT;
	list->problem_line = 0;
	list->unclosed = list->stopped = false;
	while (lx.at < len) {
		if (take_next(&lx, err) < 0)
			return -1;
		if (extent == TOKENS_FIRST_LINE && list->count && list->items[list->count - 1].kind == TOKEN_NEWLINE)
			return 0;
	}
	if (lx.depth)
		stop(&lx, list->items[lx.brackets[lx.depth - 1]].line);
	lexer_end_line(&lx);
	if (lx.block_opens)
		lexer_report(&lx, UNREADABLE_SYNTAX, list->items[list->count - 1].line);
	return 0;
}
