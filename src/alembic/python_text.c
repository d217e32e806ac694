#include <stdint.h>
#include <string.h>

#include "revident/alembic/python_text.h"
#include "revident/base/utf8.h"

enum encoding {
	ENCODING_UTF8,
	ENCODING_ASCII,
	ENCODING_LATIN1,
	ENCODING_LATIN9,
	ENCODING_CP1252,
	ENCODING_FOREIGN,
	ENCODING_UNKNOWN
};

enum { ENCODING_NAME_MAX = 40 };

static const char *skip_ascii(const char *p, const char *end)
{
	uint64_t word;

	for (; end - p >= 8; p += 8) {
		memcpy(&word, p, 8);
		if (word & 0x8080808080808080ULL)
			break;
	}
	while (p < end && (unsigned char)*p < 0x80)
		p++;
	return p;
}

/* How many bytes at the start are well-formed UTF-8. */
static size_t utf8_prefix(const char *bytes, size_t len)
{
	const char *p = bytes, *end = bytes + len;

	while ((p = skip_ascii(p, end)) < end) {
		struct utf8_char c = utf8_next(p, (size_t)(end - p));

		if (!c.valid)
			break;
		p += c.len;
	}
	return (size_t)(p - bytes);
}

/* Python's aliases, lower case with `_` for `-`; further ones that contain ASCII by how they begin. */
static enum encoding encoding_named(const char *name)
{
	static const struct {
		const char *name;
		enum encoding encoding;
	} names[] = {
		{ "utf_8", ENCODING_UTF8 },
		{ "utf8", ENCODING_UTF8 },
		{ "u8", ENCODING_UTF8 },
		{ "utf", ENCODING_UTF8 },
		{ "utf_8_sig", ENCODING_UTF8 },
		{ "utf8_sig", ENCODING_UTF8 },
		{ "utf_8_unix", ENCODING_UTF8 },
		{ "utf_8_dos", ENCODING_UTF8 },
		{ "utf_8_mac", ENCODING_UTF8 },
		{ "cp65001", ENCODING_UTF8 },
		{ "ascii", ENCODING_ASCII },
		{ "us_ascii", ENCODING_ASCII },
		{ "646", ENCODING_ASCII },
		{ "latin_1", ENCODING_LATIN1 },
		{ "latin1", ENCODING_LATIN1 },
		{ "iso_8859_1", ENCODING_LATIN1 },
		{ "iso8859_1", ENCODING_LATIN1 },
		{ "iso_latin_1", ENCODING_LATIN1 },
		{ "8859", ENCODING_LATIN1 },
		{ "l1", ENCODING_LATIN1 },
		{ "latin", ENCODING_LATIN1 },
		{ "cp819", ENCODING_LATIN1 },
		{ "latin_1_unix", ENCODING_LATIN1 },
		{ "iso_8859_1_unix", ENCODING_LATIN1 },
		{ "iso_8859_15", ENCODING_LATIN9 },
		{ "iso8859_15", ENCODING_LATIN9 },
		{ "latin_9", ENCODING_LATIN9 },
		{ "latin9", ENCODING_LATIN9 },
		{ "l9", ENCODING_LATIN9 },
		{ "cp1252", ENCODING_CP1252 },
		{ "windows_1252", ENCODING_CP1252 },
		{ "1252", ENCODING_CP1252 },
	};
	static const char *const foreign[] = { "iso_8859_", "iso8859_", "cp125", "windows_125", "koi8", "latin", "gb",
		"euc", "big5", "shift_jis", "sjis", "s_jis", "cp", "mac_", "johab", "hz", "tis_620", "kz1048",
		"ptcp154", "ks_c_5601", "ujis" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].encoding;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strncmp(name, foreign[i], strlen(foreign[i])) == 0)
			return ENCODING_FOREIGN;
	return ENCODING_UNKNOWN;
}

static const char *line_end(const char *p, const char *end)
{
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	return p;
}

static bool is_name_byte(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_' || c == '.';
}

