#include "revident/git/commit_info.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commit_parse.h"
#include "internal.h"

enum { ENCODING_NAME_MAX = 64 };

/* One header line: its key and its value, continuation lines left out. */
struct header_line {
	struct text key, value;
};

/* Takes the next line of the header off `*at`. False at the blank line or the end; `*at` then stands at the message. */
static bool next_line(const char **at, const char *end, struct header_line *out)
{
	const char *eol, *space;

	for (;;) {
		if (*at == end)
			return false;
		eol = memchr(*at, '\n', (size_t)(end - *at));
		if (!eol)
			eol = end;
		if (eol == *at) {
			*at += *at < end;
			return false;
		}
		if (**at != ' ')
			break;
		*at = eol + (eol < end);
	}
	space = memchr(*at, ' ', (size_t)(eol - *at));
	out->key = (struct text){ *at, (size_t)((space ? space : eol) - *at) };
	out->value = space ? (struct text){ space + 1, (size_t)(eol - space) - 1 } : (struct text){ eol, 0 };
	*at = eol + (eol < end);
	return true;
}

/* "+0200" to minutes. False where it is no sign and digits. */
static bool parse_offset(const char *at, size_t len, int *out)
{
	int value = 0;
	size_t i;

	if (len < 2 || (at[0] != '+' && at[0] != '-'))
		return false;
	for (i = 1; i < len; i++) {
		if (at[i] < '0' || at[i] > '9' || value > 100000)
			return false;
		value = value * 10 + (at[i] - '0');
	}
	value = value / 100 * 60 + value % 100;
	*out = at[0] == '-' ? -value : value;
	return true;
}

/* "NAME <EMAIL> TIME OFFSET"; what is malformed is left empty, a malformed offset is none. */
static void parse_signature(struct text line, struct signature *out)
{
	const char *end = line.ptr + line.len, *open = memchr(line.ptr, '<', line.len), *close, *at;
	const unsigned char *behind;

	memset(out, 0, sizeof(*out));
	out->name = out->email = TEXT_LITERAL("");
	if (open) {
		size_t name = (size_t)(open - line.ptr);

		while (name && line.ptr[name - 1] == ' ')
			name--;
		close = memchr(open, '>', (size_t)(end - open));
		out->name = (struct text){ line.ptr, name };
		if (close)
			out->email = (struct text){ open + 1, (size_t)(close - open) - 1 };
	}
	out->has_time = commit_line_time((const unsigned char *)line.ptr, line.len, &out->time, &behind);
	if (!out->has_time)
		return;
	at = (const char *)behind;
	while (at < end && *at == ' ')
		at++;
	if (!parse_offset(at, (size_t)(end - at), &out->offset))
		out->offset = 0;
}

/* Converts to UTF-8 where libc knows the encoding; else the bytes as they are. */
static struct text convert(struct arena *arena, struct text raw, iconv_t how)
{
	size_t in_left = raw.len, out_left = raw.len * 4 + 16;
	char *bytes, *in, *at;

	if (how == (iconv_t)-1)
		return (struct text){ arena_memdup(arena, raw.ptr, raw.len), raw.len };
	bytes = at = arena_alloc(arena, out_left + 1);
	in = arena_memdup(arena, raw.ptr, raw.len);
	iconv(how, NULL, NULL, NULL, NULL);
	if (iconv(how, &in, &in_left, &at, &out_left) == (size_t)-1 || in_left)
		return (struct text){ arena_memdup(arena, raw.ptr, raw.len), raw.len };
	*at = '\0';
	return (struct text){ bytes, (size_t)(at - bytes) };
}

static iconv_t converter_for(struct text encoding)
{
	char name[ENCODING_NAME_MAX];

	if (encoding.len == 0 || encoding.len >= sizeof(name))
		return (iconv_t)-1;
	memcpy(name, encoding.ptr, encoding.len);
	name[encoding.len] = '\0';
	if (strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0)
		return (iconv_t)-1;
	return iconv_open("UTF-8", name);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

/* The first paragraph as one line: lines trimmed at their ends and joined by a space. */
static struct text summary_of(struct arena *arena, struct text message)
{
	const char *at = message.ptr, *end = at + message.len;
	char *out = arena_alloc(arena, message.len + 1);
	size_t len = 0;

	while (at < end) {
		const char *eol = memchr(at, '\n', (size_t)(end - at)), *first = at, *last;

		last = eol ? eol : end;
		at = last + (last < end);
		while (last > first && is_blank(last[-1]))
			last--;
		if (last == first && len)
			break;
		if (last == first)
			continue;
		if (len)
			out[len++] = ' ';
		memcpy(out + len, first, (size_t)(last - first));
		len += (size_t)(last - first);
	}
	out[len] = '\0';
	return (struct text){ out, len };
}

static void fill(struct arena *arena, const struct object *object, struct commit_info *out)
{
	const char *at = (const char *)object->bytes, *end = at + object->len;
	struct text author = { at, 0 }, committer = { at, 0 }, encoding = { at, 0 };
	struct commit_header header;
	struct header_line line;
	struct oid *parents;
	iconv_t how;
	size_t i;

	if (commit_parse(object->bytes, object->len, &header)) {
		out->tree = header.tree;
		out->parent_count = header.parent_count;
		parents = arena_calloc(arena, header.parent_count, sizeof(*parents));
		for (i = 0; i < header.parent_count; i++)
			commit_parent_id(&header, i, &parents[i]);
		out->parents = parents;
	}
	while (next_line(&at, end, &line)) {
		if (text_equal(line.key, TEXT_LITERAL("author")) && author.len == 0)
			author = line.value;
		else if (text_equal(line.key, TEXT_LITERAL("committer")) && committer.len == 0)
			committer = line.value;
		else if (text_equal(line.key, TEXT_LITERAL("encoding")))
			encoding = line.value;
		else if (text_equal(line.key, TEXT_LITERAL("gpgsig")) ||
			 text_equal(line.key, TEXT_LITERAL("gpgsig-sha256")))
			out->is_signed = true;
	}
	how = converter_for(encoding);
	parse_signature(convert(arena, author, how), &out->author);
	parse_signature(convert(arena, committer, how), &out->committer);
	out->message = convert(arena, (struct text){ at, (size_t)(end - at) }, how);
	out->summary = summary_of(arena, out->message);
	if (how != (iconv_t)-1)
		iconv_close(how);
}

int commit_info_read(
	struct repo *repo, struct arena *arena, const struct oid *id, struct commit_info *out, struct err *err)
{
	struct object object;
	int got;

	memset(out, 0, sizeof(*out));
	got = object_read(repo, id, OBJECT_META_MAX, &object, err);
	if (got <= 0)
		return got;
	if (object.type != OBJECT_COMMIT) {
		char hex[OID_HEX + 1];

		object_release(&object);
		return err_set(err, ERR_UNDECIDED, "object %s is no commit", oid_hex(id, hex));
	}
	out->id = *id;
	fill(arena, &object, out);
	object_release(&object);
	return 1;
}
