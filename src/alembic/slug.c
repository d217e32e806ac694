#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "revident/alembic/config.h"
#include "revident/base/strbuf.h"
#include "revident/base/utf8.h"

enum {
	SLUG_DEFAULT_LENGTH = 40,
	NAME_MAX_BYTES = 255, /* what file systems take for one component */
	FIELD_MAX = 200,      /* width or precision of a conversion in a template */
};

#define DEFAULT_TEMPLATE TEXT_LITERAL("%(rev)s_%(slug)s")

struct range {
	uint32_t first, last;
};

/*
 * What `\w` of Python's re does not take above ASCII, by whole blocks: marks, punctuation, symbols, private use.
 * Everything else counts as a letter or digit.
 */
static const struct range not_word[] = {
	{ 0x80, 0xa9 },
	{ 0xab, 0xb1 },
	{ 0xb4, 0xb4 },
	{ 0xb6, 0xb8 },
	{ 0xbb, 0xbb },
	{ 0xbf, 0xbf },
	{ 0xd7, 0xd7 },
	{ 0xf7, 0xf7 },
	{ 0x2c2, 0x2c5 },
	{ 0x2d2, 0x2df },
	{ 0x2e5, 0x2eb },
	{ 0x2ed, 0x2ed },
	{ 0x2ef, 0x36f },
	{ 0x37e, 0x37e },
	{ 0x384, 0x385 },
	{ 0x387, 0x387 },
	{ 0x482, 0x489 },
	{ 0x55a, 0x55f },
	{ 0x589, 0x5cf },
	{ 0x600, 0x61f },
	{ 0x64b, 0x65f },
	{ 0x2000, 0x206f },
	{ 0x20a0, 0x20ff },
	{ 0x2190, 0x245f },
	{ 0x249c, 0x24e9 },
	{ 0x2500, 0x2775 },
	{ 0x2794, 0x2bff },
	{ 0x2e00, 0x2e2e },
	{ 0x2e30, 0x3004 },
	{ 0x3008, 0x3020 },
	{ 0x302a, 0x3030 },
	{ 0x303d, 0x3040 },
	{ 0x3099, 0x309c },
	{ 0x30a0, 0x30a0 },
	{ 0x30fb, 0x30fb },
	{ 0xd800, 0xf8ff },
	{ 0xfe00, 0xfe6f },
	{ 0xfeff, 0xff0f },
	{ 0xff1a, 0xff20 },
	{ 0xff3b, 0xff40 },
	{ 0xff5b, 0xff65 },
	{ 0xffe0, 0xffff },
	{ 0x1f000, 0x1f0ff },
	{ 0x1f10d, 0x1fbef },
	{ 0xe0000, 0x10ffff },
};

/* Capitals whose small letter is a fixed distance away, or the next one (stride 2). */
static const struct {
	uint32_t first, last, stride, distance;
} capitals[] = {
	{ 0xc0, 0xd6, 1, 32 },
	{ 0xd8, 0xde, 1, 32 },
	{ 0x100, 0x12e, 2, 1 },
	{ 0x132, 0x136, 2, 1 },
	{ 0x139, 0x147, 2, 1 },
	{ 0x14a, 0x176, 2, 1 },
	{ 0x179, 0x17d, 2, 1 },
	{ 0x386, 0x386, 1, 38 },
	{ 0x388, 0x38a, 1, 37 },
	{ 0x38c, 0x38c, 1, 64 },
	{ 0x38e, 0x38f, 1, 63 },
	{ 0x391, 0x3a1, 1, 32 },
	{ 0x3a3, 0x3ab, 1, 32 },
	{ 0x400, 0x40f, 1, 80 },
	{ 0x410, 0x42f, 1, 32 },
	{ 0x460, 0x480, 2, 1 },
	{ 0x48a, 0x4be, 2, 1 },
};

static bool is_word(uint32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
	for (size_t i = 0; i < sizeof(not_word) / sizeof(*not_word); i++)
		if (c >= not_word[i].first && c <= not_word[i].last)
			return false;
	return true;
}

static uint32_t lower(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 32;
	for (size_t i = 0; i < sizeof(capitals) / sizeof(*capitals); i++)
		if (c >= capitals[i].first && c <= capitals[i].last)
			return (c - capitals[i].first) % capitals[i].stride == 0 ? c + capitals[i].distance : c;
	return c == 0x178 ? 0xff : c;
}

/* Only characters of the tables above are encoded: at most two bytes where they differ from the source. */
static void add_lower(struct strbuf *out, const char *source, size_t size, uint32_t c)
{
	uint32_t small = lower(c);

	if (small == c) {
		strbuf_add(out, source, size);
	} else if (small < 0x80) {
		strbuf_addch(out, (char)small);
	} else {
		strbuf_addch(out, (char)(0xc0 | small >> 6));
		strbuf_addch(out, (char)(0x80 | (small & 0x3f)));
	}
}

