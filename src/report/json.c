#include "json.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/printable.h"
#include "revident/base/utf8.h"
#include "revident/base/xalloc.h"
#include "revident/report/render.h"

enum { INDENT = 2, SIMILARITY_DIGITS = 3 };

/* jansson leaves out what it has no memory for, in places without a word. */
void render_start(void)
{
	json_set_alloc_funcs(xmalloc, free);
}

/* --- values ------------------------------------------------------------------------------------------------------ */

json_t *json_from_text(struct text text)
{
	struct strbuf clean = STRBUF_INIT;
	json_t *value;

	if (!text.ptr)
		return json_null();
	strbuf_add_utf8(&clean, text.ptr, text.len);
	value = json_stringn_nocheck(clean.buf, clean.len);
	strbuf_release(&clean);
	return value;
}

json_t *json_from_texts(const struct text *texts, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; list && i < count; i++) {
		if (json_array_append_new(list, json_from_text(texts[i])) < 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

json_t *json_from_oid(const struct oid *id)
{
	char hex[OID_HEX + 1];

	return oid_is_null(id) ? json_null() : json_string(oid_hex(id, hex));
}

json_t *json_from_similarity(double similarity)
{
	char digits[32];

	if (similarity < 0)
		return json_null();
	snprintf(digits, sizeof(digits), "%.*f", SIMILARITY_DIGITS, similarity); /* exact halves go to the even digit */
	return json_real(strtod(digits, NULL));
}

static json_t *from_signature(const struct signature *sig)
{
	char time[SIGNATURE_TIME_MAX];

	return json_pack("{s:o, s:o, s:o}", "name", json_from_text(sig->name), "email", json_from_text(sig->email),
		"time", sig->has_time ? json_string(signature_time(sig, time)) : json_null());
}

json_t *json_from_commit(const struct commit_info *commit)
{
	json_t *parents = json_array(), *value;
	char hex[OID_HEX + 1];
	size_t i, more = commit->parent_count > PARENTS_SHOWN ? commit->parent_count - PARENTS_SHOWN : 0;

	for (i = 0; parents && i < commit->parent_count - more; i++) {
		if (json_array_append_new(parents, json_string(oid_hex(&commit->parents[i], hex))) < 0) {
			json_decref(parents);
			parents = NULL;
		}
	}
	value = json_pack("{s:o, s:o, s:o, s:o, s:o}", "id", json_from_oid(&commit->id), "parents", parents, "summary",
		json_from_text(commit->summary), "author", from_signature(&commit->author), "committer",
		from_signature(&commit->committer));
	if (value && more)
		json_object_set_new(value, "parents_more", json_integer((json_int_t)more));
	return value;
}

static json_t *from_binding(const struct binding *binding)
{
	return binding->kind == BINDING_LITERAL ? json_from_texts(binding->values, binding->count) : json_null();
}

/* The names of the values that are no literal; NULL, which is no error, where there are none. */
static json_t *dynamic_names(const struct migration *m)
{
	const struct {
		const char *name;
		const struct binding *binding;
	} rows[] = {
		{ "revision", &m->revision },
		{ "down_revision", &m->down_revision },
		{ "branch_labels", &m->branch_labels },
		{ "depends_on", &m->depends_on },
	};
	json_t *names = NULL;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].binding->kind != BINDING_DYNAMIC)
			continue;
		if (!names)
			names = json_array();
		json_array_append_new(names, json_string(rows[i].name));
	}
	return names;
}

/* path, blob, revision, down_revision, message and, where a value is, dynamic; null where nothing is there. */
static json_t *from_side(const struct event_side *side)
{
	const struct migration *m = side->migration;
	json_t *value, *dynamic;

	if (!side->path.ptr)
		return json_null();
	value = json_pack("{s:o, s:o, s:o, s:o, s:o}", "path", json_from_text(side->path), "blob",
		json_from_oid(&side->blob), "revision", json_from_text(side->revision), "down_revision",
		m ? from_binding(&m->down_revision) : json_null(), "message",
		json_from_text(m ? m->message : TEXT_NONE));
	dynamic = m ? dynamic_names(m) : NULL;
	if (dynamic)
		json_object_set_new(value, "dynamic", dynamic);
	return value;
}

json_t *json_from_continuation(const struct continuation *continuation)
{
	if (!continuation->path.ptr)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o}", "path", json_from_text(continuation->path), "revision",
		json_from_text(continuation->revision), "blob", json_from_oid(&continuation->blob), "similarity",
		json_from_similarity(continuation->similarity));
}

json_t *json_from_excuse(const struct excuse *excuse)
{
	return json_pack("{s:s, s:o, s:o}", "kind", excuse->by_prune ? "prune" : "waiver", "name",
		json_from_text(excuse->name), "reason", json_from_text(excuse->reason));
}

