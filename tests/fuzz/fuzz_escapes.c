/*
 * Any bytes as what a repository names and says, in a format that the first one chooses: what people see has no control
 * characters and is valid UTF-8, documents for programs can be read, markup has the tags that it has around plain
 * words, and Markdown's and Mermaid's escapes give the text back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "../../src/report/casefile_formats.h"
#include "../../src/report/markdown.h"
#include "place.h"
#include "revident/base/printable.h"
#include "revident/base/utf8.h"
#include "revident/report/audit.h"
#include "revident/report/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool begins_with(const char *at, const char *word)
{
	return strncmp(at, word, strlen(word)) == 0;
}

static void require_shown(const struct strbuf *out)
{
	size_t i;

	require(utf8_is_valid(out->buf, out->len));
	for (i = 0; i < out->len; i++)
		require(((unsigned char)out->buf[i] >= 0x20 && out->buf[i] != 0x7f) || out->buf[i] == '\n');
}

/* --- documents for programs -------------------------------------------------------------------------------------- */

static void require_json(const char *text, size_t len)
{
	json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	require(value != NULL);
	json_decref(value);
}

static void require_lines_of_json(const struct strbuf *out)
{
	const char *at = out->buf, *end;

	for (; (end = strchr(at, '\n')) != NULL; at = end + 1)
		require_json(at, (size_t)(end - at));
	require(*at == '\0');
}

/* One command a line: where a text could begin a line, it could give commands. */
static void require_commands(const struct strbuf *out)
{
	const char *at = out->buf, *end;

	for (; (end = strchr(at, '\n')) != NULL; at = end + 1)
		require(begins_with(at, "::"));
	require(*at == '\0');
}

/* --- markup ------------------------------------------------------------------------------------------------------ */

/* What is behind a tag's name, its quoted values read over. */
static const char *end_of_tag(const char *at)
{
	for (; *at != '>'; at++) {
		require(*at != '\0' && *at != '<');
		if (*at == '"')
			for (at++; *at != '"'; at++)
				require(*at != '\0' && *at != '<');
	}
	return at;
}

