#include <string.h>

#include "canon.h"
#include "revident/alembic/reader.h"

static bool same_span(const struct canon *a, struct span in_a, const struct canon *b, struct span in_b)
{
	size_t count = in_a.to - in_a.from;

	return count == in_b.to - in_b.from &&
	       (!count || memcmp(a->items + in_a.from, b->items + in_b.from, count * sizeof(*a->items)) == 0);
}

static enum edit judge(const struct canon *a, const struct canon *b)
{
	if (same_span(a, (struct span){ 0, a->count }, b, (struct span){ 0, b->count }))
		return EDIT_COSMETIC;
	if (!same_span(a, a->bodies[BODY_UPGRADE], b, b->bodies[BODY_UPGRADE]))
		return EDIT_UPGRADE;
	if (!same_span(a, a->bodies[BODY_DOWNGRADE], b, b->bodies[BODY_DOWNGRADE]))
		return EDIT_DOWNGRADE;
	return EDIT_OTHER;
}

/* The items of a canon that were not compared yet, and the imports that are. */
struct rest {
	const struct canon *canon;
	size_t at, import;
};

/* The items up to the next import. */
static struct span next_stretch(struct rest *rest)
{
	const struct canon *canon = rest->canon;

	while (rest->import < canon->import_count && canon->imports[rest->import].from == rest->at)
		rest->at = canon->imports[rest->import++].to;
	return (struct span){ rest->at,
		rest->import < canon->import_count ? canon->imports[rest->import].from : canon->count };
}

static bool same_but_for_imports(const struct canon *a, const struct canon *b)
{
	struct rest rest_a = { a, 0, 0 }, rest_b = { b, 0, 0 };

	for (;;) {
		struct span in_a = next_stretch(&rest_a), in_b = next_stretch(&rest_b);
		size_t len_a = in_a.to - in_a.from, len_b = in_b.to - in_b.from, len = len_a < len_b ? len_a : len_b;

		if (!len)
			return len_a == len_b;
		in_a.to = rest_a.at += len;
		in_b.to = rest_b.at += len;
		if (!same_span(a, in_a, b, in_b))
			return false;
	}
}

/* Both sources as canons, for canon_release() whatever comes back. 1; 0 where one is too long; -1. */
static int read_both(
	struct reader *reader, struct text before, struct text after, struct canon *a, struct canon *b, struct err *err)
{
	*a = *b = (struct canon){ 0 };
	if (before.len > MIGRATION_BYTES_MAX || after.len > MIGRATION_BYTES_MAX)
		return 0;
	return canon_read(reader, before.ptr, before.len, a, err) < 0 ||
			       canon_read(reader, after.ptr, after.len, b, err) < 0
		       ? -1
		       : 1;
}

int reader_compare(struct reader *reader, struct text before, struct text after, enum edit *out, struct err *err)
{
	struct canon a, b;
	int got = read_both(reader, before, after, &a, &b, err);

	*out = got > 0 ? judge(&a, &b) : EDIT_OTHER;
	canon_release(&a);
	canon_release(&b);
	return got < 0 ? -1 : 0;
}

int reader_same_code(struct reader *reader, struct text before, struct text after, bool *out, struct err *err)
{
	struct canon a, b;
	int got = read_both(reader, before, after, &a, &b, err);

	*out = got > 0 && same_but_for_imports(&a, &b);
	canon_release(&a);
	canon_release(&b);
	return got < 0 ? -1 : 0;
}
