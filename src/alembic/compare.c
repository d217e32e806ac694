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

int reader_compare(struct reader *reader, const char *before, size_t before_len, const char *after, size_t after_len,
	enum edit *out, struct err *err)
{
	struct canon a = { 0 }, b = { 0 };
	int rc = -1;

	*out = EDIT_OTHER;
	if (before_len > MIGRATION_BYTES_MAX || after_len > MIGRATION_BYTES_MAX)
		return 0;
	if (canon_read(reader, before, before_len, &a, err) < 0 || canon_read(reader, after, after_len, &b, err) < 0)
		goto done;
	*out = judge(&a, &b);
	rc = 0;
done:
	canon_release(&a);
	canon_release(&b);
	return rc;
}