/* How many bytes the first `count` characters have. */
static size_t characters_size(const char *bytes, size_t len, size_t count)
{
	size_t at = 0;

	while (count-- > 0 && at < len)
		at += utf8_next(bytes + at, len - at).len;
	return at;
}

static size_t count_characters(const char *bytes, size_t len)
{
	size_t count = 0;

	for (size_t at = 0; at < len; count++)
		at += utf8_next(bytes + at, len - at).len;
	return count;
}

/* `slug[:n].rsplit("_", 1)[0] + "_"`; a negative n counts from the end. */
static void truncate_slug(struct strbuf *slug, int length)
{
	size_t count = count_characters(slug->buf, slug->len), keep;
	const char *last;

	if (length >= 0 && count <= (size_t)length)
		return;
	if (length >= 0)
		keep = (size_t)length;
	else
		keep = count > (size_t)-length ? count - (size_t)-length : 0;
	strbuf_setlen(slug, characters_size(slug->buf, slug->len, keep));
	last = memrchr(slug->buf, '_', slug->len);
	if (last)
		strbuf_setlen(slug, (size_t)(last - slug->buf));
	strbuf_addch(slug, '_');
}

/*
 * The slug of a message: its words (`\w+`) joined by `_`, in lower case, cut to `truncate` characters (0: 40) at the
 * last `_` with a `_` behind it. ASCII is exact. Other characters: letters, digits and marks by a few fixed ranges;
 * lower case for Latin-1, Latin Extended-A, Greek and Cyrillic; bytes that are not UTF-8 separate words.
 */
static struct text slug_of(struct text message, int truncate, struct arena *arena)
{
	const char *at = message.ptr, *end = message.ptr + message.len;
	struct strbuf slug = STRBUF_INIT;
	bool in_word = false;
	struct text out;

	while (at < end) {
		struct utf8_char c = utf8_next(at, (size_t)(end - at));
		bool word = c.valid && is_word(c.code);

		if (word && !in_word && slug.len > 0)
			strbuf_addch(&slug, '_');
		if (word)
			add_lower(&slug, at, c.len, c.code);
		in_word = word;
		at += c.len;
	}
	truncate_slug(&slug, truncate ? truncate : SLUG_DEFAULT_LENGTH);
	out = (struct text){ arena_memdup(arena, slug.buf, slug.len), slug.len };
	strbuf_release(&slug);
	return out;
}

/* What a template's %(key)… stands for: text or a number. */
struct field {
	struct text text; /* none: a number */
	int64_t number;
};

static bool find_field(
	struct text key, struct text revision, struct text slug, const struct create_date *date, struct field *out)
{
	const struct {
		const char *key;
		struct field field;
	} fields[] = {
		{ "rev", { revision, 0 } },
		{ "slug", { slug, 0 } },
		{ "epoch", { TEXT_NONE, date->epoch } },
		{ "year", { TEXT_NONE, date->year } },
		{ "month", { TEXT_NONE, date->month } },
		{ "day", { TEXT_NONE, date->day } },
		{ "hour", { TEXT_NONE, date->hour } },
		{ "minute", { TEXT_NONE, date->minute } },
		{ "second", { TEXT_NONE, date->second } },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (!text_equal(key, text_of(fields[i].key)))
			continue;
		*out = fields[i].field;
		return true;
	}
	return false;
}

/* One conversion of Python's % operator: `[#0- +]*`, a width, a precision, then s, d, i, u, x, X or o. */
struct conversion {
	bool minus, zero, plus, space;
	size_t width, precision;
	bool has_precision;
	char type;
};

static bool read_count(const char **at, const char *end, size_t *out)
{
	for (*out = 0; *at < end && **at >= '0' && **at <= '9'; ++*at) {
		*out = *out * 10 + (size_t)(**at - '0');
		if (*out > FIELD_MAX)
			return false;
	}
	return true;
}

static bool read_conversion(const char **at, const char *end, struct conversion *c)
{
	for (; *at < end && strchr("0- +", **at) && **at; ++*at) {
		c->minus = c->minus || **at == '-';
		c->zero = c->zero || **at == '0';
		c->plus = c->plus || **at == '+';
		c->space = c->space || **at == ' ';
	}
	if (!read_count(at, end, &c->width))
		return false;
	if (*at < end && **at == '.') {
		c->has_precision = true;
		++*at;
		if (!read_count(at, end, &c->precision))
			return false;
	}
	if (*at == end || **at == '\0' || !strchr("sdiuxXo", **at))
		return false;
	c->type = *(*at)++;
	return true;
}

static void add_padded(struct strbuf *out, const struct conversion *c, const char *bytes, size_t len)
{
	size_t count = count_characters(bytes, len), padding = count < c->width ? c->width - count : 0;

	if (!c->minus)
		strbuf_addchn(out, ' ', padding);
	strbuf_add(out, bytes, len);
	if (c->minus)
		strbuf_addchn(out, ' ', padding);
}

