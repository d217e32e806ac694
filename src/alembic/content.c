#include "revident/alembic/content.h"

#include <stdlib.h>
#include <string.h>

#include "bindings.h"
#include "docstring.h"
#include "reader_parts.h"
#include "revident/alembic/reader.h"
#include "revident/base/intern.h"
#include "revident/base/xalloc.h"

/* Where similarity begins to tell: see content.h. */
static const double MUCH_THE_SAME = 0.6, RELATED = 0.2;
enum { LINES_THAT_TELL = 5 };

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct text trimmed(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	return (struct text){ p, (size_t)(end - p) };
}

static bool begins(struct text line, const char *word)
{
	size_t n = strlen(word);

	return line.len >= n && memcmp(line.ptr, word, n) == 0;
}

static bool is_word_byte(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* `^(revision|down_revision|branch_labels|depends_on)\s*(:[^=]*)?=(?!=)`, at column 0. */
static bool is_header_assignment(const char *p, const char *end)
{
	const char *name = p;

	while (p < end && is_word_byte(*p))
		p++;
	if (attribute_named(name, (size_t)(p - name)) == ATTRIBUTES)
		return false;
	while (p < end && is_blank(*p))
		p++;
	if (p < end && *p == ':')
		p = memchr(p, '=', (size_t)(end - p));
	return p && p < end && *p == '=' && !(p + 1 < end && p[1] == '=');
}

/* `import ...`, `from ... import ...` */
static bool is_import(struct text line)
{
	const char *p, *end = line.ptr + line.len;

	if (begins(line, "import") && line.len > 6 && is_blank(line.ptr[6]))
		return true;
	if (!begins(line, "from") || line.len < 5 || !is_blank(line.ptr[4]))
		return false;
	for (p = line.ptr + 5; (p = memmem(p, (size_t)(end - p), "import", 6)); p++)
		if ((is_blank(p[-1]) || p[-1] == '.') && (p + 6 == end || !is_word_byte(p[6])))
			return true;
	return false;
}

static bool is_only_brackets(struct text line)
{
	size_t n = line.len && line.ptr[line.len - 1] == ',' ? line.len - 1 : line.len;

	for (size_t i = 0; i < n; i++)
		if (line.ptr[i] != ')' && line.ptr[i] != ']' && line.ptr[i] != '}')
			return false;
	return n > 0;
}

static bool is_dropped(struct text line)
{
	return !line.len || *line.ptr == '#' || begins(line, "def upgrade") || begins(line, "def downgrade") ||
	       (line.len == 4 && begins(line, "pass")) || is_only_brackets(line);
}

/* White space folded to one space, `"` made `'`. */
static uint64_t hash_line(uint64_t key, struct text line, struct strbuf *folded)
{
	char *out;
	size_t n = 0;

	strbuf_clear(folded);
	strbuf_reserve(folded, line.len);
	out = folded->buf;
	for (size_t i = 0; i < line.len; i++) {
		char c = line.ptr[i];

		if (c > ' ' && c != '"')
			out[n++] = c;
		else if (!is_blank(c))
			out[n++] = (char)(c == '"' ? '\'' : c);
		else if (!is_blank(line.ptr[i + 1]))
			out[n++] = ' ';
	}
	return hash_bytes_keyed(key, out, n);
}

struct hashes {
	uint64_t *items;
	size_t count, cap;
};

/*
 * `*lf`, at first NULL: the next line feed, or the end. It is kept from line to line: CRs alone can end millions of
 * them.
 */
static const char *end_of_line(const char *p, const char *end, const char **lf)
{
	const char *cr;

	if (!*lf || *lf < p) {
		*lf = memchr(p, '\n', (size_t)(end - p));
		if (!*lf)
			*lf = end;
	}
	cr = memchr(p, '\r', (size_t)(*lf - p));
	return cr ? cr : *lf;
}

static void add_lines(uint64_t key, const char *p, const char *end, const struct docstring *doc, struct strbuf *folded,
	struct hashes *out)
{
	bool in_import = false;
	const char *next, *lf = NULL;

	for (unsigned number = 1; p < end; number++, p = next) {
		const char *stop = end_of_line(p, end, &lf);
		struct text line;

		next = stop + (end - stop >= 2 && stop[0] == '\r' && stop[1] == '\n' ? 2 : 1);
		line = trimmed(p, stop);
		if (in_import) {
			in_import = !memchr(p, ')', (size_t)(stop - p));
			continue;
		}
		if ((number >= doc->first_line && number <= doc->last_line) || is_dropped(line) ||
			is_header_assignment(p, stop))
			continue;
		if (is_import(line)) {
			in_import = line.ptr[line.len - 1] == '(';
			continue;
		}
		VEC_GROW(out->items, out->count, out->cap);
		out->items[out->count++] = hash_line(key, line, folded);
	}
}

int reader_content(
	struct reader *reader, struct arena *arena, const char *bytes, size_t len, struct content *out, struct err *err)
{
	struct hashes hashes = { NULL, 0, 0 };
	struct docstring doc;

	*out = (struct content){ NULL, 0, false };
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	if (len > MIGRATION_BYTES_MAX)
		return 0;
	if (tokens_read(reader->tokenizer, bytes, len, TOKENS_FIRST_LINE, &reader->tokens, err) < 0)
		return -1;
	doc = docstring_find(bytes, &reader->tokens);
	add_lines(reader->line_key, bytes, bytes + len, &doc, &reader->value, &hashes);
	if (hashes.count)
		*out = (struct content){ arena_copy(arena, hashes.items, hashes.count, sizeof(*hashes.items)),
			hashes.count, false };
	free(hashes.items);
	reader_trim(reader);
	return 0;
}

static int compare_hashes(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* Some of the lines of a content. */
struct stretch {
	const uint64_t *lines;
	size_t count;
};

/* Takes equal lines off both beginnings and both ends, where nearly all are that two versions of a file share. */
static size_t take_shared_ends(struct stretch *a, struct stretch *b)
{
	size_t taken = 0;

	for (; a->count && b->count && *a->lines == *b->lines; taken++) {
		a->lines++;
		a->count--;
		b->lines++;
		b->count--;
	}
	for (; a->count && b->count && a->lines[a->count - 1] == b->lines[b->count - 1]; taken++) {
		a->count--;
		b->count--;
	}
	return taken;
}

/* So few lines are compared each with each. */
enum { FEW_LINES = 16 };

static size_t count_common_of_few(const struct stretch *a, const struct stretch *b)
{
	unsigned taken = 0;
	size_t i, k, common = 0;

	for (i = 0; i < a->count; i++) {
		for (k = 0; k < b->count && (a->lines[i] != b->lines[k] || taken >> k & 1); k++)
			;
		if (k == b->count)
			continue;
		taken |= 1U << k;
		common++;
	}
	return common;
}

static void sort_lines(struct content *content)
{
	if (!content->is_sorted)
		qsort(content->lines, content->count, sizeof(*content->lines), compare_hashes);
	content->is_sorted = true;
}

static size_t count_common_of_sorted(const struct content *a, const struct content *b)
{
	size_t i = 0, k = 0, common = 0;

	while (i < a->count && k < b->count) {
		const uint64_t first = a->lines[i], second = b->lines[k];

		common += first == second;
		i += first <= second;
		k += second <= first;
	}
	return common;
}

/* How many lines two contents share, wherever they stand. */
static size_t count_common(struct content *a, struct content *b)
{
	struct stretch rest_a = { a->lines, a->count }, rest_b = { b->lines, b->count };

	if (a->is_sorted == b->is_sorted) {
		size_t taken = take_shared_ends(&rest_a, &rest_b);

		if (!rest_a.count || !rest_b.count)
			return taken;
		if (rest_a.count <= FEW_LINES && rest_b.count <= FEW_LINES)
			return taken + count_common_of_few(&rest_a, &rest_b);
	}
	sort_lines(a);
	sort_lines(b);
	return count_common_of_sorted(a, b);
}

double content_similarity(struct content *a, struct content *b)
{
	if (!a->count && !b->count)
		return -1;
	return 2.0 * (double)count_common(a, b) / (double)(a->count + b->count);
}

static bool same_creation(const struct migration *a, const struct migration *b)
{
	return a->create_date_has_time && b->create_date_has_time && text_equal(a->create_date, b->create_date);
}

bool content_is_much_the_same(
	const struct migration *a, struct content *ca, const struct migration *b, struct content *cb)
{
	double similarity = content_similarity(ca, cb);

	if (similarity < 0)
		return same_creation(a, b) || text_equal(a->message, b->message);
	return similarity >= MUCH_THE_SAME || (similarity >= RELATED && same_creation(a, b));
}

bool content_is_other(const struct migration *a, struct content *ca, const struct migration *b, struct content *cb)
{
	double similarity = content_similarity(ca, cb);

	if (similarity < 0 || similarity >= RELATED)
		return false;
	return !same_creation(a, b) || (ca->count >= LINES_THAT_TELL && cb->count >= LINES_THAT_TELL);
}
