#include "revident/hook/protocol.h"

#include <string.h>

#include "revident/base/printable.h"
#include "revident/base/strbuf.h"

/* Takes the last word off a line: what stands behind its last space. Returns whether there is one. */
static bool take_last(struct text *line, struct text *word)
{
	const char *space = line->len ? memrchr(line->ptr, ' ', line->len) : NULL;

	if (!space)
		return false;
	word->ptr = space + 1;
	word->len = line->len - (size_t)(space + 1 - line->ptr);
	line->len = (size_t)(space - line->ptr);
	return true;
}

static bool take_id(struct text *line, struct oid *out)
{
	struct text word;

	return take_last(line, &word) && oid_parse(out, word.ptr, word.len);
}

static bool read_push(struct text line, struct hook_update *out)
{
	return take_id(&line, &out->before) && take_last(&line, &out->ref) && take_id(&line, &out->after) &&
	       out->ref.len > 0;
}

static bool read_receive(struct text line, struct hook_update *out)
{
	const size_t ids = 2 * (OID_HEX + 1);

	if (line.len <= ids || line.ptr[OID_HEX] != ' ' || line.ptr[ids - 1] != ' ')
		return false;
	out->ref = (struct text){ line.ptr + ids, line.len - ids };
	return oid_parse(&out->before, line.ptr, OID_HEX) && oid_parse(&out->after, line.ptr + OID_HEX + 1, OID_HEX);
}

static int refuse(struct text line, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, line.ptr, line.len < 200 ? line.len : 200);
	err_set(err, ERR_USAGE, "\"%s\" on standard input is no line that git gives this hook", shown.buf);
	strbuf_release(&shown);
	return -1;
}

typedef bool line_fn(struct text line, struct hook_update *out);

static int parse(struct arena *arena, const char *bytes, size_t len, line_fn *read, struct hook_update **out,
	size_t *count, struct err *err)
{
	const char *copy = arena_memdup(arena, bytes, len), *at, *end = copy + len, *eol;
	size_t lines = 1;

	for (at = copy; at < end; at++)
		lines += *at == '\n';
	*out = arena_calloc(arena, lines, sizeof(**out));
	*count = 0;
	for (at = copy; at < end; at = eol + 1) {
		struct text line;

		eol = memchr(at, '\n', (size_t)(end - at));
		eol = eol ? eol : end;
		line = (struct text){ at, (size_t)(eol - at) };
		if (line.len == 0)
			continue;
		if (!read(line, &(*out)[*count]))
			return refuse(line, err);
		++*count;
	}
	return 0;
}

int hook_parse_push(
	struct arena *arena, const char *bytes, size_t len, struct hook_update **out, size_t *count, struct err *err)
{
	return parse(arena, bytes, len, read_push, out, count, err);
}

int hook_parse_receive(
	struct arena *arena, const char *bytes, size_t len, struct hook_update **out, size_t *count, struct err *err)
{
	return parse(arena, bytes, len, read_receive, out, count, err);
}
