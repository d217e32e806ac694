#include <string.h>

#include "casefile_formats.h"
#include "casefile_parts.h"
#include "linediff.h"
#include "markup.h"
#include "picture.h"

enum { CONTEXT_LINES = 3, RUN_LINES = 80, ROWS_MAX = 600 };

static const char style[] =
	":root{color-scheme:light "
	"dark;--fg:#1f2328;--bg:#fff;--mute:#59636e;--line:#d1d9e0;--code:#f0f3f6;--bad:#b3121d;"
	"--good:#116329;--blank:#fff8c5;--old:#ffebe9;--new:#dafbe1}\n"
	"@media screen and (prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--mute:#9aa4af;--line:#3d444d;"
	"--code:#1c2430;--bad:#ff8b85;--good:#56d364;--blank:#4b3a00;--old:#4b1a1c;--new:#12391f}}\n"
	"body{font:16px/1.55 system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;color:var(--fg);"
	"background:var(--bg);max-width:76rem;margin:0 auto;padding:1.5rem}\n"
	"h1,h2,h3{line-height:1.25}h2{border-bottom:1px solid var(--line);padding-bottom:.3rem;margin-top:2.2rem}\n"
	"code,pre{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:.86em}\n"
	"code{background:var(--code);border-radius:4px;padding:.1em "
	".3em;overflow-wrap:break-word;unicode-bidi:isolate}time,.time{white-space:nowrap}\n"
	"pre{background:var(--code);border-radius:6px;padding:.8rem;overflow-x:auto;white-space:pre-wrap;"
	"overflow-wrap:anywhere}\n"
	".scroll{overflow-x:auto;margin:1rem 0}\n"
	"table{border-collapse:collapse;width:100%}th,td{border:1px solid var(--line);padding:.4rem .6rem;"
	"vertical-align:top;text-align:left;overflow-wrap:break-word}th{background:var(--code)}\n"
	".bad{color:var(--bad);font-weight:600}.good{color:var(--good);font-weight:600}\n"
	".blank{background:var(--blank);border-bottom:2px dotted var(--mute);padding:.1em .4em}\n"
	"figure{margin:1rem 0;overflow-x:auto}svg{max-width:100%;height:auto}\n"
	"p code{overflow-wrap:anywhere}.files{table-layout:fixed}.files code{overflow-wrap:anywhere}.files "
	"td{overflow-wrap:anywhere;font:12px/1.45 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;"
	"white-space:pre-wrap;padding:.05rem .4rem;border-width:0 1px}\n"
	".files "
	".n{width:3.2rem;color:var(--mute);text-align:right}.old{background:var(--old)}.new{background:var(--new)}\n"
	".files .skip{color:var(--mute);text-align:center;border-width:1px}\n"
	"@media "
	"print{body{max-width:none;padding:0;font-size:10pt}h2,h3{break-after:avoid}tr,figure{break-inside:avoid}"
	".scroll,figure{overflow:visible}.old,.new,.blank,th{print-color-adjust:exact;-webkit-print-color-adjust:exact}"
	"}\n";

