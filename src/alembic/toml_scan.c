#include "toml_scan.h"

#include <stdint.h>
#include <string.h>

void toml_scan_init(struct toml_scan *scan, const char *bytes, size_t len, struct problems *problems)
{
	*scan = (struct toml_scan){ .at = bytes, .end = bytes + len, .line = 1, .problems = problems };
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		scan->at += 3;
}

bool toml_fail(struct toml_scan *scan, const char *what)
{
	problems_add(scan->problems, scan->line, "%s", what);
	return false;
}

bool toml_at_end(const struct toml_scan *scan)
{
	return scan->at == scan->end;
}

bool toml_at(const struct toml_scan *scan, char c)
{
	return scan->at < scan->end && *scan->at == c;
}

bool toml_accept(struct toml_scan *scan, char c)
{
	if (!toml_at(scan, c))
		return false;
	scan->at++;
	return true;
}

void toml_skip_blanks(struct toml_scan *scan)
{
	while (toml_at(scan, ' ') || toml_at(scan, '\t'))
		scan->at++;
}

/* LF or CRLF */
static bool accept_newline(struct toml_scan *scan)
{
	if (toml_at(scan, '\r') && scan->at + 1 < scan->end && scan->at[1] == '\n')
		scan->at++;
	if (!toml_accept(scan, '\n'))
		return false;
	scan->line++;
	return true;
}

static void skip_comment(struct toml_scan *scan)
{
	const char *newline;

	if (!toml_at(scan, '#'))
		return;
	newline = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));
	scan->at = newline ? newline : scan->end;
}

bool toml_accept_line_end(struct toml_scan *scan)
{
	toml_skip_blanks(scan);
	skip_comment(scan);
	return toml_at_end(scan) || accept_newline(scan);
}

void toml_skip_layout(struct toml_scan *scan)
{
	do {
		toml_skip_blanks(scan);
		skip_comment(scan);
	} while (accept_newline(scan));
}

void toml_skip_line(struct toml_scan *scan)
{
	const char *newline = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));

	if (newline) {
		scan->at = newline + 1;
		scan->line++;
	} else {
		scan->at = scan->end;
	}
}

static bool is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool toml_scan_key(struct toml_scan *scan, struct strbuf *out)
{
	const char *begin = scan->at;

	if (toml_at(scan, '"') || toml_at(scan, '\''))
		return toml_scan_string(scan, false, out);
	while (scan->at < scan->end && is_bare(*scan->at))
		scan->at++;
	if (scan->at == begin)
		return toml_fail(scan, "no key where one should stand");
	strbuf_add(out, begin, (size_t)(scan->at - begin));
	return true;
}

