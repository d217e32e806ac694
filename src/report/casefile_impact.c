#include <assert.h>
#include <string.h>

#include "casefile_parts.h"

enum { RUNS_SHOWN = 4, CHILDREN_SHOWN = 10 };

static void list_says(struct page *page, const struct stamp_outcome *outcome)
{
	struct strbuf lines = STRBUF_INIT;
	size_t i;

	for (i = 0; i < outcome->say_count; i++) {
		page_clean(page->file, outcome->says[i], 4096, &lines);
		strbuf_addch(&lines, '\n');
	}
	page->format->listing(page, "text", (struct text){ lines.buf, lines.len });
	strbuf_release(&lines);
}

/* The row for that stamp, which every table has. */
static const struct stamp_row *row_of(const struct lost_case *c, enum stamp_role role)
{
	size_t i = 0;

	while (i < c->row_count && c->rows[i].role != role)
		i++;
	assert(i < c->row_count);
	return &c->rows[i];
}

/* What fails now, and with which words. */
static void say_failures(struct page *page, const struct lost_case *c)
{
	const struct stamp_outcome *now = &row_of(c, STAMP_NOTHING)->outcomes[WAY_NOW];
	const struct stamp_outcome *lost = &row_of(c, STAMP_LOST)->outcomes[WAY_NOW];

	page_open(page, PAGE_PARAGRAPH);
	switch (now->answer) {
	case ANSWER_KEY_ERROR:
		page_words(page, "Alembic cannot load the chain. Every command (");
		page_code(page, TEXT_LITERAL("upgrade"));
		page_words(page, ", ");
		page_code(page, TEXT_LITERAL("current"));
		page_words(page, ", ");
		page_code(page, TEXT_LITERAL("heads"));
		page_words(page, ", ");
		page_code(page, TEXT_LITERAL("history"));
		page_words(page, ", ...) prints this warning and dies with a traceback that ends so:");
		break;
	case ANSWER_BARE_KEY_ERROR:
		page_words(page, "Alembic cannot load the chain: a depends_on names what is not there. Every command "
				 "dies, without a warning, with a traceback that ends so:");
		break;
	case ANSWER_CYCLE:
		page_words(page, "Alembic cannot load the chain. Every command fails with:");
		break;
	case ANSWER_UNLOADABLE:
		page_words(page, "Alembic cannot load the files. Every command fails with:");
		break;
	case ANSWER_SEVERAL_HEADS:
		page_words(page, "The chain loads, and has several heads. ");
		page_code(page, TEXT_LITERAL("alembic upgrade head"));
		page_words(page, " fails with:");
		break;
	default:
		page_words(page, "The chain loads without it: ");
		page_code(page, TEXT_LITERAL("heads"));
		page_words(page, " and ");
		page_code(page, TEXT_LITERAL("history"));
		page_words(page, " look healthy, and a new database is built without the lost migration.");
	}
	page_close(page, PAGE_PARAGRAPH);
	if (now->say_count)
		list_says(page, now);
	if (lost->answer != ANSWER_CANNOT_LOCATE)
		return;
	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "On a database that is stamped with the lost id, ");
	page_code(page, TEXT_LITERAL("upgrade"));
	page_words(page, ", ");
	page_code(page, TEXT_LITERAL("current"));
	page_words(page, ", ");
	page_code(page, TEXT_LITERAL("check"));
	page_words(page, " and ");
	page_code(page, TEXT_LITERAL("stamp"));
	page_words(page, " fail with:");
	page_close(page, PAGE_PARAGRAPH);
	list_says(page, lost);
}

static void say_several(struct page *page, const struct lost_case *c)
{
	const struct chain *chain = &c->environment->chain;
	size_t i, shadowed = 0;

	for (i = 0; i < chain->count; i++) {
		if (!chain->nodes[i].is_shadowed || shadowed++ >= 5)
			continue;
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "Besides, two files have one id, and Alembic loads the later one alone: ");
		page_styled(page, PAGE_CODE, "UserWarning: Revision ");
		page_code(page, chain->nodes[i].revision);
		page_styled(page, PAGE_CODE, " is present more than once");
		page_close(page, PAGE_PARAGRAPH);
	}
}

/* --- a database stamped with ------------------------------------------------------------------------------------- */

static void cell_stamp(struct page *page, const struct stamp_row *row)
{
	static const char *const words[] = { [STAMP_NOTHING] = "nothing (a new, empty one)",
		[STAMP_LOST] = "the lost id ",
		[STAMP_PARENT] = "its parent ",
		[STAMP_CHILD] = "its child ",
		[STAMP_HEAD] = "the head " };

	page_open(page, PAGE_CELL);
	page_words(page, "%s", words[row->role]);
	page_code(page, row->revision);
	if (row->is_also_head)
		page_words(page, " (a head)");
	page_close(page, PAGE_CELL);
}

