#include "page.h"

#include <string.h>

#include "redact.h"
#include "revident/base/printable.h"

/* Where to cut so that no character is torn apart. */
static size_t cut(struct text text, size_t max)
{
	size_t len = text.len < max ? text.len : max;

	if (len < text.len)
		while (len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80 && max - len < 4)
			len--;
	return len;
}

void page_clean(const struct casefile *file, struct text text, size_t max, struct strbuf *out)
{
	struct strbuf plain = STRBUF_INIT;
	size_t len;

	if (!text.ptr)
		return;
	/* A secret must not lose its end to the cut. */
	redact(file, (struct text){ text.ptr, cut(text, max + 1024) }, &plain);
	len = cut((struct text){ plain.buf, plain.len }, max);
	strbuf_add_printable(out, plain.buf, len);
	if (len < plain.len)
		strbuf_addstr(out, "\xe2\x80\xa6");
	strbuf_release(&plain);
}

/* One line, tabs as they are. */
static void clean_line(const struct casefile *file, struct text line, struct strbuf *out)
{
	struct strbuf clean = STRBUF_INIT;
	size_t i;

	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	page_clean(file, line, PAGE_LINE_MAX, &clean);
	for (i = 0; i < clean.len; i++) {
		if (clean.len - i >= 4 && !memcmp(clean.buf + i, "\\x09", 4)) {
			strbuf_addstr(out, "    ");
			i += 3;
		} else {
			strbuf_addch(out, clean.buf[i]);
		}
	}
	strbuf_release(&clean);
	strbuf_addch(out, '\n');
}

void page_clean_lines(const struct casefile *file, struct text text, size_t max_lines, struct strbuf *out)
{
	size_t at = 0, lines = 0;

	while (at < text.len) {
		const char *newline = memchr(text.ptr + at, '\n', text.len - at);
		size_t end = newline ? (size_t)(newline - text.ptr) : text.len;

		if (lines++ < max_lines)
			clean_line(file, (struct text){ text.ptr + at, end - at }, out);
		at = end + 1;
	}
	if (lines > max_lines)
		strbuf_addf(out, "(%zu more lines)\n", lines - max_lines);
}

void page_open(struct page *page, enum page_block block)
{
	if (block == PAGE_TABLE)
		page->in_table = true;
	if (block == PAGE_HEAD) {
		page->in_head = true;
		page->columns = 0;
	}
	if (block == PAGE_CELL && page->in_head)
		page->columns++;
	page->format->open(page, block);
}

void page_close(struct page *page, enum page_block block)
{
	page->format->close(page, block);
	if (block == PAGE_TABLE)
		page->in_table = false;
	if (block == PAGE_HEAD)
		page->in_head = false;
}

void page_begin(struct page *page, const char *title)
{
	page->format->begin(page, text_of(title));
}

void page_end(struct page *page)
{
	page->format->end(page);
}

__attribute__((format(printf, 3, 0))) static void put(
	struct page *page, enum page_style style, const char *fmt, va_list ap)
{
	struct strbuf words = STRBUF_INIT;

	strbuf_vaddf(&words, fmt, ap);
	page->format->text(page, style, (struct text){ words.buf, words.len });
	strbuf_release(&words);
}

void page_words(struct page *page, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(page, PAGE_PLAIN, fmt, ap);
	va_end(ap);
}

void page_styled(struct page *page, enum page_style style, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(page, style, fmt, ap);
	va_end(ap);
}

static void put_clean(struct page *page, enum page_style style, struct text text, size_t max)
{
	struct strbuf clean = STRBUF_INIT;

	if (!text.ptr)
		return;
	page_clean(page->file, text, max, &clean);
	page->format->text(page, style, (struct text){ clean.buf, clean.len });
	strbuf_release(&clean);
}

void page_code(struct page *page, struct text text)
{
	put_clean(page, PAGE_CODE, text, 16384);
}

void page_prose(struct page *page, struct text text)
{
	put_clean(page, PAGE_PROSE, text, PAGE_PROSE_MAX);
}

void page_oid(struct page *page, const struct oid *id)
{
	char hex[OID_HEX + 1];

	page->format->text(page, PAGE_CODE, text_of(oid_hex(id, hex)));
}

void page_line_break(struct page *page)
{
	page->format->line_break(page);
}

void page_listing(struct page *page, const char *language, struct text lines)
{
	struct strbuf clean = STRBUF_INIT;

	page_clean_lines(page->file, lines, PAGE_LINES_MAX, &clean);
	page->format->listing(page, language, (struct text){ clean.buf, clean.len });
	strbuf_release(&clean);
}

void page_cell(struct page *page, const char *words)
{
	page_open(page, PAGE_CELL);
	page_words(page, "%s", words);
	page_close(page, PAGE_CELL);
}

void page_heading(struct page *page, enum page_block block, const char *words)
{
	page_open(page, block);
	page_words(page, "%s", words);
	page_close(page, block);
}

void page_chain(struct page *page, const char *title, const struct chain *chain, const struct lost_case *c)
{
	const struct picture_options options = { .file = page->file,
		.title = title,
		.number = ++page->pictures,
		.keep = &c->life->revision,
		.keep_count = 1 };

	page->format->chain(page, chain, &options);
}

void page_timeline(struct page *page, const char *title, const struct lost_case *c)
{
	const struct picture_options options = { .file = page->file, .title = title, .number = ++page->pictures };

	page->format->timeline(page, c, &options);
}
