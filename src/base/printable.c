#include "revident/base/printable.h"

#include "revident/base/utf8.h"

/* What a reader would not see, or would be misled by: Unicode's Cf, Zl and Zp, fillers, C1 controls. Sorted. */
static const struct {
	uint32_t first, last;
} unseen[] = {
	{ 0x0080, 0x009f },
	{ 0x00ad, 0x00ad },
	{ 0x034f, 0x034f },
	{ 0x061c, 0x061c },
	{ 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0x3164, 0x3164 },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },
	{ 0x13430, 0x1343f },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
};

bool char_is_unseen(uint32_t code)
{
	size_t i;

	for (i = 0; i < sizeof(unseen) / sizeof(unseen[0]) && code >= unseen[i].first; i++)
		if (code <= unseen[i].last)
			return true;
	return false;
}

void strbuf_add_printable(struct strbuf *sb, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	while (len > 0) {
		struct utf8_char c = utf8_next(p, len);
		unsigned i;

		if (!c.valid || c.code < 0x20 || c.code == 0x7f)
			for (i = 0; i < c.len; i++)
				strbuf_addf(sb, "\\x%02x", p[i]);
		else if (char_is_unseen(c.code))
			strbuf_addf(sb, "\\u{%x}", (unsigned)c.code);
		else
			strbuf_add(sb, p, c.len);
		p += c.len;
		len -= c.len;
	}
}

const char *arena_printable(struct arena *arena, struct text text)
{
	struct strbuf shown = STRBUF_INIT;
	const char *copy;

	strbuf_add_printable_text(&shown, text);
	copy = arena_memdup(arena, shown.buf, shown.len);
	strbuf_release(&shown);
	return copy;
}
