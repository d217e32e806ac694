#include "revident/alembic/reader.h"

#include <stdlib.h>
#include <string.h>

#include "bindings.h"
#include "docstring.h"
#include "reader_parts.h"
#include "revident/alembic/python_text.h"
#include "revident/base/intern.h"
#include "revident/base/xalloc.h"

/* Buffers up to this size, in tokens or bytes, are kept from file to file. */
enum { KEPT_MAX = 64 * 1024 };

int reader_new(struct reader **out, struct err *err)
{
	struct reader *reader = xcalloc(1, sizeof(*reader));

	strbuf_init(&reader->source);
	strbuf_init(&reader->value);
	reader->line_key = hash_secret();
	if (tokenizer_new(&reader->tokenizer, err) < 0) {
		reader_free(reader);
		return -1;
	}
	*out = reader;
	return 0;
}

uint64_t reader_line_key(const struct reader *reader)
{
	return reader->line_key;
}

void reader_set_line_key(struct reader *reader, uint64_t key)
{
	reader->line_key = key;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	tokenizer_free(reader->tokenizer);
	token_list_release(&reader->tokens);
	strbuf_release(&reader->source);
	strbuf_release(&reader->value);
	free(reader);
}

void reader_trim(struct reader *reader)
{
	if (reader->tokens.cap > KEPT_MAX)
		token_list_release(&reader->tokens);
	if (reader->source.cap > KEPT_MAX)
		strbuf_release(&reader->source);
	if (reader->value.cap > KEPT_MAX)
		strbuf_release(&reader->value);
}

static struct binding *binding_of(struct migration *m, enum attribute attribute)
{
	struct binding *all[ATTRIBUTES] = { [ATTRIBUTE_REVISION] = &m->revision,
		[ATTRIBUTE_DOWN_REVISION] = &m->down_revision,
		[ATTRIBUTE_BRANCH_LABELS] = &m->branch_labels,
		[ATTRIBUTE_DEPENDS_ON] = &m->depends_on };

	return all[attribute];
}

/* What the whole file binds, from the reader's tokens. */
static void read_statements(struct reader *reader, const struct python_text *source, enum bindings_extent extent,
	struct arena *arena, struct migration *out)
{
	struct bindings bindings = {
		.source = source->bytes, .tokens = reader->tokens.items, .count = reader->tokens.count
	};

	bindings_read(&bindings, extent);
	for (unsigned i = 0; i < ATTRIBUTES; i++)
		bindings_resolve(&bindings, (enum attribute)i, source, arena, &reader->value,
			binding_of(out, (enum attribute)i));
}

static bool is_name_byte(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       (unsigned char)c >= 0x80;
}

/* Does a line at `p` begin with one of the names? */
static bool names_attribute(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && is_name_byte(*q))
		q++;
	return attribute_named(p, (size_t)(q - p)) != ATTRIBUTES;
}

static const char *next_line(const char *p, const char *end)
{
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	if (p < end)
		p += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
	return p;
}

/* Lines that can still belong to a binding that begins above them. */
static bool goes_on(const char *p)
{
	return strchr(" \t\f\r\n)]}'\"#", *p) && *p;
}

struct spans {
	struct span *items;
	size_t count, cap;
};

/* The bytes of every string that goes on over a line's end. */
static void find_long_strings(const struct reader *reader, const struct python_text *source, struct spans *out)
{
	for (size_t i = 0; i < reader->tokens.count; i++) {
		const struct token *token = &reader->tokens.items[i];
		const char *p = source->bytes + token->at;

		if (token->kind != TOKEN_STRING && token->kind != TOKEN_BYTES && token->kind != TOKEN_FSTRING)
			continue;
		if (!line_ends(p, p + token->len))
			continue;
		VEC_GROW(out->items, out->count, out->cap);
		out->items[out->count++] = (struct span){ token->at, token->at + token->len };
	}
}

/*
 * A file in which brackets or strings do not close: every line that begins with one of the names at column 0, and not
 * inside a string, is read for itself, with the lines below it that are indented or begin with a bracket or quote. No
 * byte is read twice.
 */