static void add_utf8(struct strbuf *out, uint32_t c)
{
	if (c < 0x80) {
		strbuf_addch(out, (char)c);
	} else if (c < 0x800) {
		strbuf_addch(out, (char)(0xc0 | c >> 6));
		strbuf_addch(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		strbuf_addch(out, (char)(0xe0 | c >> 12));
		strbuf_addch(out, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_addch(out, (char)(0x80 | (c & 0x3f)));
	} else {
		strbuf_addch(out, (char)(0xf0 | c >> 18));
		strbuf_addch(out, (char)(0x80 | (c >> 12 & 0x3f)));
		strbuf_addch(out, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_addch(out, (char)(0x80 | (c & 0x3f)));
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The hexadecimal digits of \uXXXX or \UXXXXXXXX. */
static bool scan_code_point(struct toml_scan *scan, int digits, struct strbuf *out)
{
	uint32_t c = 0;

	for (int i = 0; i < digits; i++) {
		int digit = scan->at < scan->end ? hex_digit(*scan->at) : -1;

		if (digit < 0)
			return toml_fail(scan, "a '\\u' without its digits");
		c = c << 4 | (uint32_t)digit;
		scan->at++;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return toml_fail(scan, "a '\\u' that is no character");
	if (out)
		add_utf8(out, c);
	return true;
}

/* A backslash at the end of a line: it and all layout behind it vanish. */
static bool skip_joined_lines(struct toml_scan *scan)
{
	toml_skip_blanks(scan);
	if (!accept_newline(scan))
		return toml_fail(scan, "a '\\' that escapes nothing");
	do
		toml_skip_blanks(scan);
	while (accept_newline(scan));
	return true;
}

/* What follows a backslash. */
static bool scan_escape(struct toml_scan *scan, bool multi_line, struct strbuf *out)
{
	static const char letters[] = "btnfr\"\\e", bytes[] = "\b\t\n\f\r\"\\\x1b";
	const char *letter;

	if (toml_at_end(scan))
		return toml_fail(scan, "a string is not closed");
	if (toml_accept(scan, 'u'))
		return scan_code_point(scan, 4, out);
	if (toml_accept(scan, 'U'))
		return scan_code_point(scan, 8, out);
	letter = *scan->at ? strchr(letters, *scan->at) : NULL;
	if (letter) {
		if (out)
			strbuf_addch(out, bytes[letter - letters]);
		scan->at++;
		return true;
	}
	return multi_line ? skip_joined_lines(scan) : toml_fail(scan, "a '\\' that escapes nothing");
}

static bool accept_three(struct toml_scan *scan, char quote)
{
	if (scan->end - scan->at < 3 || scan->at[0] != quote || scan->at[1] != quote || scan->at[2] != quote)
		return false;
	scan->at += 3;
	return true;
}

/* Behind the opening quotes. Up to two quotes may stand directly before the closing ones. */
static bool scan_multi_line(struct toml_scan *scan, char quote, struct strbuf *out)
{
	unsigned begin = scan->line;

	accept_newline(scan);
	while (!toml_at_end(scan)) {
		const char *from = scan->at;

		if (accept_three(scan, quote)) {
			for (int extra = 0; extra < 2 && toml_accept(scan, quote); extra++)
				if (out)
					strbuf_addch(out, quote);
			return true;
		}
		if (quote == '"' && toml_accept(scan, '\\')) {
			if (!scan_escape(scan, true, out))
				return false;
			continue;
		}
		if (accept_newline(scan)) {
			if (out)
				strbuf_addch(out, '\n');
			continue;
		}
		scan->at++;
		if (out)
			strbuf_addch(out, *from);
	}
	problems_add(scan->problems, begin, "a string of several lines is not closed");
	return false;
}

bool toml_scan_string(struct toml_scan *scan, bool may_be_multi_line, struct strbuf *out)
{
	char quote = *scan->at;

	if (may_be_multi_line && accept_three(scan, quote))
		return scan_multi_line(scan, quote, out);
	scan->at++;
	while (!toml_at_end(scan) && !toml_at(scan, '\n') && !toml_at(scan, quote)) {
		if (quote == '"' && toml_accept(scan, '\\')) {
			if (!scan_escape(scan, false, out))
				return false;
			continue;
		}
		if (out)
			strbuf_addch(out, *scan->at);
		scan->at++;
	}
	return toml_accept(scan, quote) || toml_fail(scan, "a string is not closed");
}

static bool ends_word(char c)
{
	return strchr(" \t\r\n,]}#", c) != NULL && c != '\0';
}

/* `1979-05-27 07:32:00`: a space is a part of the date when it stands between two digits. */
static bool is_space_of_date(const struct toml_scan *scan, const char *begin)
{
	return scan->at - begin == 10 && begin[4] == '-' && *scan->at == ' ' && scan->at + 1 < scan->end &&
	       scan->at[1] >= '0' && scan->at[1] <= '9';
}

struct text toml_scan_word(struct toml_scan *scan)
{
	const char *begin = scan->at;

	while (scan->at < scan->end && (!ends_word(*scan->at) || is_space_of_date(scan, begin)))
		scan->at++;
	return (struct text){ begin, (size_t)(scan->at - begin) };
}
