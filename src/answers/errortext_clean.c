#include <string.h>

#include "errortext_parts.h"
#include "revident/base/strbuf.h"

/* Bytes that stand for others. The longest of several that fit comes first. */
static const struct {
	const char *from, *to;
} spellings[] = {
	{ "\xe2\x80\x98", "'" }, /* typographic quotes */
	{ "\xe2\x80\x99", "'" },
	{ "\xe2\x80\x9a", "'" },
	{ "\xe2\x80\x9c", "\"" },
	{ "\xe2\x80\x9d", "\"" },
	{ "\xc2\xb4", "'" },
	{ "\xe2\x86\x92", "->" },
	{ "\xc2\xa0", " " }, /* spaces that are not seen as such */
	{ "\xe2\x80\xaf", " " },
	{ "\xe2\x80\x8b", "" },
	{ "\xef\xbb\xbf", "" },
	{ "&#39;", "'" },
	{ "&#x27;", "'" },
	{ "&apos;", "'" },
	{ "&quot;", "\"" },
	{ "&#34;", "\"" },
	{ "&gt;", ">" },
	{ "&nbsp;", " " },
	{ "\\u001b", "\x1b" },
	{ "\\u001B", "\x1b" },
	{ "\\x1b", "\x1b" },
	{ "\\033", "\x1b" },
	{ "\\u0027", "'" },
	{ "\\u003e", ">" },
	{ "\\'", "'" },
	{ "\\\"", "\"" },
	{ "\\\\", "/" },
	{ "`", "'" },
};

static bool starts_with(const char *at, const char *end, const char *word, size_t *len)
{
	*len = strlen(word);
	return (size_t)(end - at) >= *len && memcmp(at, word, *len) == 0;
}

static bool add_spelling(struct strbuf *out, const char **at, const char *end)
{
	size_t i, len;

	for (i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		if (!starts_with(*at, end, spellings[i].from, &len))
			continue;
		strbuf_addstr(out, spellings[i].to);
		*at += len;
		return true;
	}
	return false;
}

/* The end of the escape sequence that begins at `at`, an ESC: CSI, OSC and its like, or two bytes. */
static const char *skip_escape(const char *at, const char *end)
{
	const char *start = at;

	if (++at == end)
		return at;
	if (*at == '[') {
		for (at++; at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x40; at++)
			;
		return at < end ? at + 1 : at;
	}
	if (*at && strchr("]PX^_", *at)) {
		for (at++; at < end && *at != '\a' && *at != '\x1b' && *at != '\n'; at++)
			;
		if (at < end && *at == '\a')
			return at + 1;
		return at + 1 < end && *at == '\x1b' && at[1] == '\\' ? at + 2 : at;
	}
	return start + 2;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

/* Escapes that may stand for an ESC are replaced first, so that the sequences behind them go, too. */
static void respell(struct text text, struct strbuf *out)
{
	const char *at = text.ptr, *end = text.ptr + text.len;

	while (at < end)
		if (!strchr("\\&\xc2\xe2\xef`", *at) || !*at || !add_spelling(out, &at, end))
			strbuf_addch(out, *at++);
}

struct text errortext_clean(struct text text, struct arena *arena)
{
	struct strbuf spelt = STRBUF_INIT, clean = STRBUF_INIT;
	const char *at, *end;
	struct text out;

	if (text.len > ERROR_TEXT_MAX)
		text.len = ERROR_TEXT_MAX;
	respell(text, &spelt);
	at = spelt.buf;
	end = spelt.buf + spelt.len;
	while (at < end) {
		bool newline = false;

		if (*at == '\x1b') {
			at = skip_escape(at, end);
			continue;
		}
		if (!is_space(*at)) {
			strbuf_addch(&clean, *at == '\\' ? '/' : *at);
			at++;
			continue;
		}
		for (; at < end && is_space(*at); at++)
			newline = newline || *at == '\n';
		if (clean.len && (strbuf_ends_with(&clean, " ") || strbuf_ends_with(&clean, "\n")))
			strbuf_setlen(&clean, clean.len - 1);
		strbuf_addch(&clean, newline ? '\n' : ' ');
	}
	out = (struct text){ arena_memdup(arena, clean.buf, clean.len), clean.len };
	strbuf_release(&spelt);
	strbuf_release(&clean);
	return out;
}
