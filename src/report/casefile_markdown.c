#include <string.h>

#include "casefile_formats.h"
#include "casefile_parts.h"
#include "linediff.h"
#include "markdown.h"
#include "picture.h"

enum { CONTEXT_LINES = 2, RUN_LINES = 30, ROWS_MAX = 240 };

static void begin(struct page *page, struct text title)
{
	(void)page;
	(void)title; /* a Markdown document has no title but its first heading */
}

static void end(struct page *page)
{
	while (page->out->len > 1 && page->out->buf[page->out->len - 1] == '\n' &&
		page->out->buf[page->out->len - 2] == '\n')
		strbuf_setlen(page->out, page->out->len - 1);
}

static void open_block(struct page *page, enum page_block block)
{
	static const char *const marks[] = {
		[PAGE_TITLE] = "# ",
		[PAGE_SECTION] = "## ",
		[PAGE_SUBSECTION] = "### ",
		[PAGE_PARAGRAPH] = "",
		[PAGE_LIST] = "",
		[PAGE_ITEM] = "- ",
		[PAGE_TABLE] = "",
		[PAGE_HEAD] = "|",
		[PAGE_ROW] = "|",
		[PAGE_CELL] = " ",
	};

	strbuf_addstr(page->out, marks[block]);
}

static void close_block(struct page *page, enum page_block block)
{
	size_t i;

	switch (block) {
	case PAGE_CELL:
		strbuf_addstr(page->out, " |");
		break;
	case PAGE_HEAD:
		strbuf_addstr(page->out, "\n|");
		for (i = 0; i < page->columns; i++)
			strbuf_addstr(page->out, " --- |");
		strbuf_addch(page->out, '\n');
		break;
	case PAGE_ITEM:
	case PAGE_ROW:
	case PAGE_TABLE:
	case PAGE_LIST:
		strbuf_addch(page->out, '\n');
		break;
	default:
		strbuf_addstr(page->out, "\n\n");
	}
}

static void add_text(struct page *page, enum page_style style, struct text text)
{
	switch (style) {
	case PAGE_CODE:
		if (text.len)
			markdown_add_code(page->out, text, page->in_table);
		break;
	case PAGE_STRONG:
	case PAGE_BAD:
	case PAGE_GOOD: {
		bool leads = text.len && text.ptr[0] == ' ';

		strbuf_addstr(page->out, leads ? " **" : "**");
		markdown_add_text(page->out, (struct text){ text.ptr + leads, text.len - leads });
		strbuf_addstr(page->out, "**");
		break;
	}
	case PAGE_BLANK:
		strbuf_addstr(page->out, "\\_\\_\\_\\_ *(");
		markdown_add_text(page->out, text);
		strbuf_addstr(page->out, ")*");
		break;
	case PAGE_TIME:
	case PAGE_PLAIN:
	case PAGE_PROSE:
		markdown_add_text(page->out, text);
	}
}

static void line_break(struct page *page)
{
	strbuf_addstr(page->out, page->in_table ? "<br>" : "\\\n");
}

static void listing(struct page *page, const char *language, struct text lines)
{
	markdown_add_fence(page->out, language, lines);
	strbuf_addch(page->out, '\n');
}

static void add_name(struct page *page, const char *mark, const struct case_file *file, struct strbuf *out)
{
	strbuf_addf(out, "%s ", mark);
	page_clean(page->file, file->path, 4096, out);
	if (file->revision.ptr) {
		strbuf_addstr(out, " (");
		page_clean(page->file, file->revision, 200, out);
		strbuf_addch(out, ')');
	}
	strbuf_addch(out, '\n');
}

/* A unified view: what differs, with a little around it. */
static void files(struct page *page, const struct case_file *before, const struct case_file *after)
{
	struct strbuf lines = STRBUF_INIT;
	struct linediff diff;
	size_t i;

	linediff_make(before->bytes, after->bytes, &diff);
	linediff_fold(&diff, CONTEXT_LINES, RUN_LINES);
	add_name(page, "---", before, &lines);
	add_name(page, "+++", after, &lines);
	for (i = 0; i < diff.count && i < ROWS_MAX; i++) {
		const struct linediff_row *row = &diff.rows[i];
		struct text line = row->before.ptr ? row->before : row->after;

		if (row->folded) {
			strbuf_addf(&lines, "@@ %zu %s lines @@\n", row->folded, linediff_words(row));
			continue;
		}
		strbuf_addch(&lines, row->is_same ? ' ' : row->before.ptr ? '-' : '+');
		if (line.len)
			page_clean_lines(page->file, line, 1, &lines);
		else
			strbuf_addch(&lines, '\n');
	}
	if (diff.count - i + diff.before_more + diff.after_more > 0)
		strbuf_addf(&lines, "@@ %zu more lines @@\n", diff.count - i + diff.before_more + diff.after_more);
	listing(page, "diff", (struct text){ lines.buf, lines.len });
	linediff_release(&diff);
	strbuf_release(&lines);
}

static void chain(struct page *page, const struct chain *drawn, const struct picture_options *options)
{
	struct strbuf lines = STRBUF_INIT;

	mermaid_add_chain(drawn, options, &lines);
	listing(page, "mermaid", (struct text){ lines.buf, lines.len });
	strbuf_release(&lines);
}

static void timeline(struct page *page, const struct lost_case *c, const struct picture_options *options)
{
	struct strbuf lines = STRBUF_INIT;

	mermaid_add_timeline(c, options, &lines);
	listing(page, "mermaid", (struct text){ lines.buf, lines.len });
	strbuf_release(&lines);
}

const struct page_format page_markdown = { .begin = begin,
	.end = end,
	.open = open_block,
	.close = close_block,
	.text = add_text,
	.line_break = line_break,
	.listing = listing,
	.files = files,
	.chain = chain,
	.timeline = timeline };
