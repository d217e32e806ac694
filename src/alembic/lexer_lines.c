#include <string.h>

#include "lexer_parts.h"

enum { TAB_WIDTH = 8 };

void lexer_report(struct lexer *lx, enum unreadable problem, unsigned line)
{
	static const unsigned char gravity[] = {
		[UNREADABLE_NOT] = 0,
		[UNREADABLE_SYNTAX] = 1,
		[UNREADABLE_CHARACTER] = 2,
		[UNREADABLE_UNCLOSED] = 3,
		[UNREADABLE_CONFLICT] = 4,
	};

	if (gravity[problem] <= gravity[lx->list->problem])
		return;
	lx->list->problem = problem;
	lx->list->problem_line = line;
}

/* Does the next token begin a logical line? */
static bool line_is_empty(const struct lexer *lx)
{
	const struct token *last = lexer_last(lx);

	return !last || last->kind == TOKEN_NEWLINE;
}

void lexer_end_line(struct lexer *lx)
{
	const struct token *last = lexer_last(lx);

	if (line_is_empty(lx))
		return;
	lx->block_opens = last->kind == TOKEN_OP && last->op == ':';
	lexer_add(lx, TOKEN_NEWLINE, 0, 0);
	lexer_begin_statement(lx);
}

/* Fits `indent`, of a line that begins a statement, into the levels. */
static void set_level(struct lexer *lx, struct indent indent)
{
	const struct indent *top = &lx->indents[lx->level];

	if (indent.columns > top->columns) {
		if (!lx->block_opens || indent.characters <= top->characters || lx->level == TOKEN_LEVEL_MAX)
			lexer_report(lx, UNREADABLE_SYNTAX, lx->line);
		if (lx->level < TOKEN_LEVEL_MAX)
			lx->indents[++lx->level] = indent;
		return;
	}
	if (lx->block_opens)
		lexer_report(lx, UNREADABLE_SYNTAX, lx->line);
	while (lx->level && indent.columns < lx->indents[lx->level].columns)
		lx->level--;
	top = &lx->indents[lx->level];
	if (indent.columns != top->columns || indent.characters != top->characters)
		lexer_report(lx, UNREADABLE_SYNTAX, lx->line);
}

/* The conflict markers of git, diff3's third one included; seven characters at column 0. */
static bool at_marker(const struct lexer *lx)
{
	const char *p = lx->bytes + lx->at;
	size_t left = lx->len - lx->at;

	if (left < 7 || (*p != '<' && *p != '=' && *p != '>' && *p != '|'))
		return false;
	for (size_t i = 1; i < 7; i++)
		if (p[i] != p[0])
			return false;
	return left == 7 || p[7] == ' ' || p[7] == '\n' || p[7] == '\r';
}

static bool is_newline(char c)
{
	return c == '\n' || c == '\r';
}

static size_t rest_of_line(const struct lexer *lx, size_t from)
{
	while (from < lx->len && !is_newline(lx->bytes[from]))
		from++;
	return from;
}

static void take_marker(struct lexer *lx)
{
	size_t end = rest_of_line(lx, lx->at);

	lexer_report(lx, UNREADABLE_CONFLICT, lx->line);
	if (!lx->depth)
		lx->level = 0;
	lexer_add(lx, TOKEN_OP, OP_JUNK, end - lx->at);
	lx->at = end;
}

/* Passes blanks, and lines joined by backslashes, of which the first one's indentation counts. */
static struct indent take_indent(struct lexer *lx)
{
	struct indent indent = { 0, 0 }, joined = { 0, 0 };
	bool is_joined = false;

	for (; lx->at < lx->len; lx->at++) {
		char c = lx->bytes[lx->at];

		if (c == ' ') {
			indent.columns++;
			indent.characters++;
		} else if (c == '\t') {
			indent.columns = (indent.columns / TAB_WIDTH + 1) * TAB_WIDTH;
			indent.characters++;
		} else if (c == '\f') {
			indent = (struct indent){ 0, 0 };
		} else if (c == '\\' && lx->at + 1 < lx->len && is_newline(lx->bytes[lx->at + 1])) {
			if (!is_joined)
				joined = indent;
			is_joined = true;
			lx->at++;
			lexer_pass_newline(lx);
			lx->at--;
		} else {
			break;
		}
	}
	return is_joined ? joined : indent;
}

void lexer_begin_line(struct lexer *lx)
{
	struct indent indent;

	lx->line_start = false;
	if (at_marker(lx)) {
		take_marker(lx);
	} else if (!lx->depth) {
		indent = take_indent(lx);
		if (lx->at < lx->len && !is_newline(lx->bytes[lx->at]) && lx->bytes[lx->at] != '#')
			set_level(lx, indent);
	}
}
