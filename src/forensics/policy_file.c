#include "revident/forensics/policy_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

#define PAIR_PREFIX "revident."

/* What next() gives behind the last byte; a line end, as git has it. */
enum { END = '\n' };

struct scan {
	const char *at, *end;
	bool ended; /* END was the end, not a line's */
	unsigned line;
	const char *name;
	struct arena *arena;
	struct strbuf stem;  /* `section.` or `section.subsection.`; empty before the first header */
	struct strbuf value; /* of the key being read */
	struct policy_entry *entries;
	size_t count, cap;
};

static int fail(const struct scan *s, unsigned line, const char *what, struct err *err)
{
	return err_set(err, ERR_USAGE, "'%s' line %u: %s", s->name, line, what);
}

/* The next character; CR LF is one line end. */
static char next(struct scan *s)
{
	if (s->at == s->end) {
		s->ended = true;
		return END;
	}
	if (*s->at == '\r' && s->at + 1 < s->end && s->at[1] == '\n')
		s->at++;
	if (*s->at == '\n')
		s->line++;
	return *s->at++;
}

/* git's isspace(), not the locale's */
static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_key_char(char c)
{
	return is_alpha(c) || (c >= '0' && c <= '9') || c == '-';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* `"name"]`, behind the blank that follows the section. */
static int read_subsection(struct scan *s, unsigned line, struct err *err)
{
	char c;

	do
		c = next(s);
	while (is_space(c) && c != '\n');
	if (c != '"')
		return fail(s, line, "a section's name must be followed by ']' or by a name in double quotes", err);
	strbuf_addch(&s->stem, '.');
	while ((c = next(s)) != '"') {
		if (c == '\\')
			c = next(s);
		if (c == '\n')
			return fail(s, line, "the name in double quotes does not end on its line", err);
		strbuf_addch(&s->stem, c);
	}
	if (next(s) != ']')
		return fail(s, line, "no ']' behind the name in double quotes", err);
	return 0;
}

/* `section]`, `section.sub]` or `section "sub"]`, behind the opening bracket. */
static int read_header(struct scan *s, struct err *err)
{
	unsigned line = s->line;

	strbuf_clear(&s->stem);
	for (;;) {
		char c = next(s);

		if (c == ']')
			break;
		if (is_space(c) && c != '\n') {
			if (read_subsection(s, line, err) < 0)
				return -1;
			break;
		}
		if (!is_key_char(c) && c != '.')
			return fail(s, line, "a section's name holds letters, digits, '-' and '.' only", err);
		strbuf_addch(&s->stem, lower(c));
	}
	if (s->stem.len == 0)
		return fail(s, line, "a section without a name", err);
	strbuf_addch(&s->stem, '.');
	return 0;
}

/* What follows a backslash in a value. */
static int read_escape(struct scan *s, unsigned line, struct err *err)
{
	switch (next(s)) {
	case '\n':
		return 0;
	case 't':
		strbuf_addch(&s->value, '\t');
		return 0;
	case 'b':
		strbuf_addch(&s->value, '\b');
		return 0;
	case 'n':
		strbuf_addch(&s->value, '\n');
		return 0;
	case '\\':
		strbuf_addch(&s->value, '\\');
		return 0;
	case '"':
		strbuf_addch(&s->value, '"');
		return 0;
	default:
		return fail(
			s, line, "a '\\' in a value must be followed by n, t, b, '\"', '\\' or the line's end", err);
	}
}

/* Behind the `=`, through the end of the line. */
static int read_value(struct scan *s, unsigned line, struct err *err)
{
	bool quoted = false, comment = false;
	size_t spaces = 0;

	strbuf_clear(&s->value);
	for (;;) {
		char c = next(s);

		if (c == '\n')
			return quoted ? fail(s, line, "a double quote in the value is not closed", err) : 0;
		if (comment)
			continue;
		if (!quoted && is_space(c)) {
			spaces += s->value.len > 0;
			continue;
		}
		if (!quoted && (c == ';' || c == '#')) {
			comment = true;
			continue;
		}
		strbuf_addchn(&s->value, ' ', spaces);
		spaces = 0;
		if (c == '"')
			quoted = !quoted;
		else if (c != '\\')
			strbuf_addch(&s->value, c);
		else if (read_escape(s, line, err) < 0)
			return -1;
	}
}

/*
 * `section.sub.section.key`, cut at its first and last dot; the line and the value are left empty. False without a dot
 * or a key behind it.
 */
static bool split_key(struct text name, struct arena *arena, struct policy_entry *out)
{
	const char *copy = arena_memdup(arena, name.ptr, name.len);
	const char *first = memchr(copy, '.', name.len), *last = memrchr(copy, '.', name.len);

	memset(out, 0, sizeof(*out));
	if (!first || last + 1 == copy + name.len)
		return false;
	out->section = (struct text){ arena_memdup(arena, copy, (size_t)(first - copy)), (size_t)(first - copy) };
	if (last > first) {
		size_t len = (size_t)(last - first - 1);

		out->subsection = (struct text){ arena_memdup(arena, first + 1, len), len };
	}
	out->key = (struct text){ last + 1, (size_t)(copy + name.len - last - 1) };
	return true;
}

static int add_entry(struct scan *s, const struct strbuf *name, bool has_value, unsigned line, struct err *err)
{
	struct policy_entry entry;

	if (s->count == POLICY_ENTRIES_MAX)
		return fail(s, line, "too many keys", err);
	if (!split_key((struct text){ name->buf, name->len }, s->arena, &entry))
		return fail(s, line, "a key stands before the first section", err);
	entry.line = line;
	if (has_value)
		entry.value = (struct text){ arena_memdup(s->arena, s->value.buf, s->value.len), s->value.len };
	VEC_GROW(s->entries, s->count, s->cap);
	s->entries[s->count++] = entry;
	return 0;
}

/* `key`, `key = value`; `first` is its first letter. */
static int read_key(struct scan *s, char first, struct err *err)
{
	struct strbuf name = STRBUF_INIT;
	unsigned line = s->line;
	bool has_value = false;
	int rc = -1;
	char c;

	strbuf_add(&name, s->stem.buf, s->stem.len);
	strbuf_addch(&name, lower(first));
	while (is_key_char(c = next(s)))
		strbuf_addch(&name, lower(c));
	while (c == ' ' || c == '\t')
		c = next(s);
	if (c != '\n') {
		if (c != '=') {
			fail(s, line, "a key must be followed by '=' or the line's end", err);
			goto done;
		}
		if (read_value(s, line, err) < 0)
			goto done;
		has_value = true;
	}
	rc = add_entry(s, &name, has_value, line, err);
done:
	strbuf_release(&name);
	return rc;
}

static int read_file(struct scan *s, struct err *err)
{
	bool comment = false;

	for (;;) {
		char c = next(s);

		if (c == '\n') {
			if (s->ended)
				return 0;
			comment = false;
		} else if (comment || is_space(c)) {
			continue;
		} else if (c == '#' || c == ';') {
			comment = true;
		} else if (c == '[') {
			if (read_header(s, err) < 0)
				return -1;
		} else if (!is_alpha(c)) {
			return fail(s, s->line, "a key begins with a letter", err);
		} else if (read_key(s, c, err) < 0) {
			return -1;
		}
	}
}

int policy_file_parse(
	const char *bytes, size_t len, const char *name, struct arena *arena, struct policy_file *out, struct err *err)
{
	struct scan s = { .at = bytes, .end = bytes + len, .line = 1, .name = name, .arena = arena };
	int rc = -1;

	strbuf_init(&s.stem);
	strbuf_init(&s.value);
	if (len > POLICY_BYTES_MAX) {
		err_set(err, ERR_USAGE, "'%s' is larger than %d bytes", name, POLICY_BYTES_MAX);
		goto done;
	}
	if (len > 0 && memchr(bytes, '\0', len)) {
		err_set(err, ERR_USAGE, "'%s' holds a NUL: it is no text file", name);
		goto done;
	}
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		s.at += 3;
	if (read_file(&s, err) < 0)
		goto done;
	out->entries = arena_copy(arena, s.entries, s.count, sizeof(*s.entries));
	out->count = s.count;
	rc = 0;
done:
	free(s.entries);
	strbuf_release(&s.value);
	strbuf_release(&s.stem);
	return rc;
}

static struct text lower_copy(struct arena *arena, struct text text)
{
	char *copy = arena_memdup(arena, text.ptr, text.len);

	for (size_t i = 0; i < text.len; i++)
		copy[i] = lower(copy[i]);
	return (struct text){ copy, text.len };
}

bool policy_pair_read(const char *key, const char *value, struct arena *arena, struct policy_entry *out)
{
	const char *rest = key + strlen(PAIR_PREFIX);

	if (strncasecmp(key, PAIR_PREFIX, strlen(PAIR_PREFIX)) != 0)
		return false;
	if (!split_key(text_of(strchr(rest, '.') ? rest : key), arena, out))
		return false;
	out->section = lower_copy(arena, out->section);
	out->key = lower_copy(arena, out->key);
	out->value = value ? text_of(arena_strdup(arena, value)) : TEXT_NONE;
	return true;
}