static int read_lines(struct reader *reader, const struct python_text *source, struct arena *arena,
	struct migration *out, struct err *err)
{
	const char *p = source->bytes, *end = p + source->len, *stop;
	struct spans strings = { NULL, 0, 0 };
	unsigned line = 1;
	size_t string = 0;
	int rc = -1;

	find_long_strings(reader, source, &strings);

	for (; p < end; p = stop) {
		struct bindings bindings = { .source = p };

		stop = next_line(p, end);
		while (string < strings.count && strings.items[string].to <= (size_t)(p - source->bytes))
			string++;
		if (!names_attribute(p, stop) ||
			(string < strings.count && strings.items[string].from < (size_t)(p - source->bytes))) {
			line++;
			continue;
		}
		while (stop < end && goes_on(stop))
			stop = next_line(stop, end);
		if (tokens_read(reader->tokenizer, p, (size_t)(stop - p), TOKENS_FIRST_LINE, &reader->tokens, err) < 0)
			goto done;
		bindings.tokens = reader->tokens.items;
		bindings.count = reader->tokens.count;
		bindings_read(&bindings, BINDINGS_COLUMN_0);
		for (unsigned i = 0; i < ATTRIBUTES; i++) {
			if (bindings.bound[i].kind == BINDING_ABSENT)
				continue;
			bindings.bound[i].line += line - 1;
			bindings_resolve(&bindings, (enum attribute)i, source, arena, &reader->value,
				binding_of(out, (enum attribute)i));
		}
		line += line_ends(p, stop);
	}
	rc = 0;
done:
	free(strings.items);
	return rc;
}

static void set_unreadable(struct migration *out, enum unreadable why, unsigned line)
{
	if (out->unreadable != UNREADABLE_NOT)
		return;
	out->unreadable = why;
	out->unreadable_line = line;
}

int reader_read(struct reader *reader, struct arena *arena, const char *bytes, size_t len, struct migration *out,
	struct err *err)
{
	struct python_text source;
	const char *nul;
	int rc = -1;

	*out = (struct migration){ .unreadable = UNREADABLE_NOT };
	if (len > MIGRATION_BYTES_MAX) {
		out->unreadable = UNREADABLE_TOO_LARGE;
		return 0;
	}
	if (!len || !memmem(bytes, len, "revision", strlen("revision")))
		return 0;
	source = python_text_read(bytes, len, &reader->source);
	if (tokens_read(reader->tokenizer, source.bytes, source.len, TOKENS_ALL, &reader->tokens, err) < 0)
		goto done;
	if (reader->tokens.problem != UNREADABLE_SYNTAX)
		set_unreadable(out, reader->tokens.problem, reader->tokens.problem_line);
	if (source.undecodable)
		set_unreadable(out, UNREADABLE_UNDECODABLE, source.bad_line);
	nul = memchr(source.bytes, '\0', source.len);
	if (nul)
		set_unreadable(out, UNREADABLE_CHARACTER, 1 + line_ends(source.bytes, nul));
	set_unreadable(out, reader->tokens.problem, reader->tokens.problem_line);
	docstring_read(source.bytes, &reader->tokens, arena, &reader->value, out);
	create_date_read(source.bytes, source.len, arena, out);
	if (reader->tokens.unclosed) {
		if (read_lines(reader, &source, arena, out, err) < 0)
			goto done;
	} else {
		read_statements(reader, &source,
			out->unreadable == UNREADABLE_NOT ? BINDINGS_MODULE : BINDINGS_COLUMN_0, arena, out);
	}
	rc = 0;
done:
	reader_trim(reader);
	return rc;
}

bool migration_file_name(const char *name, size_t len)
{
	static const char init[] = "__init__", suffix[] = ".py";
	size_t end = len;

	if (end && name[end - 1] == '\n')
		end--;
	if (memchr(name, '\n', end))
		return false;
	if (len >= 2 && memcmp(name, ".#", 2) == 0)
		return false;
	if (len >= sizeof(init) - 1 && memcmp(name, init, sizeof(init) - 1) == 0)
		return false;
	return end >= sizeof(suffix) - 1 && memcmp(name + end - (sizeof(suffix) - 1), suffix, sizeof(suffix) - 1) == 0;
}
