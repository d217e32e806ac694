#include "bindings.h"

#include <string.h>

#include "revident/base/intern.h"
#include "revident/base/utf8.h"

/* Is `value` one that can be told, of a file read like this? */
static bool is_told(const struct python_text *source, const struct strbuf *value)
{
	if (!utf8_is_valid(value->buf, value->len))
		return false;
	if (source->foreign)
		for (size_t i = 0; i < value->len; i++)
			if ((unsigned char)value->buf[i] >= 0x80)
				return false;
	return true;
}

/* The string that `span` spells, into `out`. */
static bool read_string(
	const struct bindings *b, struct span span, const struct python_text *source, struct strbuf *out)
{
	span = span_unwrap(b->tokens, span);
	if (!span_is_string(b->tokens, span))
		return false;
	strbuf_clear(out);
	for (size_t i = span.from; i < span.to; i++)
		if (literal_value(b->source, &b->tokens[i], out) != DECODED)
			return false;
	return is_told(source, out);
}

/* Every element of a display, each once, in the order of the source. False if one is no string. */
static bool read_elements(const struct bindings *b, struct span inside, const struct python_text *source,
	struct arena *arena, struct strbuf *scratch, struct binding *out)
{
	struct span element;
	struct intern seen;
	struct text *values;
	bool ok = true;

	intern_init(&seen);
	while (ok && span_next(b->tokens, &inside, &element)) {
		ok = read_string(b, element, source, scratch);
		if (ok)
			intern_add(&seen, scratch->buf, scratch->len);
	}
	if (ok) {
		values = arena_calloc(arena, seen.count, sizeof(*values));
		for (size_t i = 0; i < seen.count; i++) {
			const struct intern_key *key = intern_get(&seen, (uint32_t)i);

			values[i] = (struct text){ arena_memdup(arena, key->bytes, key->len), key->len };
		}
		out->values = values;
		out->count = seen.count;
	}
	intern_release(&seen);
	return ok;
}

static bool read_one(const struct strbuf *value, struct arena *arena, struct binding *out)
{
	struct text *values = arena_alloc(arena, sizeof(*values));

	*values = (struct text){ arena_memdup(arena, value->buf, value->len), value->len };
	out->values = values;
	out->count = 1;
	return true;
}

static bool read_value(const struct bindings *b, enum attribute attribute, struct span span,
	const struct python_text *source, struct arena *arena, struct strbuf *scratch, struct binding *out)
{
	struct span inside;

	if (read_string(b, span, source, scratch))
		return (attribute != ATTRIBUTE_REVISION && !scratch->len) || read_one(scratch, arena, out);
	if (attribute == ATTRIBUTE_REVISION)
		return false;
	if (span.to - span.from == 1 && token_is(b->source, &b->tokens[span.from], "None"))
		return true;
	return span_display(b->tokens, span, &inside) != DISPLAY_NONE &&
	       read_elements(b, inside, source, arena, scratch, out);
}

void bindings_resolve(const struct bindings *b, enum attribute attribute, const struct python_text *source,
	struct arena *arena, struct strbuf *scratch, struct binding *out)
{
	const struct bound *bound = &b->bound[attribute];

	*out = (struct binding){ .kind = bound->kind, .line = bound->line, .conditional = bound->conditional };
	if (bound->kind != BINDING_LITERAL)
		return;
	if (!read_value(b, attribute, span_unwrap(b->tokens, bound->value), source, arena, scratch, out)) {
		out->kind = BINDING_DYNAMIC;
		out->values = NULL;
		out->count = 0;
	}
}
