/*
 * page: a document of headings, paragraphs, lists, tables and listings, whatever the format. Private to src/report.
 *
 * The report's sections are written once (casefile_*.c) and call these; a format is a table of functions, and alone
 * knows how its bytes are escaped. Bytes of the repository are redacted where that was asked for, then made printable
 * (control characters, what turns text around), then escaped, in this order, and in page.c only.
 */
#ifndef REVIDENT_SRC_REPORT_PAGE_H
#define REVIDENT_SRC_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "picture.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/model/casefile.h"

enum page_block {
	PAGE_TITLE,
	PAGE_SECTION,
	PAGE_SUBSECTION,
	PAGE_PARAGRAPH,
	PAGE_LIST,
	PAGE_ITEM,
	PAGE_TABLE,
	PAGE_HEAD, /* the first row of a table */
	PAGE_ROW,
	PAGE_CELL,
};

enum page_style {
	PAGE_PLAIN,
	PAGE_CODE,  /* ids, paths, commands, messages of programs */
	PAGE_PROSE, /* subjects, names: what people wrote */
	PAGE_STRONG,
	PAGE_BAD,   /* what fails */
	PAGE_GOOD,  /* what works */
	PAGE_BLANK, /* what a person must add */
	PAGE_TIME,  /* never broken over two lines */
};

enum { PAGE_PROSE_MAX = 300, PAGE_LINE_MAX = 240, PAGE_LINES_MAX = 160 };

struct page;

/* All texts that a format gets are printable UTF-8 without line ends, but a listing's, whose lines end with one. */
struct page_format {
	void (*begin)(struct page *page, struct text title);
	void (*end)(struct page *page);
	void (*open)(struct page *page, enum page_block block);
	void (*close)(struct page *page, enum page_block block);
	void (*text)(struct page *page, enum page_style style, struct text text);
	void (*line_break)(struct page *page);
	void (*listing)(struct page *page, const char *language, struct text lines);
	void (*files)(struct page *page, const struct case_file *before, const struct case_file *after);
	void (*chain)(struct page *page, const struct chain *chain, const struct picture_options *options);
	void (*timeline)(struct page *page, const struct lost_case *c, const struct picture_options *options);
};

struct page {
	const struct page_format *format;
	const struct casefile *file;
	struct strbuf *out;
	bool in_table, in_head;
	size_t columns;  /* of the table's first row */
	size_t pictures; /* drawn so far: ids of a document are unique */
};

void page_begin(struct page *page, const char *title);
void page_end(struct page *page);
void page_open(struct page *page, enum page_block block);
void page_close(struct page *page, enum page_block block);

/* Our own words. */
void page_words(struct page *page, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void page_styled(struct page *page, enum page_style style, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Bytes of the repository; prose is cut at PAGE_PROSE_MAX bytes. Nothing for TEXT_NONE. */
void page_code(struct page *page, struct text text);
void page_prose(struct page *page, struct text text);

void page_oid(struct page *page, const struct oid *id);
void page_line_break(struct page *page);

/* Lines in a block of their own; each is cut at PAGE_LINE_MAX, all at PAGE_LINES_MAX with a line that says so. */
void page_listing(struct page *page, const char *language, struct text lines);

/* A cell with our own words. */
void page_cell(struct page *page, const char *words);

/* A heading of our own words. */
void page_heading(struct page *page, enum page_block block, const char *words);

/* Pictures; of a chain the revision of the case is never folded. */
void page_chain(struct page *page, const char *title, const struct chain *chain, const struct lost_case *c);
void page_timeline(struct page *page, const char *title, const struct lost_case *c);

/* Redacted and printable: what a picture or a format that writes for itself puts out. Cut at `max` bytes, with "…". */
void page_clean(const struct casefile *file, struct text text, size_t max, struct strbuf *out);

/* Lines likewise, each ended by a line feed; at most `max_lines`, then one that counts the rest. */
void page_clean_lines(const struct casefile *file, struct text text, size_t max_lines, struct strbuf *out);

/* Writes the whole report. */
void casefile_write(struct page *page);

#endif