/* `^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)` in one line. */
static bool declared_in(const char *p, const char *end, enum encoding *encoding)
{
	char name[ENCODING_NAME_MAX];
	size_t n = 0;

	while (p < end && (*p == ' ' || *p == '\t' || *p == '\f'))
		p++;
	if (p == end || *p != '#')
		return false;
	for (; (p = memmem(p, (size_t)(end - p), "coding", 6)); p++) {
		const char *q = p + 6;

		if (q == end || (*q != ':' && *q != '='))
			continue;
		q++;
		while (q < end && (*q == ' ' || *q == '\t'))
			q++;
		for (; q < end && is_name_byte(*q) && n < sizeof(name) - 1; q++) {
			char c = *q == '-' || *q == '.' ? '_' : *q;

			name[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
		}
		if (!n)
			continue;
		name[n] = '\0';
		*encoding = encoding_named(name);
		return true;
	}
	return false;
}

/* The second line may declare it only below a blank one or a comment. *line is where it is declared. */
static enum encoding declared(const char *bytes, size_t len, unsigned *line)
{
	const char *end = bytes + len, *stop = line_end(bytes, end), *p = bytes;
	enum encoding encoding = ENCODING_UTF8;

	*line = 1;
	if (declared_in(bytes, stop, &encoding) || stop == end)
		return encoding;
	while (p < stop && (*p == ' ' || *p == '\t' || *p == '\f'))
		p++;
	if (p < stop && *p != '#')
		return encoding;
	p = stop + (*stop == '\r' && stop + 1 < end && stop[1] == '\n' ? 2 : 1);
	*line = 2;
	declared_in(p, line_end(p, end), &encoding);
	return encoding;
}

/* What byte `c` >= 0x80 stands for; 0 if for nothing. */
static unsigned code_point(enum encoding encoding, unsigned char c)
{
	static const uint16_t windows[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030,
		0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
		0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

	if (encoding == ENCODING_CP1252 && c < 0xa0)
		return windows[c - 0x80];
	if (encoding == ENCODING_LATIN9) {
		switch (c) {
		case 0xa4:
			return 0x20ac;
		case 0xa6:
			return 0x160;
		case 0xa8:
			return 0x161;
		case 0xb4:
			return 0x17d;
		case 0xb8:
			return 0x17e;
		case 0xbc:
			return 0x152;
		case 0xbd:
			return 0x153;
		case 0xbe:
			return 0x178;
		default:
			break;
		}
	}
	return encoding == ENCODING_ASCII ? 0 : c;
}

unsigned line_ends(const char *from, const char *to)
{
	unsigned lines = 0;

	for (const char *p = from; p < to; p++)
		lines += *p == '\n' || (*p == '\r' && !(p + 1 < to && p[1] == '\n'));
	return lines;
}

/* Converts one byte at a time; what stands for nothing is kept as it is. */
static void convert(struct python_text *source, enum encoding encoding, struct strbuf *out)
{
	const char *p = source->bytes, *end = p + source->len, *ascii;

	strbuf_clear(out);
	while (p < end) {
		unsigned code;

		ascii = p;
		p = skip_ascii(p, end);
		strbuf_add(out, ascii, (size_t)(p - ascii));
		if (p == end)
			break;
		code = code_point(encoding, (unsigned char)*p);
		if (!code) {
			if (!source->undecodable)
				source->bad_line = 1 + line_ends(source->bytes, p);
			source->undecodable = true;
			strbuf_addch(out, *p);
		} else if (code < 0x800) {
			strbuf_addch(out, (char)(0xc0 | (code >> 6)));
			strbuf_addch(out, (char)(0x80 | (code & 0x3f)));
		} else {
			strbuf_addch(out, (char)(0xe0 | (code >> 12)));
			strbuf_addch(out, (char)(0x80 | ((code >> 6) & 0x3f)));
			strbuf_addch(out, (char)(0x80 | (code & 0x3f)));
		}
		p++;
	}
	source->bytes = out->buf;
	source->len = out->len;
}

struct python_text python_text_read(const char *bytes, size_t len, struct strbuf *scratch)
{
	struct python_text source = { .bytes = bytes, .len = len };
	bool marked = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
	enum encoding encoding;
	unsigned line;
	size_t good;

	if (marked) {
		source.bytes += 3;
		source.len -= 3;
	}
	encoding = declared(source.bytes, source.len, &line);
	if (encoding == ENCODING_UNKNOWN || (marked && encoding != ENCODING_UTF8)) {
		source.undecodable = true;
		source.bad_line = line;
	} else if (encoding == ENCODING_UTF8) {
		good = utf8_prefix(source.bytes, source.len);
		if (good < source.len) {
			source.undecodable = true;
			source.bad_line = 1 + line_ends(source.bytes, source.bytes + good);
		}
	} else if (skip_ascii(source.bytes, source.bytes + source.len) < source.bytes + source.len) {
		if (encoding == ENCODING_FOREIGN)
			source.foreign = true;
		else
			convert(&source, encoding, scratch);
	}
	return source;
}
