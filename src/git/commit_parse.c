#include "commit_parse.h"

#include <string.h>

enum { PARENT_LINE = 7 + OID_HEX + 1, TREE_LINE = 5 + OID_HEX + 1 };

bool commit_line_time(const unsigned char *line, size_t len, int64_t *time, const unsigned char **end)
{
	const unsigned char *eol = line + len, *at = memrchr(line, '>', len), *first;
	int64_t value = 0;

	*time = 0;
	if (!at)
		return false;
	for (at++; at < eol && *at == ' '; at++)
		;
	for (first = at; at < eol && *at >= '0' && *at <= '9'; at++) {
		if (value > (INT64_MAX - 9) / 10)
			return false;
		value = value * 10 + (*at - '0');
	}
	if (end)
		*end = at;
	*time = value;
	return at > first;
}

/* The time of the first committer line before the blank line that ends the header. */
static int64_t committer_time(const unsigned char *at, const unsigned char *end)
{
	static const char key[] = "committer ";
	const unsigned char *eol;
	int64_t time = 0;

	for (; at < end && *at != '\n'; at = eol + (eol < end)) {
		eol = memchr(at, '\n', (size_t)(end - at));

		if (!eol)
			eol = end;
		if ((size_t)(eol - at) >= sizeof(key) - 1 && memcmp(at, key, sizeof(key) - 1) == 0) {
			commit_line_time(at, (size_t)(eol - at), &time, NULL);
			break;
		}
	}
	return time;
}

bool commit_parse(const unsigned char *bytes, size_t len, struct commit_header *out)
{
	const unsigned char *at = bytes, *end = bytes + len;
	struct oid id;

	if (len < TREE_LINE || memcmp(at, "tree ", 5) != 0 || at[TREE_LINE - 1] != '\n' ||
		!oid_parse(&out->tree, (const char *)at + 5, OID_HEX))
		return false;
	at += TREE_LINE;
	out->parents = at;
	out->parent_count = 0;
	while ((size_t)(end - at) >= PARENT_LINE && memcmp(at, "parent ", 7) == 0) {
		if (at[PARENT_LINE - 1] != '\n' || !oid_parse(&id, (const char *)at + 7, OID_HEX))
			return false;
		at += PARENT_LINE;
		out->parent_count++;
	}
	if ((size_t)(end - at) >= 7 && memcmp(at, "parent ", 7) == 0)
		return false;
	out->time = committer_time(at, end);
	return true;
}

/* Moves behind "KEY NAME <EMAIL> TIME +0000\n". */
static bool skip_person(const unsigned char **at, const unsigned char *end, const char *key)
{
	const unsigned char *eol = memchr(*at, '\n', (size_t)(end - *at)), *offset;
	size_t len = strlen(key), i;
	int64_t time;

	if (!eol || (size_t)(eol - *at) < len || memcmp(*at, key, len) != 0 ||
		!commit_line_time(*at, (size_t)(eol - *at), &time, &offset) || eol - offset != 6 || offset[0] != ' ' ||
		(offset[1] != '+' && offset[1] != '-'))
		return false;
	for (i = 2; i < 6; i++)
		if (offset[i] < '0' || offset[i] > '9')
			return false;
	*at = eol + 1;
	return true;
}

bool commit_parse_head(const unsigned char *bytes, size_t len, struct commit_header *out)
{
	const unsigned char *at, *end = bytes + len;

	if (!commit_parse(bytes, len, out))
		return false;
	at = out->parents + out->parent_count * PARENT_LINE;
	return skip_person(&at, end, "author ") && skip_person(&at, end, "committer ");
}

void commit_parent_id(const struct commit_header *header, size_t i, struct oid *out)
{
	oid_parse(out, (const char *)header->parents + i * PARENT_LINE + 7, OID_HEX);
}