json_t *json_from_event(const struct event *event)
{
	json_t *value = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kind", event_kind_name(event->kind),
		"environment", json_from_text(event->environment), "revision", json_from_text(event->revision),
		"before", from_side(&event->before), "after", from_side(&event->after), "similarity",
		json_from_similarity(event->similarity), "continues_as", json_from_continuation(&event->continues_as),
		"commit", json_from_commit(event->commit), "parent",
		event->has_parent ? json_from_oid(&event->parent) : json_null());

	if (!value)
		return NULL;
	if (event->kind == EVENT_MOVED)
		json_object_set_new(value, "content_changed", json_boolean(event->content_changed));
	if (event->kind == EVENT_EDITED || event->has_what)
		json_object_set_new(value, "what", event->has_what ? json_string(edit_name(event->what)) : json_null());
	if (event->kind == EVENT_RESTORED) {
		json_object_set_new(value, "same_content", json_boolean(event->same_content));
		json_object_set_new(value, "reused", json_boolean(event->reused));
	}
	return value;
}

/* --- bytes ------------------------------------------------------------------------------------------------------- */

static void add_escape(struct strbuf *out, uint32_t code)
{
	if (code < 0x10000) {
		strbuf_addf(out, "\\u%04X", (unsigned)code);
	} else {
		code -= 0x10000;
		strbuf_addf(out, "\\u%04X\\u%04X", 0xd800 | (unsigned)(code >> 10), 0xdc00 | (unsigned)(code & 0x3ff));
	}
}

/* What JSON lets no string hold as it is, and what a terminal would obey or hide. */
static void add_special(struct strbuf *out, const char *text, const struct utf8_char *c)
{
	static const char letters[] = {
		['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'
	};

	if (c->code < sizeof(letters) && letters[c->code]) {
		strbuf_addch(out, '\\');
		strbuf_addch(out, letters[c->code]);
	} else if (c->code < ' ' || c->code == 0x7f || char_is_unseen(c->code)) {
		add_escape(out, c->code);
	} else {
		strbuf_add(out, text, c->len);
	}
}

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* How many of the first bytes stand in JSON as they are. */
static size_t plain_length(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && is_plain(text[n]))
		n++;
	return n;
}

static void add_string(struct strbuf *out, const char *text, size_t len)
{
	size_t plain;

	strbuf_addch(out, '"');
	while (len > 0) {
		struct utf8_char c;

		plain = plain_length(text, len);
		strbuf_add(out, text, plain);
		text += plain;
		len -= plain;
		if (len == 0)
			break;
		c = utf8_next(text, len);
		add_special(out, text, &c);
		text += c.len;
		len -= c.len;
	}
	strbuf_addch(out, '"');
}

/* How a value is laid out: over several lines from `indent` on, or in one. */
struct layout {
	bool is_compact;
	size_t indent;
};

static void add_break(struct strbuf *out, const struct layout *layout)
{
	if (layout->is_compact)
		return;
	strbuf_addch(out, '\n');
	strbuf_addchn(out, ' ', layout->indent);
}

static void add_value(struct strbuf *out, json_t *value, const struct layout *layout);

static void add_object(struct strbuf *out, json_t *object, const struct layout *layout)
{
	struct layout inner = { layout->is_compact, layout->indent + INDENT };
	const char *separator = "{";
	void *at;

	for (at = json_object_iter(object); at; at = json_object_iter_next(object, at), separator = ",") {
		const char *key = json_object_iter_key(at);

		strbuf_addstr(out, separator);
		add_break(out, &inner);
		add_string(out, key, strlen(key));
		strbuf_addstr(out, layout->is_compact ? ":" : ": ");
		add_value(out, json_object_iter_value(at), &inner);
	}
	add_break(out, layout);
	strbuf_addch(out, '}');
}

static void add_array(struct strbuf *out, json_t *array, const struct layout *layout)
{
	struct layout inner = { layout->is_compact, layout->indent + INDENT };
	size_t i;

	for (i = 0; i < json_array_size(array); i++) {
		strbuf_addch(out, i ? ',' : '[');
		add_break(out, &inner);
		add_value(out, json_array_get(array, i), &inner);
	}
	add_break(out, layout);
	strbuf_addch(out, ']');
}

static void add_number(struct strbuf *out, json_t *number)
{
	char digits[64];
	size_t len =
		json_dumpb(number, digits, sizeof(digits), JSON_ENCODE_ANY | JSON_REAL_PRECISION(SIMILARITY_DIGITS));

	assert(len > 0 && len <= sizeof(digits));
	strbuf_add(out, digits, len);
}

