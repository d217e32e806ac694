#include <string.h>

#include "facts.h"
#include "revident/base/xalloc.h"

/* A record begins with it; behind it stand the hashes of lines, then texts, then bindings. */
struct record_head {
	uint32_t unreadable, unreadable_line, doc_revision_line, doc_revises_line;
	uint32_t line_count; /* hashes; 0 where there is no content */
	uint8_t has_time, has_content, is_sorted, spare;
};

struct binding_head {
	uint32_t kind, line, count;
	uint32_t conditional;
};

#define NO_TEXT UINT32_MAX

static void write_text(struct strbuf *out, struct text text)
{
	uint32_t len = text.ptr ? (uint32_t)text.len : NO_TEXT;

	strbuf_add(out, &len, sizeof(len));
	if (text.ptr) {
		strbuf_add(out, text.ptr, text.len);
		strbuf_addch(out, '\0');
	}
}

static void write_binding(struct strbuf *out, const struct binding *binding)
{
	const struct binding_head head = { .kind = binding->kind,
		.line = binding->line,
		.count = (uint32_t)binding->count,
		.conditional = binding->conditional };
	size_t i;

	strbuf_add(out, &head, sizeof(head));
	for (i = 0; i < binding->count; i++)
		write_text(out, binding->values[i]);
}

void fact_write(struct strbuf *out, const struct migration *m, const struct content *content)
{
	const struct record_head head = { .unreadable = m->unreadable,
		.unreadable_line = m->unreadable_line,
		.doc_revision_line = m->doc_revision_line,
		.doc_revises_line = m->doc_revises_line,
		.line_count = content ? (uint32_t)content->count : 0,
		.has_time = m->create_date_has_time,
		.has_content = content != NULL,
		.is_sorted = content && content->is_sorted };

	strbuf_add(out, &head, sizeof(head));
	if (head.line_count)
		strbuf_add(out, content->lines, content->count * sizeof(*content->lines));
	write_text(out, m->message);
	write_text(out, m->doc_revision);
	write_text(out, m->doc_revises);
	write_text(out, m->create_date);
	write_binding(out, &m->revision);
	write_binding(out, &m->down_revision);
	write_binding(out, &m->branch_labels);
	write_binding(out, &m->depends_on);
}

/* What is left to be read; `ptr` becomes NULL where it was too short. */
static const char *take(struct text *left, size_t len)
{
	const char *at = left->ptr;

	if (!at || len > left->len) {
		*left = TEXT_NONE;
		return NULL;
	}
	left->ptr += len;
	left->len -= len;
	return at;
}

static bool take_into(struct text *left, void *out, size_t len)
{
	const char *at = take(left, len);

	if (at)
		memcpy(out, at, len);
	return at != NULL;
}

static bool take_text(struct text *left, struct text *out)
{
	uint32_t len;

	*out = TEXT_NONE;
	if (!take_into(left, &len, sizeof(len)))
		return false;
	if (len == NO_TEXT)
		return true;
	out->ptr = take(left, (size_t)len + 1);
	out->len = len;
	return out->ptr && out->ptr[len] == '\0';
}

static bool take_binding(struct text *left, struct arena *arena, struct binding *out)
{
	struct binding_head head;
	struct text *values;
	size_t i;

	if (!take_into(left, &head, sizeof(head)) || head.kind > BINDING_DYNAMIC ||
		head.count > left->len / sizeof(uint32_t))
		return false;
	values = head.count ? arena_calloc(arena, head.count, sizeof(*values)) : NULL;
	for (i = 0; i < head.count; i++)
		if (!take_text(left, &values[i]) || !values[i].ptr)
			return false;
	*out = (struct binding){ .kind = (enum binding_kind)head.kind,
		.values = values,
		.count = head.count,
		.line = head.line,
		.conditional = head.conditional != 0 };
	return true;
}

/* The head, and with `lines` pointing at the hashes. */
static bool take_head(struct text *left, struct record_head *head, const char **lines)
{
	if (!take_into(left, head, sizeof(*head)) || head->unreadable > UNREADABLE_SYNTAX)
		return false;
	*lines = head->line_count <= left->len / sizeof(uint64_t) ? take(left, head->line_count * sizeof(uint64_t))
								  : NULL;
	return *lines != NULL;
}

bool fact_read_migration(struct text record, struct arena *arena, struct migration *out)
{
	struct record_head head;
	const char *lines;

	memset(out, 0, sizeof(*out));
	if (!take_head(&record, &head, &lines))
		return false;
	out->unreadable = (enum unreadable)head.unreadable;
	out->unreadable_line = head.unreadable_line;
	out->doc_revision_line = head.doc_revision_line;
	out->doc_revises_line = head.doc_revises_line;
	out->create_date_has_time = head.has_time != 0;
	return take_text(&record, &out->message) && take_text(&record, &out->doc_revision) &&
	       take_text(&record, &out->doc_revises) && take_text(&record, &out->create_date) &&
	       take_binding(&record, arena, &out->revision) && take_binding(&record, arena, &out->down_revision) &&
	       take_binding(&record, arena, &out->branch_labels) && take_binding(&record, arena, &out->depends_on) &&
	       record.len == 0;
}

bool fact_read_content(struct text record, struct arena *arena, struct content *out)
{
	struct record_head head;
	const char *lines;

	if (!take_head(&record, &head, &lines) || !head.has_content)
		return false;
	out->count = head.line_count;
	out->is_sorted = head.is_sorted != 0;
	out->lines = arena_calloc(arena, out->count + 1, sizeof(*out->lines));
	if (out->count)
		memcpy(out->lines, lines, out->count * sizeof(*out->lines));
	return true;
}

bool fact_has_content(struct text record)
{
	struct record_head head;
	const char *lines;

	return take_head(&record, &head, &lines) && head.has_content;
}
