#include "revident/base/shell.h"

#include <string.h>

#include "revident/base/printable.h"
#include "revident/base/utf8.h"

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_-./:@%+,", c));
}

static bool is_shown(const struct utf8_char *c)
{
	return c->valid && c->code >= 0x20 && c->code != 0x7f && !char_is_unseen(c->code);
}

static void add_escaped(struct strbuf *sb, struct text word)
{
	const unsigned char *p = (const unsigned char *)word.ptr;
	size_t left = word.len;

	strbuf_addstr(sb, "$'");
	while (left > 0) {
		struct utf8_char c = utf8_next(p, left);
		unsigned i;

		if (!is_shown(&c)) {
			for (i = 0; i < c.len; i++)
				strbuf_addf(sb, "\\%03o", p[i]);
		} else {
			if (c.code == '\'' || c.code == '\\')
				strbuf_addch(sb, '\\');
			strbuf_add(sb, p, c.len);
		}
		p += c.len;
		left -= c.len;
	}
	strbuf_addch(sb, '\'');
}

static void add_quoted(struct strbuf *sb, struct text word)
{
	size_t i;

	strbuf_addch(sb, '\'');
	for (i = 0; i < word.len; i++) {
		if (word.ptr[i] == '\'')
			strbuf_addstr(sb, "'\\''");
		else
			strbuf_addch(sb, word.ptr[i]);
	}
	strbuf_addch(sb, '\'');
}

void strbuf_add_shell_word(struct strbuf *sb, struct text word)
{
	bool plain = word.len > 0, shown = true;
	size_t i;

	for (i = 0; i < word.len; i++)
		plain = plain && is_plain((unsigned char)word.ptr[i]);
	if (plain) {
		strbuf_add(sb, word.ptr, word.len);
		return;
	}
	for (i = 0; i < word.len && shown;) {
		struct utf8_char c = utf8_next(word.ptr + i, word.len - i);

		shown = is_shown(&c);
		i += c.len;
	}
	if (shown)
		add_quoted(sb, word);
	else
		add_escaped(sb, word);
}

void strbuf_add_shell_operand(struct strbuf *sb, struct text operand)
{
	strbuf_addstr(sb, operand.len && operand.ptr[0] == '-' ? " -- " : " ");
	strbuf_add_shell_word(sb, operand);
}

bool path_is_pathspec(struct text path)
{
	size_t i;

	for (i = 0; i < path.len; i++)
		if (path.ptr[i] && strchr(i == 0 ? ":*?[\\" : "*?[\\", path.ptr[i]))
			return true;
	return false;
}

void strbuf_add_shell_pathspec(struct strbuf *sb, struct text path)
{
	struct strbuf literal = STRBUF_INIT;

	if (path_is_pathspec(path))
		strbuf_addstr(&literal, ":(literal)");
	strbuf_add(&literal, path.ptr, path.len);
	strbuf_add_shell_word(sb, (struct text){ literal.buf, literal.len });
	strbuf_release(&literal);
}