static void list_runs(struct page *page, const struct lost_case *c, const struct stamp_outcome *o)
{
	size_t i;

	page_styled(page, PAGE_GOOD, "runs");
	page_words(page, " ");
	for (i = 0; i < o->run_count && i < RUNS_SHOWN; i++) {
		if (i)
			page_words(page, ", ");
		if (o->runs[i].ptr)
			page_code(page, o->runs[i]);
		else
			page_words(page, "the new one");
	}
	if (o->run_count > RUNS_SHOWN)
		page_words(page, " and %zu more", o->run_count - RUNS_SHOWN);
	if (o->runs_stub) {
		page_words(page, ", where ");
		page_code(page, c->life->revision);
		page_words(page, " is not the real one: ");
		page_styled(page, PAGE_BAD, "its stand-in raises");
	}
	if (o->leaves_lost_out) {
		page_words(page, ", ");
		page_styled(page, PAGE_BAD, "without what the lost one did");
	}
}

static void cell_outcome(struct page *page, const struct lost_case *c, const struct stamp_row *row, int way)
{
	const struct stamp_outcome *o = &row->outcomes[way];

	page_open(page, PAGE_CELL);
	switch (o->answer) {
	case ANSWER_UNAVAILABLE:
		page_words(page, way == WAY_RELINK && !life_is_named(c->life)
					 ? "not open: nothing names it"
					 : "not open: what the lost file declared is not known");
		break;
	case ANSWER_UP_TO_DATE:
		page_styled(page, PAGE_GOOD, "up to date");
		page_words(page, ", nothing to run");
		break;
	case ANSWER_RUNS:
		list_runs(page, c, o);
		break;
	case ANSWER_SEVERAL_HEADS:
		page_styled(page, PAGE_BAD, "fails");
		page_words(page, ": ");
		page_styled(page, PAGE_CODE, "Multiple head revisions are present");
		if (o->runs_stub) {
			page_words(page, "; among what ");
			page_code(page, TEXT_LITERAL("heads"));
			page_words(page, " runs, ");
			page_styled(page, PAGE_BAD, "the stand-in raises");
		}
		break;
	case ANSWER_KEY_ERROR:
	case ANSWER_BARE_KEY_ERROR:
	case ANSWER_CYCLE:
	case ANSWER_UNLOADABLE:
	case ANSWER_CANNOT_LOCATE:
		page_styled(page, PAGE_BAD, "fails");
		page_words(page, ": ");
		page_code(page, o->says[o->say_count - 1]);
	}
	if (o->command.ptr) {
		page_line_break(page);
		page_words(page, "then: ");
		page_code(page, o->command);
	} else if (way == WAY_SQUASH && o->answer == ANSWER_CANNOT_LOCATE) {
		page_line_break(page);
		page_words(page, "no command: it must be at the head before the squash");
	}
	page_close(page, PAGE_CELL);
}

/* What the rows cannot say, as no history knows whose database it is. */
static void say_unstamped(struct page *page)
{
	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "To Alembic a database whose tables were made by other means (");
	page_code(page, TEXT_LITERAL("create_all"));
	page_words(page, ") and that has no stamp is a new one, and the first ");
	page_code(page, TEXT_LITERAL("create_table"));
	page_words(page, " fails there: it needs ");
	page_styled(page, PAGE_CODE, "alembic stamp");
	page_words(
		page, " with the revision whose tables it has, once the chain loads. Stamped databases are listed by ");
	page_code(page, TEXT_LITERAL("SELECT version_num FROM alembic_version"));
	page_words(page, ".");
	page_close(page, PAGE_PARAGRAPH);
}

static void table_of_stamps(struct page *page, const struct lost_case *c)
{
	static const char *const columns[WAYS] = { "now", "after restore", "after re-link", "after a stub",
		"after a squash" };
	size_t i;
	int way;

	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "What ");
	page_code(page, TEXT_LITERAL("alembic upgrade head"));
	page_words(page, " says now and after each way of repair (they are weighed under \"The repair\"):");
	page_close(page, PAGE_PARAGRAPH);
	page_open(page, PAGE_TABLE);
	page_open(page, PAGE_HEAD);
	page_cell(page, "A database stamped with");
	for (way = 0; way < WAYS; way++)
		page_cell(page, columns[way]);
	page_close(page, PAGE_HEAD);
	for (i = 0; i < c->row_count; i++) {
		page_open(page, PAGE_ROW);
		cell_stamp(page, &c->rows[i]);
		for (way = 0; way < WAYS; way++)
			cell_outcome(page, c, &c->rows[i], way);
		page_close(page, PAGE_ROW);
	}
	page_close(page, PAGE_TABLE);
	say_unstamped(page);
}

/* --- where it is ------------------------------------------------------------------------------------------------- */

