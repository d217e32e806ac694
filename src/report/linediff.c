#include "linediff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

struct lines {
	struct text items[LINEDIFF_MAX];
	size_t count, more;
};

static void split(struct text text, struct lines *out)
{
	size_t at = 0;

	out->count = out->more = 0;
	while (at < text.len) {
		const char *newline = memchr(text.ptr + at, '\n', text.len - at);
		size_t end = newline ? (size_t)(newline - text.ptr) : text.len;

		if (out->count < LINEDIFF_MAX)
			out->items[out->count++] = (struct text){ text.ptr + at, end - at };
		else
			out->more++;
		at = end + 1;
	}
}

static void add_row(struct linediff *out, const struct lines *a, const struct lines *b, size_t i, size_t j)
{
	struct linediff_row *row = &out->rows[out->count++];

	memset(row, 0, sizeof(*row));
	row->is_same = i != SIZE_MAX && j != SIZE_MAX;
	if (i != SIZE_MAX) {
		row->before = a->items[i];
		row->before_line = i + 1;
	}
	if (j != SIZE_MAX) {
		row->after = b->items[j];
		row->after_line = j + 1;
	}
}

void linediff_make(struct text before, struct text after, struct linediff *out)
{
	struct lines *a = xcalloc(2, sizeof(*a)), *b = a + 1;
	size_t width, i, j;
	uint16_t *common; /* of what is behind (i, j) */

	split(before, a);
	split(after, b);
	width = b->count + 1;
	common = xcalloc((a->count + 1) * width, sizeof(*common));
	for (i = a->count; i-- > 0;)
		for (j = b->count; j-- > 0;) {
			uint16_t down = common[(i + 1) * width + j], right = common[i * width + j + 1];

			if (text_equal(a->items[i], b->items[j]))
				common[i * width + j] = (uint16_t)(common[(i + 1) * width + j + 1] + 1);
			else
				common[i * width + j] = down > right ? down : right;
		}
	memset(out, 0, sizeof(*out));
	out->rows = xcalloc(a->count + b->count + 1, sizeof(*out->rows));
	out->before_more = a->more;
	out->after_more = b->more;
	for (i = j = 0; i < a->count || j < b->count;) {
		if (i < a->count && j < b->count && text_equal(a->items[i], b->items[j])) {
			add_row(out, a, b, i++, j++);
		} else if (j == b->count ||
			   (i < a->count && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
			add_row(out, a, b, i++, SIZE_MAX);
		} else {
			add_row(out, a, b, SIZE_MAX, j++);
		}
	}
	free(common);
	free(a);
}

void linediff_release(struct linediff *diff)
{
	free(diff->rows);
	memset(diff, 0, sizeof(*diff));
}

static bool is_far(const struct linediff *diff, size_t row, size_t context)
{
	size_t from = row > context ? row - context : 0;
	size_t to = diff->count - row > context ? row + context : diff->count - 1;

	for (; from <= to; from++)
		if (!diff->rows[from].is_same)
			return false;
	return true;
}

/* Do two rows belong to one run: equal ones, removed ones, or new ones? */
static bool is_alike(const struct linediff_row *a, const struct linediff_row *b)
{
	return a->is_same == b->is_same && !a->before.ptr == !b->before.ptr && !a->after.ptr == !b->after.ptr;
}

void linediff_fold(struct linediff *diff, size_t context, size_t run_max)
{
	bool *hides = xcalloc(diff->count + 1, sizeof(*hides));
	size_t i, n = 0, run = 0;

	for (i = 0; i < diff->count; i++) {
		run = i && is_alike(&diff->rows[i - 1], &diff->rows[i]) ? run + 1 : 1;
		hides[i] = diff->rows[i].is_same ? is_far(diff, i, context) : run > run_max;
	}
	for (i = 0; i < diff->count; i++) {
		struct linediff_row row = diff->rows[i];

		if (hides[i] && n && diff->rows[n - 1].folded && is_alike(&diff->rows[n - 1], &row)) {
			diff->rows[n - 1].folded++;
			continue;
		}
		row.folded = hides[i];
		diff->rows[n++] = row;
	}
	diff->count = n;
	free(hides);
}

const char *linediff_words(const struct linediff_row *row)
{
	return row->is_same ? "equal" : row->before.ptr ? "more removed" : "more added";
}