/* json_dumps() takes several times as long, and leaves unseen characters as they are. */
static void add_value(struct strbuf *out, json_t *value, const struct layout *layout)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		if (json_object_size(value) == 0)
			strbuf_addstr(out, "{}");
		else
			add_object(out, value, layout);
		break;
	case JSON_ARRAY:
		if (json_array_size(value) == 0)
			strbuf_addstr(out, "[]");
		else
			add_array(out, value, layout);
		break;
	case JSON_STRING:
		add_string(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		add_number(out, value);
		break;
	case JSON_TRUE:
		strbuf_addstr(out, "true");
		break;
	case JSON_FALSE:
		strbuf_addstr(out, "false");
		break;
	default:
		strbuf_addstr(out, "null");
		break;
	}
}

/* Takes the value. */
static int put(struct strbuf *out, json_t *value, struct layout layout, struct err *err)
{
	if (!value)
		return err_set(err, ERR_UNDECIDED, "out of memory while writing JSON");
	add_value(out, value, &layout);
	json_decref(value);
	return 0;
}

static struct layout lines_from(size_t indent)
{
	return (struct layout){ .is_compact = false, .indent = indent };
}

void json_document_begin(struct json_document *doc, struct strbuf *out)
{
	*doc = (struct json_document){ .out = out };
	strbuf_addch(out, '{');
}

void json_document_end(struct json_document *doc)
{
	strbuf_addstr(doc->out, doc->has_members ? "\n}\n" : "}\n");
}

static void begin_member(struct json_document *doc, const char *key)
{
	strbuf_addf(doc->out, "%s\n  \"%s\": ", doc->has_members ? "," : "", key);
	doc->has_members = true;
}

int json_document_add(struct json_document *doc, const char *key, json_t *value, struct err *err)
{
	begin_member(doc, key);
	return put(doc->out, value, lines_from(INDENT), err);
}

int json_document_add_list(struct json_document *doc, const char *key, const void *items, size_t count, size_t size,
	json_item_fn *make, struct err *err)
{
	const char *item = items;
	size_t i;

	begin_member(doc, key);
	strbuf_addch(doc->out, '[');
	for (i = 0; i < count; i++) {
		strbuf_addstr(doc->out, i ? ",\n    " : "\n    ");
		if (put(doc->out, make(item + i * size), lines_from(2 * INDENT), err) < 0)
			return -1;
	}
	strbuf_addstr(doc->out, count ? "\n  ]" : "]");
	return 0;
}

/* As json_from_text() and put() would, without a value in between. */
static void add_text(struct strbuf *out, struct text text)
{
	struct strbuf clean = STRBUF_INIT;

	if (!text.ptr) {
		strbuf_addstr(out, "null");
		return;
	}
	if (plain_length(text.ptr, text.len) == text.len) {
		strbuf_addch(out, '"');
		strbuf_add(out, text.ptr, text.len);
		strbuf_addch(out, '"');
		return;
	}
	strbuf_add_utf8(&clean, text.ptr, text.len);
	add_string(out, clean.buf, clean.len);
	strbuf_release(&clean);
}

void json_document_add_named(struct json_document *doc, const char *key, const void *items, size_t count, size_t size,
	const char *const keys[2], json_named_fn *get)
{
	const char *item = items;
	char hex[OID_HEX + 1];
	size_t i;

	begin_member(doc, key);
	strbuf_addch(doc->out, '[');
	for (i = 0; i < count; i++) {
		struct json_named named = get(item + i * size);

		strbuf_addstr(doc->out, i ? ",\n    {\n      \"" : "\n    {\n      \"");
		strbuf_addstr(doc->out, keys[0]);
		strbuf_addstr(doc->out, "\": ");
		add_text(doc->out, named.name);
		strbuf_addstr(doc->out, ",\n      \"");
		strbuf_addstr(doc->out, keys[1]);
		strbuf_addstr(doc->out, "\": ");
		add_text(doc->out, oid_is_null(&named.id) ? TEXT_NONE : text_of(oid_hex(&named.id, hex)));
		strbuf_addstr(doc->out, "\n    }");
	}
	strbuf_addstr(doc->out, count ? "\n  ]" : "]");
}

int json_line_add(struct strbuf *out, const char *type, json_t *object, struct err *err)
{
	json_t *line = json_pack("{s:s}", "type", type);

	if (!line || !object || json_object_update(line, object) < 0) {
		json_decref(line);
		line = NULL;
	}
	json_decref(object);
	if (put(out, line, (struct layout){ .is_compact = true }, err) < 0)
		return -1;
	strbuf_addch(out, '\n');
	return 0;
}

int json_document_of(struct strbuf *out, json_t *value, struct err *err)
{
	if (put(out, value, lines_from(0), err) < 0)
		return -1;
	strbuf_addch(out, '\n');
	return 0;
}
