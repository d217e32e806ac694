#include "casefile_parts.h"

enum { TABLES_SHOWN = 200, NOTES_SHOWN = 60, OPAQUE_SHOWN = 5 };

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

static void list_created(struct page *page, const struct lost_case *c)
{
	if (c->tables.created_count)
		list_names(page,
			c->life->at_head && !c->is_replaced ? "It creates these tables"
							    : "The lost migration creates these tables",
			c->tables.created, c->tables.created_count);
	else if (c->tables.is_known)
		say(page, c->life->at_head && !c->is_replaced ? "It creates no table."
							      : "The lost migration creates no table.");
	else
		say(page, c->lost.path.ptr
				  ? "Which tables the lost migration creates is not known: its file could not be read."
				  : "Which tables the lost migration creates is not known: its file was not found.");
	if (c->tables.opaque) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "It may create others in a way that cannot be told: %s.", c->tables.opaque);
		page_close(page, PAGE_PARAGRAPH);
	}
}

static bool is_about_tables(const struct finding *finding)
{
	return finding->rule == RULE_TABLE_NEVER_CREATED || finding->rule == RULE_MODEL_WITHOUT_TABLE;
}

/* What `revident audit` notes: who assumes what, and where a model is without a table. */
static void table_of_notes(struct page *page, const struct audit_environment *env)
{
	size_t i, count = 0, shown = 0;

	for (i = 0; i < env->finding_count; i++)
		count += is_about_tables(&env->findings[i]);
	if (!count)
		return;
	page_open(page, PAGE_TABLE);
	page_open(page, PAGE_HEAD);
	page_cell(page, "migration or model");
	page_cell(page, "at");
	page_cell(page, "note");
	page_close(page, PAGE_HEAD);
	for (i = 0; i < env->finding_count && shown < NOTES_SHOWN; i++) {
		const struct finding *finding = &env->findings[i];

		if (!is_about_tables(finding))
			continue;
		shown++;
		page_open(page, PAGE_ROW);
		page_open(page, PAGE_CELL);
		if (finding->revision.ptr)
			page_code(page, finding->revision);
		else
			page_words(page, "a model");
		page_close(page, PAGE_CELL);
		page_open(page, PAGE_CELL);
		page_code(page, finding->path);
		page_words(page, ", line %u", finding->line);
		page_close(page, PAGE_CELL);
		page_open(page, PAGE_CELL);
		page_prose(page, finding->message);
		page_close(page, PAGE_CELL);
		page_close(page, PAGE_ROW);
	}
	page_close(page, PAGE_TABLE);
	if (count > shown) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "And %zu more.", count - shown);
		page_close(page, PAGE_PARAGRAPH);
	}
}

static void say_left(struct page *page, const struct lost_case *c)
{
	const struct audit_tables *head = &c->environment->tables;

	if (!head->uncreated_count || !c->tables.is_known)
		return;
	if (c->tables.left_count)
		list_names(page, "Created neither at HEAD nor by the lost migration", c->tables.left,
			c->tables.left_count);
	else
		say(page, "The lost migration creates every one of them: with it back in the chain, none is left that "
			  "nothing creates.");
}

static void say_unjudged(struct page *page, const struct audit_tables *head)
{
	size_t i;

	for (i = 0; i < head->opaque_count && i < OPAQUE_SHOWN; i++) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "What comes after ");
		page_code(page, head->opaque[i].revision.ptr ? head->opaque[i].revision : head->opaque[i].path);
		page_words(page, " is not judged: %s.", head->opaque[i].reason);
		page_close(page, PAGE_PARAGRAPH);
	}
}

void write_tables(struct page *page, const struct lost_case *c)
{
	list_created(page, c);
	if (!c->is_missing || !c->environment)
		return;
	if (c->tables.assumed_count)
		list_names(page, "Later migrations assume these, and no migration at HEAD creates them",
			c->tables.assumed, c->tables.assumed_count);
	else
		say(page, "Later migrations assume no table that none of them creates, as far as it can be read.");
	if (c->environment->tables.model_count) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "The models at HEAD declare ");
		page_count(page, c->environment->tables.model_count, "table");
		page_words(page, ".");
		page_close(page, PAGE_PARAGRAPH);
	}
	table_of_notes(page, c->environment);
	say_unjudged(page, &c->environment->tables);
	say_left(page, c);
}
