#include "revident/alembic/ini.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "problems.h"
#include "revident/base/intern.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

/* Sections and keys of one file; what comes after them is left out. */
enum { ENTRIES_MAX = 100000 };

/* The longest key that %(key)s may name, in bytes. */
enum { KEY_MAX = 1024 };

/* The number that [DEFAULT] has among the sections. */
enum { DEFAULT_SECTION = 0 };

#define DEFAULT_NAME TEXT_LITERAL("DEFAULT")

struct entry {
	uint32_t section;
	struct ini_value value;
};

/* The state of RawConfigParser._read between two lines. */
struct parser {
	struct arena *arena;
	struct problems problems;
	struct intern section_names, keys; /* of keys: section number, then the key */
	unsigned *section_lines;           /* by section number; 0: no header yet */
	size_t section_cap;
	struct entry *entries; /* by number in `keys` */
	size_t entry_cap;

	bool in_section, has_open, headless_noted, full;
	uint32_t section, open; /* numbers; `open` is the entry that continuation lines belong to */
	struct strbuf value;    /* of the open entry, as far as it was read */
	size_t indent;          /* characters before the line that opened it */
};

/* Bytes of the white space character (str.isspace) at `p`, 0 if it is none. */
static size_t space_at(const char *p, const char *end)
{
	unsigned char c = (unsigned char)*p, d, e;

	if (c < 0x80)
		return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) ? 1 : 0;
	if (end - p < 2)
		return 0;
	d = (unsigned char)p[1];
	if (c == 0xc2)
		return d == 0x85 || d == 0xa0 ? 2 : 0;
	if (end - p < 3)
		return 0;
	e = (unsigned char)p[2];
	if (c == 0xe1)
		return d == 0x9a && e == 0x80 ? 3 : 0;
	if (c == 0xe2 && d == 0x80)
		return (e >= 0x80 && e <= 0x8a) || e == 0xa8 || e == 0xa9 || e == 0xaf ? 3 : 0;
	if (c == 0xe2)
		return d == 0x81 && e == 0x9f ? 3 : 0;
	return c == 0xe3 && d == 0x80 && e == 0x80 ? 3 : 0;
}

static struct text strip_left(struct text s, size_t *characters)
{
	const char *end = s.ptr + s.len;

	*characters = 0;
	while (s.ptr < end) {
		size_t n = space_at(s.ptr, end);

		if (n == 0)
			break;
		s.ptr += n;
		++*characters;
	}
	s.len = (size_t)(end - s.ptr);
	return s;
}

static struct text strip_right(struct text s)
{
	while (s.len > 0) {
		const char *end = s.ptr + s.len;
		size_t n;

		for (n = 1; n <= 3 && n <= s.len; n++)
			if (space_at(end - n, end) == n)
				break;
		if (n > 3 || n > s.len)
			break;
		s.len -= n;
	}
	return s;
}

struct text ini_strip(struct text s)
{
	size_t characters;

	return strip_right(strip_left(s, &characters));
}

static bool comments_out(struct text stripped)
{
	return stripped.len > 0 && (stripped.ptr[0] == '#' || stripped.ptr[0] == ';');
}

/* `s` in lower case, written to `out`, which has room for it. */
static struct text lower_into(char *out, struct text s)
{
	for (size_t i = 0; i < s.len; i++)
		out[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] - 'A' + 'a') : s.ptr[i];
	return (struct text){ out, s.len };
}

static uint32_t add_section(struct parser *p, struct text name)
{
	size_t known = p->section_names.count;
	uint32_t number = intern_add(&p->section_names, name.ptr, name.len);

	if (number == known) {
		p->section_lines = xgrow(p->section_lines, number, &p->section_cap, sizeof(*p->section_lines));
		p->section_lines[number] = 0;
	}
	return number;
}

static uint32_t add_entry(struct parser *p, struct text key, unsigned line)
{
	struct strbuf name = STRBUF_INIT;
	uint32_t number;
	size_t known = p->keys.count;

	strbuf_add(&name, &p->section, sizeof(p->section));
	strbuf_add(&name, key.ptr, key.len);
	number = intern_add(&p->keys, name.buf, name.len);
	strbuf_release(&name);
	if (number < known)
		problems_add(&p->problems, line, "the key %s is there twice in its section; the last one is taken",
			problem_quote(p->arena, key));
	else
		p->entries = xgrow(p->entries, known, &p->entry_cap, sizeof(*p->entries));
	p->entries[number] = (struct entry){ p->section, { key, TEXT_NONE, line } };
	return number;
}