/* The names of all tags, in order. */
static void add_tags(struct strbuf *out, const char *at)
{
	static const char *const references[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	size_t i;

	for (; *at; at++) {
		if (*at == '&') {
			for (i = 0; i < 5 && !begins_with(at, references[i]); i++)
				;
			require(i < 5);
		} else if (*at == '<') {
			size_t name = strcspn(at, " >");

			require(at[1] == '/' || at[1] == '!' || is_letter(at[1]));
			strbuf_add(out, at, name);
			at = end_of_tag(at + name);
		} else {
			require(*at != '"' || out->len == 0 || strstr(out->buf, "<style") != NULL);
		}
	}
}

static void require_same_tags(const struct strbuf *out, const struct strbuf *plain)
{
	struct strbuf tags = STRBUF_INIT, wanted = STRBUF_INIT;

	add_tags(&tags, out->buf);
	add_tags(&wanted, plain->buf);
	require(tags.len == wanted.len && memcmp(tags.buf, wanted.buf, tags.len) == 0);
	strbuf_release(&tags);
	strbuf_release(&wanted);
}

static void write_page(const struct page_format *format, struct text text, struct strbuf *out)
{
	static const struct casefile file;
	struct page page = { .format = format, .file = &file, .out = out };

	page_begin(&page, "t");
	page_open(&page, PAGE_PARAGRAPH);
	page_code(&page, text);
	page_prose(&page, text);
	page_close(&page, PAGE_PARAGRAPH);
	page_open(&page, PAGE_TABLE);
	page_open(&page, PAGE_ROW);
	page_open(&page, PAGE_CELL);
	page_code(&page, text);
	page_prose(&page, text);
	page_close(&page, PAGE_CELL);
	page_close(&page, PAGE_ROW);
	page_close(&page, PAGE_TABLE);
	page_listing(&page, "python", text);
	page_end(&page);
}

static void try_page(struct text text)
{
	struct strbuf out = STRBUF_INIT, plain = STRBUF_INIT;

	write_page(&page_html, text, &out);
	write_page(&page_html, TEXT_LITERAL("x"), &plain);
	require_shown(&out);
	require_same_tags(&out, &plain);
	strbuf_clear(&out);
	write_page(&page_markdown, text, &out);
	require_shown(&out);
	strbuf_release(&out);
	strbuf_release(&plain);
}

/* --- Markdown ---------------------------------------------------------------------------------------------------- */

static void require_text(const struct strbuf *out, struct text text)
{
	require(out->len == text.len && (text.len == 0 || memcmp(out->buf, text.ptr, text.len) == 0));
}

/* Running text, read back: nothing that is not escaped means anything. */
static void try_markdown_text(struct text text)
{
	static const char comment[] = "<!-- -->";
	struct strbuf out = STRBUF_INIT, back = STRBUF_INIT;
	const char *at;

	markdown_add_text(&out, text);
	for (at = out.buf; *at; at++) {
		if (begins_with(at, comment)) {
			at += sizeof(comment) - 2;
			continue;
		}
		require(!(at[0] == '@' && (is_letter(at[1]) || is_digit(at[1]))) && !begins_with(at, "://"));
		if (*at == '\\')
			at++;
		else
			require(!strchr("`*_[]<>&|~#!$", *at));
		strbuf_addch(&back, *at);
	}
	require_text(&back, text);
	strbuf_release(&out);
	strbuf_release(&back);
}

/* A code span, read as CommonMark does: up to as many ticks as it began with, less one blank at either end. */
static void try_markdown_code(struct text text, bool in_table)
{
	struct strbuf out = STRBUF_INIT, back = STRBUF_INIT;
	size_t ticks, at, run, i;
	const char *from;

	markdown_add_code(&out, text, in_table);
	ticks = strspn(out.buf, "`");
	for (at = ticks; at < out.len; at += run ? run : 1) {
		run = strspn(out.buf + at, "`");
		if (run == ticks)
			break;
	}
	require(at + ticks == out.len);
	for (i = ticks; i < at; i++)
		if (!in_table || out.buf[i] != '\\' || i + 1 == at || out.buf[i + 1] != '|')
			strbuf_addch(&back, out.buf[i]);
	from = back.buf;
	if (back.len > 1 && *from == ' ' && from[back.len - 1] == ' ' && strspn(from, " ") < back.len)
		require(back.len - 2 == text.len && memcmp(from + 1, text.ptr, text.len) == 0);
	else if (text.len && strspn(text.ptr, " ") < text.len)
		require_text(&back, text);
	strbuf_release(&out);
	strbuf_release(&back);
}

/* No line of a block closes its fence but the last. */
static void try_markdown_fence(struct text lines)
{
	struct strbuf out = STRBUF_INIT;
	size_t ticks;
	const char *at;

	markdown_add_fence(&out, "text", lines);
	ticks = strspn(out.buf, "`");
	for (at = strchr(out.buf, '\n') + 1; strspn(at + strspn(at, " "), "`") < ticks; at = strchr(at, '\n') + 1)
		require(strchr(at, '\n') != NULL);
	require((size_t)(out.buf + out.len - at) == ticks + 1);
	strbuf_release(&out);
}

/* --- Mermaid ----------------------------------------------------------------------------------------------------- */

/* A label's characters mean themselves, or are a number: `#34;`. */
static const char *end_of_label(const char *at)
{
	while (*at != '"') {
		require(*at != '\0' && *at != '\n');
		if (begins_with(at, "<br>")) {
			at += 4;
		} else if (*at == '#') {
			for (at++; is_digit(*at); at++)
				;
			require(*at++ == ';');
		} else {
			require((unsigned char)*at >= 0x80 || is_letter(*at) || is_digit(*at) ||
				strchr(" .,:()/-_", *at));
			at++;
		}
	}
	return at;
}

static void require_mermaid(const char *at)
{
	for (; (at = strchr(at, '"')) != NULL; at++)
		at = end_of_label(at + 1);
}

/* --- all formats ------------------------------------------------------------------------------------------------- */

static struct finding finding_of(enum rule_id rule, struct text raw, struct text words)
{
	return (struct finding){ .rule = rule,
		.level = LEVEL_ERROR,
		.environment = raw,
		.revision = raw,
		.path = raw,
		.line = 4,
		.message = words,
		.hint = words };
}

/* A revision, a path, a message and all else that a repository chooses. `shown` is what sentences are made of. */
static void make_audit(struct text raw, struct strbuf *shown, const char *format, struct strbuf *out)
{
	const struct text words = { shown->buf, shown->len };
	const struct migration declared = {
		.revision = { .kind = BINDING_LITERAL, .values = &raw, .count = 1, .line = 3 },
		.down_revision = { .kind = BINDING_LITERAL, .values = &raw, .count = 1, .line = 4 },
		.message = raw,
	};
	const struct audit_migration migration = { .revision = raw, .declared = &declared, .path = raw };
	const struct chain_member member = { .revision = raw, .path = raw, .message = raw };
	const struct chain_node node = { .revision = raw, .member = &member, .is_head = true, .is_base = true };
	const struct finding finding = finding_of(RULE_MISSING_REVISION, raw, words);
	const struct excuse prune = { .name = raw, .reason = raw };
	const struct audit_opaque opaque = { raw, raw, 7, "it calls create_all()" };
	const struct audit_environment environment = { .path = raw,
		.versions = &raw,
		.version_count = 1,
		.found_by = raw,
		.migrations = &migration,
		.migration_count = 1,
		.chain = { .nodes = &node, .count = 1 },
		.findings = &finding,
		.finding_count = 1,
		.prunes = &prune,
		.prune_count = 1,
		.tables = { &raw, &raw, &raw, &raw, 1, 1, 1, 1, &opaque, 1 } };
	const char *const limits[] = { shown->buf };
	const struct audit audit = { .tree = AUDIT_COMMIT,
		.expression = raw,
		.environments = &environment,
		.environment_count = 1,
		.limits = limits,
		.limit_count = 1,
		.provenance = { .branch = raw } };
	const struct render_options options = { .color = false };
	struct err err;

	require(audit_format_find(format)->render(&audit, &options, out, &err) == 0);
}

static void make_check(struct text raw, struct strbuf *shown, const char *format, struct strbuf *out)
{
	const struct text words = { shown->buf, shown->len };
	const struct finding finding = finding_of(RULE_IDENTITY_OVERWRITTEN, raw, words);
	const char *const limits[] = { shown->buf };
	const struct check check = { .result = CHECK_BLOCKED,
		.violations = &finding,
		.violation_count = 1,
		.policy = words,
		.protection = words,
		.refs = &raw,
		.ref_count = 1,
		.limits = limits,
		.limit_count = 1,
		.notes = limits,
		.note_count = 1 };
	const struct render_options options = { .color = false };
	struct err err;

	require(check_format_find(format)->render(&check, &options, out, &err) == 0);
}

static bool is_any(const char *name, const char *a, const char *b, const char *c)
{
	return strcmp(name, a) == 0 || strcmp(name, b) == 0 || strcmp(name, c) == 0;
}

static void require_format(const char *name, const struct strbuf *out)
{
	require_shown(out);
	if (is_any(name, "json", "sarif", "gitlab"))
		require_json(out->buf, out->len);
	else if (strcmp(name, "ndjson") == 0)
		require_lines_of_json(out);
	else if (strcmp(name, "mermaid") == 0)
		require_mermaid(out->buf);
	else if (strcmp(name, "github") == 0)
		require_commands(out);
}

/* One format of each list, for speed: `which` chooses. */
static const char *choose(const char *const *names, size_t which)
{
	size_t count = 0;

	while (names[count])
		count++;
	return names[which % count];
}

static void try_audit(const char *format, struct text raw, struct strbuf *shown)
{
	struct strbuf out = STRBUF_INIT, plain = STRBUF_INIT, x = STRBUF_INIT;

	make_audit(raw, shown, format, &out);
	require_format(format, &out);
	if (strcmp(format, "svg") == 0) {
		strbuf_addch(&x, 'x');
		make_audit(TEXT_LITERAL("x"), &x, format, &plain);
		require_same_tags(&out, &plain);
	}
	strbuf_release(&out);
	strbuf_release(&plain);
	strbuf_release(&x);
}

static void try_check(const char *format, struct text raw, struct strbuf *shown)
{
	struct strbuf out = STRBUF_INIT;

	make_check(raw, shown, format, &out);
	require_format(format, &out);
	strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text raw = { (const char *)data + 1, size - 1 }, words;
	struct strbuf shown = STRBUF_INIT, lines = STRBUF_INIT;
	static const struct casefile file;

	if (size < 2)
		return 0;
	strbuf_add_printable_text(&shown, raw);
	words = (struct text){ shown.buf, shown.len };
	try_markdown_text(words);
	try_markdown_code(words, false);
	try_markdown_code(words, true);
	page_clean_lines(&file, raw, PAGE_LINES_MAX, &lines);
	try_markdown_fence((struct text){ lines.buf, lines.len });
	try_page(raw);
	try_audit(choose(audit_format_names, *data), raw, &shown);
	try_check(choose(check_format_names, *data), raw, &shown);
	strbuf_release(&shown);
	strbuf_release(&lines);
	return 0;
}
