#include "casefile_parts.h"

enum { TABLES_SHOWN = 200 };

static void list_names(struct page *page, const char *words, const struct text *names, size_t count)
{
	size_t i;

	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "%s (%zu):", words, count);
	for (i = 0; i < count && i < TABLES_SHOWN; i++) {
		page_words(page, i ? ", " : " ");
		page_code(page, names[i]);
	}
	if (count > i)
		page_words(page, " and %zu more", count - i);
	page_words(page, ".");
	page_close(page, PAGE_PARAGRAPH);
}

static void say(struct page *page, const char *words)
{
	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "%s", words);
	page_close(page, PAGE_PARAGRAPH);
}

void write_tables(struct page *page, const struct lost_case *c)
{
	if (c->tables.created_count)
		list_names(page, "The lost migration creates these tables", c->tables.created, c->tables.created_count);
	else if (c->tables.is_known)
		say(page, "The lost migration creates no table.");
	else
		say(page, "Which tables the lost migration creates is not known: its file could not be read.");
	if (c->tables.opaque) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "It may create others in a way that cannot be told: %s.", c->tables.opaque);
		page_close(page, PAGE_PARAGRAPH);
	}
	if (c->tables.assumed_count)
		list_names(page, "Later migrations assume these, and no migration at HEAD creates them",
			c->tables.assumed, c->tables.assumed_count);
	else if (c->is_missing)
		say(page, "Later migrations assume no table that none of them creates, as far as it can be read.");
}
