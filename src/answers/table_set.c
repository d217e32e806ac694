#include "table_set.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

void table_set_init(struct table_set *set)
{
	memset(set, 0, sizeof(*set));
	intern_init(&set->by_name);
}

void table_set_release(struct table_set *set)
{
	intern_release(&set->by_name);
	free(set->items);
	free(set->first);
}

/* The bare name in lower case. */
static void fold(struct strbuf *out, struct text name)
{
	size_t i;

	strbuf_add(out, name.ptr, name.len);
	for (i = 0; i < out->len; i++)
		if (out->buf[i] >= 'A' && out->buf[i] <= 'Z')
			out->buf[i] = (char)(out->buf[i] | 0x20);
}

/* The number of the bare name, made where it is new. */
static uint32_t bare_name(struct table_set *set, struct text name)
{
	struct strbuf folded = STRBUF_INIT;
	size_t before = set->by_name.count;
	uint32_t number;

	fold(&folded, name);
	number = intern_add(&set->by_name, folded.buf, folded.len);
	strbuf_release(&folded);
	if (set->by_name.count > before) {
		VEC_GROW(set->first, before, set->first_cap);
		set->first[number] = 0;
	}
	return number;
}

size_t table_set_first(const struct table_set *set, struct text name)
{
	struct strbuf folded = STRBUF_INIT;
	uint32_t number;

	fold(&folded, name);
	number = intern_find(&set->by_name, folded.buf, folded.len);
	strbuf_release(&folded);
	return number == INTERN_NONE ? 0 : set->first[number];
}

struct table_place *table_set_find(const struct table_set *set, struct text schema, struct text name)
{
	size_t next;

	for (next = table_set_first(set, name); next; next = set->items[next - 1].next)
		if (table_is_same(set->items[next - 1].schema, set->items[next - 1].name, schema, name))
			return &set->items[next - 1];
	return NULL;
}

struct table_place *table_set_add(struct table_set *set, struct text schema, struct text name)
{
	uint32_t number = bare_name(set, name);

	VEC_GROW(set->items, set->count, set->cap);
	set->items[set->count++] = (struct table_place){ .schema = schema, .name = name, .next = set->first[number] };
	set->first[number] = set->count;
	return &set->items[set->count - 1];
}

struct table_place *table_set_merge(struct table_set *set, struct text schema, struct text name)
{
	struct table_place *place = table_set_find(set, schema, name);

	if (!place)
		return table_set_add(set, schema, name);
	if (!place->schema.ptr)
		place->schema = schema;
	return place;
}