static void begin(struct page *page, struct text title)
{
	strbuf_addstr(page->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
				 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
				 "'unsafe-inline'\">\n"
				 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	markup_add(page->out, title);
	strbuf_addf(page->out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", style);
}

static void end(struct page *page)
{
	strbuf_addstr(page->out, "</main>\n</body>\n</html>\n");
}

static const struct {
	const char *open, *close;
} tags[] = {
	[PAGE_TITLE] = { "<h1>", "</h1>\n" },
	[PAGE_SECTION] = { "<h2>", "</h2>\n" },
	[PAGE_SUBSECTION] = { "<h3>", "</h3>\n" },
	[PAGE_PARAGRAPH] = { "<p>", "</p>\n" },
	[PAGE_LIST] = { "<ul>\n", "</ul>\n" },
	[PAGE_ITEM] = { "<li>", "</li>\n" },
	[PAGE_TABLE] = { "<div class=\"scroll\"><table>\n", "</table></div>\n" },
	[PAGE_HEAD] = { "<thead><tr>", "</tr></thead>\n" },
	[PAGE_ROW] = { "<tr>", "</tr>\n" },
	[PAGE_CELL] = { "<td>", "</td>" },
};

static void open_block(struct page *page, enum page_block block)
{
	strbuf_addstr(page->out, block == PAGE_CELL && page->in_head ? "<th scope=\"col\">" : tags[block].open);
}

static void close_block(struct page *page, enum page_block block)
{
	strbuf_addstr(page->out, block == PAGE_CELL && page->in_head ? "</th>" : tags[block].close);
}

/* HTML knows years of four digits: what a broken commit has for a time is no <time>. */
static bool is_html_time(struct text text)
{
	return text.len > 4 && text.ptr[0] >= '0' && text.ptr[0] <= '9' && text.ptr[4] == '-';
}

static void add_text(struct page *page, enum page_style text_style, struct text text)
{
	static const struct {
		const char *open, *close;
	} marks[] = {
		[PAGE_PLAIN] = { "", "" },
		[PAGE_CODE] = { "<code>", "</code>" },
		[PAGE_PROSE] = { "<bdi>", "</bdi>" },
		[PAGE_STRONG] = { "<strong>", "</strong>" },
		[PAGE_BAD] = { "<span class=\"bad\">", "</span>" },
		[PAGE_GOOD] = { "<span class=\"good\">", "</span>" },
		[PAGE_BLANK] = { "<span class=\"blank\">", "</span>" },
		[PAGE_TIME] = { "<time>", "</time>" },
	};

	if (text_style == PAGE_TIME && !is_html_time(text)) {
		strbuf_addstr(page->out, "<span class=\"time\">");
		markup_add(page->out, text);
		strbuf_addstr(page->out, "</span>");
		return;
	}
	strbuf_addstr(page->out, marks[text_style].open);
	markup_add(page->out, text);
	strbuf_addstr(page->out, marks[text_style].close);
}

static void line_break(struct page *page)
{
	strbuf_addstr(page->out, "<br>");
}

static void listing(struct page *page, const char *language, struct text lines)
{
	(void)language;
	strbuf_addstr(page->out, "<pre>");
	markup_add(page->out, lines);
	strbuf_addstr(page->out, "</pre>\n");
}

/* --- two files beside each other --------------------------------------------------------------------------------- */

static void side(struct page *page, struct text line, size_t number, const char *mark)
{
	struct strbuf clean = STRBUF_INIT;

	if (!line.ptr) {
		strbuf_addstr(page->out, "<td class=\"n\"></td><td></td>");
		return;
	}
	if (line.len)
		page_clean_lines(page->file, line, 1, &clean);
	if (clean.len)
		strbuf_setlen(&clean, clean.len - 1);
	strbuf_addf(page->out, "<td class=\"n\">%zu</td><td%s>", number, mark);
	markup_add(page->out, (struct text){ clean.buf, clean.len });
	strbuf_addstr(page->out, "</td>");
	strbuf_release(&clean);
}

static void skip(struct page *page, size_t count, const char *what)
{
	strbuf_addf(page->out, "<tr><td class=\"skip\" colspan=\"4\">%zu %s lines</td></tr>\n", count, what);
}

/* A run of removed lines stands beside the run of new ones that follows it. */
static size_t add_run(struct page *page, const struct linediff *diff, size_t at)
{
	size_t removed = at, added, i, n;

	while (removed < diff->count && !diff->rows[removed].is_same && diff->rows[removed].before.ptr &&
		!diff->rows[removed].folded)
		removed++;
	for (added = removed; added < diff->count && !diff->rows[added].is_same && diff->rows[added].after.ptr &&
			      !diff->rows[added].folded;)
		added++;
	n = removed - at > added - removed ? removed - at : added - removed;
	for (i = 0; i < n; i++) {
		const struct linediff_row none = { 0 };
		const struct linediff_row *left = at + i < removed ? &diff->rows[at + i] : &none;
		const struct linediff_row *right = removed + i < added ? &diff->rows[removed + i] : &none;

		strbuf_addstr(page->out, "<tr>");
		side(page, left->before, left->before_line, " class=\"old\"");
		side(page, right->after, right->after_line, " class=\"new\"");
		strbuf_addstr(page->out, "</tr>\n");
	}
	return added;
}

static void add_rows(struct page *page, const struct linediff *diff)
{
	size_t i = 0;

	while (i < diff->count && i < ROWS_MAX) {
		const struct linediff_row *row = &diff->rows[i];

		if (row->folded) {
			skip(page, row->folded, linediff_words(row));
			i++;
		} else if (row->is_same) {
			strbuf_addstr(page->out, "<tr>");
			side(page, row->before, row->before_line, "");
			side(page, row->after, row->after_line, "");
			strbuf_addstr(page->out, "</tr>\n");
			i++;
		} else {
			i = add_run(page, diff, i);
		}
	}
	if (diff->count - i + diff->before_more + diff->after_more)
		skip(page, diff->count - i + diff->before_more + diff->after_more, "more");
}

static void name(struct page *page, const struct case_file *file, const char *words)
{
	strbuf_addf(page->out, "<th scope=\"col\" colspan=\"2\">%s ", words);
	page_code(page, file->revision);
	strbuf_addstr(page->out, "<br>");
	page_code(page, file->path);
	strbuf_addstr(page->out, "</th>");
}

static void files(struct page *page, const struct case_file *before, const struct case_file *after)
{
	struct linediff diff;

	linediff_make(before->bytes, after->bytes, &diff);
	linediff_fold(&diff, CONTEXT_LINES, RUN_LINES);
	strbuf_addstr(page->out, "<div class=\"scroll\"><table class=\"files\">\n<colgroup><col class=\"n\"><col>"
				 "<col class=\"n\"><col></colgroup>\n<thead><tr>");
	name(page, before, "lost:");
	name(page, after, "in its place:");
	strbuf_addstr(page->out, "</tr></thead>\n");
	add_rows(page, &diff);
	strbuf_addstr(page->out, "</table></div>\n");
	linediff_release(&diff);
}

/* --- pictures ---------------------------------------------------------------------------------------------------- */

static void chain(struct page *page, const struct chain *drawn, const struct picture_options *options)
{
	strbuf_addstr(page->out, "<figure>\n");
	svg_add_chain(drawn, options, page->out);
	strbuf_addstr(page->out, "</figure>\n");
}

static void timeline(struct page *page, const struct lost_case *c, const struct picture_options *options)
{
	strbuf_addstr(page->out, "<figure>\n");
	svg_add_timeline(c, options, page->out);
	strbuf_addstr(page->out, "</figure>\n");
}

const struct page_format page_html = { .begin = begin,
	.end = end,
	.open = open_block,
	.close = close_block,
	.text = add_text,
	.line_break = line_break,
	.listing = listing,
	.files = files,
	.chain = chain,
	.timeline = timeline };