/* The open entry gets no more lines. */
static void close_entry(struct parser *p)
{
	struct text value;

	if (!p->has_open)
		return;
	value = strip_right((struct text){ p->value.buf, p->value.len });
	p->entries[p->open].value.raw = (struct text){ arena_memdup(p->arena, value.ptr, value.len), value.len };
	p->has_open = false;
}

/* `[name]`, where everything from the first to the last bracket of the line is the name. */
static bool read_header(struct parser *p, struct text stripped, unsigned line)
{
	struct text name = { stripped.ptr + 1, 0 };
	const char *last;

	if (stripped.ptr[0] != '[')
		return false;
	last = memrchr(stripped.ptr, ']', stripped.len);
	if (!last || last < stripped.ptr + 2)
		return false;
	name.len = (size_t)(last - name.ptr);
	close_entry(p);
	p->section = add_section(p, name);
	if (p->section_lines[p->section] == 0)
		p->section_lines[p->section] = line;
	else if (p->section != DEFAULT_SECTION)
		problems_add(&p->problems, line, "the section %s is there twice", problem_quote(p->arena, name));
	p->in_section = true;
	return true;
}

static void read_option(struct parser *p, struct text stripped, unsigned line)
{
	size_t delimiter = 0;
	struct text key, value;

	while (delimiter < stripped.len && stripped.ptr[delimiter] != '=' && stripped.ptr[delimiter] != ':')
		delimiter++;
	if (delimiter == stripped.len) {
		problems_add(&p->problems, line, "neither a section nor a key with a value: %s",
			problem_quote(p->arena, stripped));
		return;
	}
	close_entry(p);
	key = strip_right((struct text){ stripped.ptr, delimiter });
	if (key.len == 0) {
		problems_add(&p->problems, line, "a value without a key: %s", problem_quote(p->arena, stripped));
		return;
	}
	value = ini_strip((struct text){ stripped.ptr + delimiter + 1, stripped.len - delimiter - 1 });
	p->open = add_entry(p, lower_into(arena_alloc(p->arena, key.len + 1), key), line);
	p->has_open = true;
	strbuf_clear(&p->value);
	strbuf_add(&p->value, value.ptr, value.len);
}

static void read_line(struct parser *p, struct text content, unsigned line)
{
	size_t indent;
	struct text stripped = strip_right(strip_left(content, &indent));

	if (comments_out(stripped))
		return;
	if (stripped.len == 0) {
		if (p->has_open)
			strbuf_addch(&p->value, '\n');
		return;
	}
	if (p->has_open && indent > p->indent) {
		strbuf_addch(&p->value, '\n');
		strbuf_add(&p->value, stripped.ptr, stripped.len);
		return;
	}
	p->indent = indent;
	if (p->section_names.count + p->keys.count >= ENTRIES_MAX) {
		if (!p->full)
			problems_add(&p->problems, line, "too many sections and keys; the rest is not read");
		p->full = true;
		close_entry(p);
		return;
	}
	if (read_header(p, stripped, line))
		return;
	if (p->in_section) {
		read_option(p, stripped, line);
	} else if (!p->headless_noted) {
		problems_add(&p->problems, line, "no section header before %s", problem_quote(p->arena, stripped));
		p->headless_noted = true;
	}
}

static void read_lines(struct parser *p, const char *bytes, size_t len)
{
	const char *end = bytes + len, *at = bytes;
	unsigned line = 0;

	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at < end) {
		const char *stop = at;

		while (stop < end && *stop != '\n' && *stop != '\r')
			stop++;
		read_line(p, (struct text){ at, (size_t)(stop - at) }, ++line);
		if (stop < end && *stop == '\r' && stop + 1 < end && stop[1] == '\n')
			stop++;
		at = stop + 1;
	}
	close_entry(p);
}

static int by_section_and_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return text_compare(x->value.key, y->value.key);
}

static void fill_sections(struct parser *p, struct ini *out)
{
	struct ini_section *sections = arena_calloc(p->arena, p->section_names.count, sizeof(*sections));
	struct ini_value *values = arena_calloc(p->arena, p->keys.count, sizeof(*values));
	size_t entry = 0;

	if (p->keys.count)
		qsort(p->entries, p->keys.count, sizeof(*p->entries), by_section_and_key);
	for (uint32_t i = 0; i < p->section_names.count; i++) {
		const struct intern_key *name = intern_get(&p->section_names, i);

		sections[i].name = (struct text){ arena_memdup(p->arena, name->bytes, name->len), name->len };
		sections[i].line = p->section_lines[i];
		sections[i].values = values + entry;
		for (; entry < p->keys.count && p->entries[entry].section == i; entry++)
			values[entry] = p->entries[entry].value;
		sections[i].count = (size_t)(values + entry - sections[i].values);
	}
	out->defaults = sections[DEFAULT_SECTION];
	out->sections = sections + 1;
	out->count = p->section_names.count - 1;
}

