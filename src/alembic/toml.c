#include "revident/alembic/toml.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "problems.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "toml_scan.h"

/* Where a key path has got to on its way to tool.alembic.KEY. */
enum place {
	PLACE_ROOT,
	PLACE_TOOL,    /* tool */
	PLACE_ALEMBIC, /* tool.alembic */
	PLACE_KEY,     /* tool.alembic.KEY: its value is kept */
	PLACE_ELSEWHERE,
};

struct reader_state {
	struct toml_scan scan;
	struct arena *arena;
	struct toml_table *table;
	struct toml_value *values;
	size_t value_cap;
	enum place header;  /* what the last [header] opened */
	bool tool_is_array; /* [[tool]]: Alembic finds no table there */
	struct text key;    /* the last one of a path, for PLACE_KEY */
	unsigned key_line;
};

static bool read_value(struct reader_state *r, enum place place, int depth, struct toml_value *out);

static enum place step(enum place from, struct text key)
{
	switch (from) {
	case PLACE_ROOT:
		return text_equal(key, TEXT_LITERAL("tool")) ? PLACE_TOOL : PLACE_ELSEWHERE;
	case PLACE_TOOL:
		return text_equal(key, TEXT_LITERAL("alembic")) ? PLACE_ALEMBIC : PLACE_ELSEWHERE;
	case PLACE_ALEMBIC:
		return PLACE_KEY;
	case PLACE_KEY:
	case PLACE_ELSEWHERE:
		break;
	}
	return PLACE_ELSEWHERE;
}

static void table_is_present(struct reader_state *r, unsigned line)
{
	if (!r->table->present)
		r->table->line = line;
	r->table->present = true;
}

/* `a.b."c"`: where it leads from `from`. False at a mistake. */
static bool read_key_path(struct reader_state *r, enum place from, enum place *out)
{
	struct strbuf key = STRBUF_INIT;
	bool complete = false;

	*out = from;
	for (;;) {
		strbuf_clear(&key);
		toml_skip_blanks(&r->scan);
		r->key_line = r->scan.line;
		if (!toml_scan_key(&r->scan, &key))
			break;
		*out = step(*out, (struct text){ key.buf, key.len });
		if (*out == PLACE_ALEMBIC)
			table_is_present(r, r->key_line);
		if (*out == PLACE_KEY)
			r->key = (struct text){ arena_memdup(r->arena, key.buf, key.len), key.len };
		toml_skip_blanks(&r->scan);
		if (!toml_accept(&r->scan, '.')) {
			complete = true;
			break;
		}
	}
	strbuf_release(&key);
	return complete;
}

static void keep_value(struct reader_state *r, const struct toml_value *value)
{
	size_t count = r->table->count;

	for (size_t i = 0; i < count; i++) {
		if (!text_equal(r->values[i].key, value->key))
			continue;
		problems_add(r->scan.problems, value->line, "the key %s is there twice; the last one is taken",
			problem_quote(r->arena, value->key));
		r->values[i] = *value;
		return;
	}
	if (count == TOML_VALUES_MAX) {
		problems_add(r->scan.problems, value->line, "too many keys; the rest is not read");
		return;
	}
	r->values = xgrow(r->values, count, &r->value_cap, sizeof(*r->values));
	r->values[r->table->count++] = *value;
}

/* `key = value`, in a table or an inline table. */
static bool read_pair(struct reader_state *r, enum place from, int depth)
{
	struct toml_value value = { 0 };
	enum place place;

	if (!read_key_path(r, from, &place))
		return false;
	if (!toml_accept(&r->scan, '='))
		return toml_fail(&r->scan, "no '=' behind a key");
	value.key = r->key;
	value.line = r->key_line;
	if (!read_value(r, place, depth, &value))
		return false;
	if (place == PLACE_KEY)
		keep_value(r, &value);
	if (place == PLACE_ALEMBIC && value.kind != TOML_OTHER)
		return toml_fail(&r->scan, "tool.alembic is no table");
	return true;
}

static bool read_inline_table(struct reader_state *r, enum place place, int depth)
{
	toml_skip_blanks(&r->scan);
	if (toml_accept(&r->scan, '}'))
		return true;
	for (;;) {
		if (!read_pair(r, place, depth + 1))
			return false;
		toml_skip_blanks(&r->scan);
		if (toml_accept(&r->scan, '}'))
			return true;
		if (!toml_accept(&r->scan, ','))
			return toml_fail(&r->scan, "an inline table is not closed");
	}
}

static bool read_array(struct reader_state *r, bool keep, int depth, struct toml_value *out)
{
	struct text *strings = NULL;
	size_t count = 0, cap = 0;
	bool all_strings = keep, complete = false;

	for (;;) {
		struct toml_value element = { 0 };

		toml_skip_layout(&r->scan);
		if (toml_accept(&r->scan, ']')) {
			complete = true;
			break;
		}
		if (!read_value(r, keep ? PLACE_KEY : PLACE_ELSEWHERE, depth + 1, &element))
			break;
		all_strings = all_strings && element.kind == TOML_STRING && count < CONFIG_LOCATIONS_MAX;
		if (all_strings) {
			VEC_GROW(strings, count, cap);
			strings[count++] = element.string;
		}
		toml_skip_layout(&r->scan);
		if (!toml_accept(&r->scan, ',') && !toml_at(&r->scan, ']')) {
			toml_fail(&r->scan, "an array is not closed");
			break;
		}
	}
	out->kind = all_strings ? TOML_STRINGS : TOML_OTHER;
	if (complete && all_strings) {
		out->strings = arena_copy(r->arena, strings, count, sizeof(*strings));
		out->count = count;
	}
	free(strings);
	return complete;
}