static void list_refs(struct page *page, const char *words, const struct case_refs *refs, bool tags)
{
	size_t i, n = 0, more = tags ? refs->more_tags : refs->more_branches;

	for (i = 0; i < refs->count; i++)
		n += refs->items[i].is_tag == tags;
	if (!n)
		return;
	page_open(page, PAGE_ITEM);
	page_words(page, "%s: ", words);
	for (i = n = 0; i < refs->count; i++) {
		if (refs->items[i].is_tag != tags)
			continue;
		page_words(page, n++ ? ", " : "");
		page_code(page, refs->items[i].name);
		if (refs->items[i].means_deployed)
			page_styled(page, PAGE_STRONG, " (deployed)");
	}
	if (more)
		page_words(page, " and %zu more", more);
	page_close(page, PAGE_ITEM);
}

static bool has_head(const struct case_refs *refs)
{
	size_t i;

	for (i = 0; i < refs->count; i++)
		if (text_equal(refs->items[i].name, TEXT_LITERAL("HEAD")))
			return true;
	return false;
}

static void list_children(struct page *page, const struct lost_case *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->life->child_count; i++) {
		const struct child *child = &c->life->children[i];

		if (!child->at_head || n++ >= CHILDREN_SHOWN)
			continue;
		page_open(page, PAGE_ITEM);
		page_words(page, "Named in %s by ", child->by_dependency ? "depends_on" : "down_revision");
		page_code(page, child->revision.ptr ? child->revision : child->path);
		page_words(page, ", ");
		page_code(page, child->path);
		page_words(page, " line %u", child->line);
		page_close(page, PAGE_ITEM);
	}
	if (n > CHILDREN_SHOWN) {
		page_open(page, PAGE_ITEM);
		page_words(page, "and by %zu more", n - CHILDREN_SHOWN);
		page_close(page, PAGE_ITEM);
	}
}

static void list_holders(struct page *page, const struct lost_case *c)
{
	page_open(page, PAGE_LIST);
	list_children(page, c);
	list_refs(page, "Shipped broken in the tags", &c->damaged, true);
	list_refs(page, has_head(&c->damaged) ? "HEAD and branches with the damage" : "Branches with the damage",
		&c->damaged, false);
	list_refs(page, "Tags that still have it", &c->holding, true);
	list_refs(page, has_head(&c->holding) ? "HEAD and branches that have it" : "Branches that still have it",
		&c->holding, false);
	if (c->older) {
		page_open(page, PAGE_ITEM);
		page_count(page, c->older, "branch or tag");
		page_words(page, " with neither");
		page_close(page, PAGE_ITEM);
	}
	page_close(page, PAGE_LIST);
}

static void say_exposure(struct page *page, const struct lost_case *c)
{
	char span[SPAN_MAX];

	if (!c->has_exposure)
		return;
	page_open(page, PAGE_PARAGRAPH);
	page_styled(page, PAGE_STRONG, "Exposure:");
	if (!c->restored && oid_equal(&c->loss->commit->id, &page->file->head->id)) {
		page_words(page, " it begins with HEAD's commit (");
		page_time_utc(page, &page->file->head->committer);
		page_words(page, "), which is the commit of the loss; it is not repaired there.");
		page_close(page, PAGE_PARAGRAPH);
		return;
	}
	page_words(page, " %s, from the commit of the loss (", describe_span(c->exposure, span));
	page_time_utc(page, &c->loss->commit->committer);
	if (c->restored) {
		page_words(page, ") to the commit that put it back (");
		page_time_utc(page, &c->restored->committer);
		page_words(page, ").");
	} else {
		page_words(page, ") as of HEAD's commit (");
		page_time_utc(page, &page->file->head->committer);
		page_words(page, "); it is not repaired there.");
	}
	page_close(page, PAGE_PARAGRAPH);
}

static void say_present(struct page *page, const struct lost_case *c)
{
	if (!c->life->why_unparsable)
		page_words(page, "None at HEAD, which has the migration.");
	else if (!c->life->is_not_loaded)
		page_words(page, "Every Alembic command stops at its file: %s.", c->life->why_unparsable);
	else if (c->is_missing)
		page_words(page,
			"Alembic cannot load the chain: its file is at HEAD, in a directory that Alembic does not "
			"read, "
			"and other migrations name it. Every command dies, on every database, a new one included.");
	else
		page_words(page,
			"Its file is at HEAD, in a directory that Alembic does not read: a database that is stamped "
			"with it is refused, and a new one is built without it.");
}

void write_impact(struct page *page, const struct lost_case *c)
{
	if (c->row_count) {
		say_failures(page, c);
		say_several(page, c);
		table_of_stamps(page, c);
	} else if (c->is_replaced) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page,
			"Alembic notices nothing: the chain loads, and whatever ran the original counts as having run "
			"what the id names at HEAD. Such databases lack what that does, and have what the original "
			"did; new ones lack the original.");
		page_close(page, PAGE_PARAGRAPH);
	} else if (c->life->at_head) {
		page_open(page, PAGE_PARAGRAPH);
		say_present(page, c);
		page_close(page, PAGE_PARAGRAPH);
	} else {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "HEAD has no environment ");
		page_code(page, c->life->environment);
		page_words(page, " any more.");
		page_close(page, PAGE_PARAGRAPH);
	}
	list_holders(page, c);
	say_exposure(page, c);
}