void ini_parse(const char *bytes, size_t len, struct arena *arena, struct ini *out)
{
	struct parser p = { .arena = arena, .value = STRBUF_INIT };

	problems_init(&p.problems, arena);
	intern_init(&p.section_names);
	intern_init(&p.keys);
	add_section(&p, DEFAULT_NAME);

	read_lines(&p, bytes, len < CONFIG_BYTES_MAX ? len : CONFIG_BYTES_MAX);
	fill_sections(&p, out);
	out->problems = p.problems.items;
	out->problem_count = p.problems.count;

	strbuf_release(&p.value);
	free(p.entries);
	free(p.section_lines);
	intern_release(&p.keys);
	intern_release(&p.section_names);
}

const struct ini_value *ini_section_find(const struct ini_section *section, struct text key)
{
	size_t low = 0, high = section->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = text_compare(key, section->values[middle].key);

		if (order == 0)
			return &section->values[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct ini_value *ini_find(const struct ini *ini, const struct ini_section *section, struct text key)
{
	const struct ini_value *own = ini_section_find(section, key);

	return own ? own : ini_section_find(&ini->defaults, key);
}

struct expansion {
	const struct ini *ini;
	const struct ini_section *section;
	struct arena *arena;
	struct strbuf out;
	unsigned steps;
	const char *reason; /* why it failed */
};

static bool fail(struct expansion *x, const char *reason)
{
	x->reason = reason;
	return false;
}

static bool expand(struct expansion *x, struct text rest, int depth);

/* What stands for %(name)s. */
static bool expand_key(struct expansion *x, struct text name, int depth)
{
	const struct ini_value *value;
	char lower[KEY_MAX];
	struct text key;

	if (name.len > KEY_MAX)
		return fail(x, "a %(key)s in it is too long");
	key = lower_into(lower, name);
	value = ini_find(x->ini, x->section, key);
	if (value)
		return expand(x, value->raw, depth + 1);
	if (!text_equal(key, TEXT_LITERAL("here")))
		return fail(x, arena_printf(x->arena, "there is no key %s", problem_quote(x->arena, name)));
	strbuf_addch(&x->out, INI_HERE);
	return true;
}

static bool expand(struct expansion *x, struct text rest, int depth)
{
	const char *p = rest.ptr, *end = rest.ptr + rest.len;

	if (memchr(rest.ptr, '\0', rest.len))
		return fail(x, "it holds a NUL");
	while (p < end) {
		const char *percent = memchr(p, '%', (size_t)(end - p));
		const char *close;

		strbuf_add(&x->out, p, (size_t)((percent ? percent : end) - p));
		if (!percent)
			break;
		if (depth > INI_DEPTH_MAX)
			return fail(x, "%(...)s leads too deep");
		if (++x->steps > INI_STEPS_MAX || x->out.len > INI_EXPANDED_MAX)
			return fail(x, "%(...)s makes it too long");
		p = percent + 1;
		if (p < end && *p == '%') {
			strbuf_addch(&x->out, '%');
			p++;
			continue;
		}
		close = p < end && *p == '(' ? memchr(p, ')', (size_t)(end - p)) : NULL;
		if (!close || close == p + 1 || close + 1 == end || close[1] != 's')
			return fail(x, "a '%' in it is neither '%%' nor '%(key)s'");
		if (!expand_key(x, (struct text){ p + 1, (size_t)(close - p - 1) }, depth))
			return false;
		p = close + 2;
	}
	return true;
}

int ini_interpolate(const struct ini *ini, const struct ini_section *section, struct text value, struct arena *arena,
	struct text *out, struct text *reason)
{
	struct expansion x = { .ini = ini, .section = section, .arena = arena, .out = STRBUF_INIT };
	bool complete = expand(&x, value, 1);

	if (complete && !memchr(value.ptr, '%', value.len))
		*out = value;
	else if (complete)
		*out = (struct text){ arena_memdup(arena, x.out.buf, x.out.len), x.out.len };
	else
		*reason = text_of(x.reason);
	strbuf_release(&x.out);
	return complete ? 1 : 0;
}