static void add_number(struct strbuf *out, const struct conversion *c, int64_t number)
{
	uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	const char *sign = number < 0 ? "-" : c->plus ? "+" : c->space ? " " : "";
	struct strbuf text = STRBUF_INIT;
	char digits[32];
	size_t length, least = c->has_precision ? c->precision : 0;

	if (c->type == 'x')
		length = (size_t)snprintf(digits, sizeof(digits), "%llx", (unsigned long long)magnitude);
	else if (c->type == 'X')
		length = (size_t)snprintf(digits, sizeof(digits), "%llX", (unsigned long long)magnitude);
	else if (c->type == 'o')
		length = (size_t)snprintf(digits, sizeof(digits), "%llo", (unsigned long long)magnitude);
	else
		length = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)magnitude);
	if (c->zero && !c->minus && c->width > strlen(sign) && c->width - strlen(sign) > least)
		least = c->width - strlen(sign);
	strbuf_addstr(&text, sign);
	strbuf_addchn(&text, '0', length < least ? least - length : 0);
	strbuf_add(&text, digits, length);
	add_padded(out, c, text.buf, text.len);
	strbuf_release(&text);
}

/* %s of a number is its decimal text; a text takes no other conversion. */
static bool add_field(struct strbuf *out, const struct conversion *c, const struct field *field)
{
	struct text text = field->text;
	char decimal[32];

	if (c->type != 's' && text.ptr)
		return false;
	if (c->type != 's') {
		add_number(out, c, field->number);
		return true;
	}
	if (!text.ptr) {
		snprintf(decimal, sizeof(decimal), "%lld", (long long)field->number);
		text = text_of(decimal);
	}
	add_padded(out, c, text.ptr, c->has_precision ? characters_size(text.ptr, text.len, c->precision) : text.len);
	return true;
}

/* False where Python would raise, or where the template holds what is not supported here. */
static bool apply_template(struct text template, struct text revision, struct text slug, const struct create_date *date,
	struct strbuf *out)
{
	const char *at = template.ptr, *end = template.ptr + template.len;

	while (at < end) {
		struct conversion conversion = { 0 };
		const char *close;
		struct field field;

		if (*at != '%') {
			strbuf_addch(out, *at++);
			continue;
		}
		if (++at < end && *at == '%') {
			strbuf_addch(out, *at++);
			continue;
		}
		close = at < end && *at == '(' ? memchr(at, ')', (size_t)(end - at)) : NULL;
		if (!close ||
			!find_field((struct text){ at + 1, (size_t)(close - at - 1) }, revision, slug, date, &field))
			return false;
		at = close + 1;
		if (!read_conversion(&at, end, &conversion) || !add_field(out, &conversion, &field))
			return false;
		if (out->len > CONFIG_PATH_MAX)
			return false;
	}
	return true;
}

static bool is_component(const char *name, size_t len)
{
	if (len == 0 || len > NAME_MAX_BYTES || name[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
			return false;
	return true;
}

/* A relative path below the versions directory that can be created, and whose file Alembic would load. */
static bool is_usable(const struct strbuf *path)
{
	const char *at = path->buf, *end = path->buf + path->len, *slash;

	while ((slash = memchr(at, '/', (size_t)(end - at)))) {
		if (!is_component(at, (size_t)(slash - at)))
			return false;
		at = slash + 1;
	}
	return is_component(at, (size_t)(end - at)) && strncmp(at, "__init__", strlen("__init__")) != 0;
}

int config_migration_name(const struct config_section *section, struct text revision, struct text message,
	const struct create_date *date, struct arena *arena, struct text *out, struct err *err)
{
	struct text slug = slug_of(message, section ? section->truncate_slug_length : 0, arena);
	struct strbuf name = STRBUF_INIT;
	int rc = -1;

	if (revision.len == 0 || memchr(revision.ptr, '/', revision.len) || !is_component(revision.ptr, revision.len)) {
		err_set(err, ERR_USAGE,
			"no file name can be made of the revision's id: rename the revision, or name the file");
		goto done;
	}
	if (section && section->file_template.ptr &&
		apply_template(section->file_template, revision, slug, date, &name)) {
		strbuf_addstr(&name, ".py");
		rc = is_usable(&name) ? 1 : -1;
	}
	if (rc < 0) {
		strbuf_clear(&name);
		rc = section && section->file_template.ptr ? 0 : 1;
		apply_template(DEFAULT_TEMPLATE, revision, slug, date, &name);
		strbuf_addstr(&name, ".py");
	}
	if (!is_usable(&name)) {
		rc = err_set(err, ERR_USAGE,
			"the file name made of the revision's id is too long or none that Alembic loads");
		goto done;
	}
	*out = (struct text){ arena_memdup(arena, name.buf, name.len), name.len };
done:
	strbuf_release(&name);
	return rc;
}