/* A bare word: true, false, a number or a date. */
static bool read_word(struct reader_state *r, struct toml_value *out)
{
	struct text word = toml_scan_word(&r->scan);
	char digits[32], *end;
	size_t length = 0;

	if (word.len == 0)
		return toml_fail(&r->scan, "no value behind a key");
	if (text_equal(word, TEXT_LITERAL("true")) || text_equal(word, TEXT_LITERAL("false"))) {
		out->kind = TOML_BOOLEAN;
		out->boolean = word.ptr[0] == 't';
		return true;
	}
	out->kind = TOML_OTHER;
	for (size_t i = 0; i < word.len && length < sizeof(digits) - 1; i++)
		if (word.ptr[i] != '_')
			digits[length++] = word.ptr[i];
	digits[length] = '\0';
	if (strspn(digits + (digits[0] == '+' || digits[0] == '-'), "0123456789") == 0)
		return true;
	out->integer = strtoll(digits, &end, 10);
	if (*end == '\0')
		out->kind = TOML_INTEGER;
	return true;
}

/* `place` is where the value stands; only that of PLACE_KEY is kept. Values of arrays never lead further. */
static bool read_value(struct reader_state *r, enum place place, int depth, struct toml_value *out)
{
	struct strbuf string = STRBUF_INIT;
	bool complete;

	if (depth > TOML_DEPTH_MAX)
		return toml_fail(&r->scan, "arrays or inline tables too deep in each other");
	toml_skip_blanks(&r->scan);
	if (toml_accept(&r->scan, '[')) {
		complete = read_array(r, place == PLACE_KEY, depth, out);
	} else if (toml_accept(&r->scan, '{')) {
		out->kind = TOML_OTHER;
		complete = read_inline_table(r, place == PLACE_KEY ? PLACE_ELSEWHERE : place, depth);
		if (place == PLACE_ALEMBIC)
			table_is_present(r, r->scan.line);
	} else if (toml_at(&r->scan, '"') || toml_at(&r->scan, '\'')) {
		out->kind = TOML_STRING;
		complete = toml_scan_string(&r->scan, true, place == PLACE_KEY ? &string : NULL);
		if (complete && place == PLACE_KEY)
			out->string = (struct text){ arena_memdup(r->arena, string.buf, string.len), string.len };
	} else {
		complete = read_word(r, out);
	}
	strbuf_release(&string);
	return complete;
}

/* `[a.b]` or `[[a.b]]` */
static bool read_header(struct reader_state *r)
{
	bool is_array = toml_accept(&r->scan, '[');
	enum place place;

	r->header = PLACE_ELSEWHERE;
	if (!read_key_path(r, PLACE_ROOT, &place))
		return false;
	if (!toml_accept(&r->scan, ']') || (is_array && !toml_accept(&r->scan, ']')))
		return toml_fail(&r->scan, "a table header is not closed");
	if (is_array && place == PLACE_TOOL)
		r->tool_is_array = true;
	if (is_array && place == PLACE_ALEMBIC)
		return toml_fail(&r->scan, "tool.alembic is an array of tables, which Alembic does not take");
	/* the values of a table below tool.alembic are not its own */
	r->header = place == PLACE_KEY || is_array || r->tool_is_array ? PLACE_ELSEWHERE : place;
	return true;
}

/* Goes on behind the line at which the mistake began, for the first few of them; then where it was noticed. */
static void recover(struct reader_state *r, const struct toml_scan *begin)
{
	if (r->scan.problems->count < CONFIG_PROBLEMS_MAX)
		r->scan = *begin;
	toml_skip_line(&r->scan);
}

static void read_document(struct reader_state *r)
{
	for (;;) {
		struct toml_scan begin;
		bool complete;

		toml_skip_layout(&r->scan);
		if (toml_at_end(&r->scan))
			return;
		begin = r->scan;
		complete = toml_accept(&r->scan, '[') ? read_header(r) : read_pair(r, r->header, 0);
		if (complete && !toml_accept_line_end(&r->scan))
			complete = toml_fail(&r->scan, "something stands behind a value");
		if (!complete)
			recover(r, &begin);
	}
}

void toml_read_alembic(const char *bytes, size_t len, struct arena *arena, struct toml_table *out)
{
	struct problems problems;
	struct reader_state r = { .arena = arena, .table = out, .header = PLACE_ROOT };

	memset(out, 0, sizeof(*out));
	problems_init(&problems, arena);
	toml_scan_init(&r.scan, bytes, len < CONFIG_BYTES_MAX ? len : CONFIG_BYTES_MAX, &problems);
	read_document(&r);
	out->values = arena_copy(arena, r.values, out->count, sizeof(*r.values));
	free(r.values);
	out->problems = problems.items;
	out->problem_count = problems.count;
}

const struct toml_value *toml_find(const struct toml_table *table, struct text key)
{
	for (size_t i = 0; i < table->count; i++)
		if (text_equal(table->values[i].key, key))
			return &table->values[i];
	return NULL;
}
