/*
 * casefile_parts: the sections of a report, and the words that they share. Private to src/report.
 */
#ifndef REVIDENT_SRC_REPORT_CASEFILE_PARTS_H
#define REVIDENT_SRC_REPORT_CASEFILE_PARTS_H

#include "page.h"

/* Room for describe_span(). */
enum { SPAN_MAX = 64 };

/* "3 days 4 hours", "12 minutes", into `out`; returns it. */
char *describe_span(int64_t seconds, char out[SPAN_MAX]);

/* What happened at a moment, in a few words: "overwritten", "landed on". */
const char *moment_words(const struct moment *moment);

/* The id of a case, and behind it its message in quotes. */
void page_revision(struct page *page, const struct lost_case *c);

/* "1 file", "2 files". */
void page_count(struct page *page, size_t count, const char *noun);

/* A time in UTC and in its own zone, or that it is unknown. */
void page_time(struct page *page, const struct signature *signature);
void page_time_utc(struct page *page, const struct signature *signature);

/* A command for a shell, made of words; `line` is printable as strbuf_add_shell_word() leaves it. */
void page_command(struct page *page, const struct strbuf *line);

void write_summary(struct page *page, const struct lost_case *c);
void write_impact(struct page *page, const struct lost_case *c);
void write_timeline(struct page *page, const struct lost_case *c);
void write_cause(struct page *page, const struct lost_case *c);
void write_lost(struct page *page, const struct lost_case *c);
void write_chains(struct page *page, const struct lost_case *c);
void write_tables(struct page *page, const struct lost_case *c);
void write_repair(struct page *page);
void write_prevention(struct page *page, const struct lost_case *c);
void write_evidence(struct page *page);

#endif
