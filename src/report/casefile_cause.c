#include <string.h>

#include "casefile_parts.h"
#include "revident/base/digest.h"
#include "revident/base/shell.h"

enum { CHANGES_SHOWN = 30 };

static void say_commit(struct page *page, const struct lost_case *c)
{
	const struct commit_info *commit = c->loss->commit;

	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "Commit ");
	page_oid(page, &commit->id);
	page_words(page, " \"");
	page_prose(page, commit->summary);
	page_words(page, "\", by ");
	page_prose(page, commit->author.name);
	page_words(page, ", ");
	page_time(page, &commit->author);
	page_words(page, ".");
	if (c->loss->kind == EVENT_LOST_IN_MERGE)
		page_words(page, " It is a merge, and the loss is the merge's own: one of its parents still has the "
				 "migration, and nobody removed it.");
	else if (commit->parent_count > 1)
		page_words(page, " It is a merge; the loss was made in it.");
	else
		page_words(page, " It is no merge.");
	page_close(page, PAGE_PARAGRAPH);
}

static void say_replacement(struct page *page, const struct lost_case *c)
{
	const struct event *loss = c->loss;

	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "Before it, ");
	page_code(page, loss->before.path);
	page_words(page, " declared ");
	page_code(page, c->life->revision);
	if (loss->after.revision.ptr && text_equal(loss->after.path, loss->before.path)) {
		page_words(page, text_equal(loss->after.revision, c->life->revision) ? "; after it, it still declared "
										     : "; after it, it declared ");
		page_code(page, loss->after.revision);
		if (loss->after.migration && loss->after.migration->message.len) {
			page_words(page, " \"");
			page_prose(page, loss->after.migration->message);
			page_words(page, "\"");
		}
	} else if (loss->after.path.ptr) {
		page_words(page, "; after it, the file declared no revision");
	} else {
		page_words(page, "; after it, there was no such file");
	}
	page_words(page, ".");
	if (loss->similarity >= 0)
		page_words(page, " The two contents have a similarity of %.3f (1 is the same): %s.", loss->similarity,
			loss->similarity >= 0.6 ? "much the same migration" : "another migration");
	if (loss->continues_as.path.ptr) {
		page_words(page, " The content goes on as ");
		page_code(page, loss->continues_as.revision);
		page_words(page, " in ");
		page_code(page, loss->continues_as.path);
		page_words(page, " (similarity %.3f).", loss->continues_as.similarity);
	}
	page_close(page, PAGE_PARAGRAPH);
}

static void list_changes(struct page *page, const struct lost_case *c)
{
	struct strbuf lines = STRBUF_INIT;
	size_t i;

	page_open(page, PAGE_PARAGRAPH);
	if (!c->has_changes) {
		page_words(page, "What else it changed is not known: one of its trees cannot be read.");
		page_close(page, PAGE_PARAGRAPH);
		return;
	}
	page_words(page, "All that it changed (");
	page_count(page, c->change_count + c->change_more, "path");
	page_words(page, "; A added, M modified, D deleted):");
	page_close(page, PAGE_PARAGRAPH);
	for (i = 0; i < c->change_count && i < CHANGES_SHOWN; i++) {
		strbuf_addf(&lines, "%c  ", c->changes[i].status);
		page_clean(page->file, c->changes[i].path, 4096, &lines);
		strbuf_addch(&lines, '\n');
	}
	if (c->change_count + c->change_more > i)
		strbuf_addf(&lines, "and %zu more\n", c->change_count + c->change_more - i);
	page->format->listing(page, "text", (struct text){ lines.buf, lines.len });
	strbuf_release(&lines);
}

static void item_name(struct page *page, const struct lost_case *c)
{
	page_open(page, PAGE_ITEM);
	page_words(page, "The file name: ");
	if (c->telltales.name_has_lost_id) {
		page_styled(page, PAGE_STRONG, "yes");
		page_words(page, ", it still holds the lost id ");
		page_code(page, c->life->revision);
		page_words(page, " and the file declares ");
		page_code(page, c->loss->after.revision);
	} else {
		page_words(page, "no");
	}
	page_words(page, ".");
	page_close(page, PAGE_ITEM);
}

static void item_docstring(struct page *page, const struct lost_case *c)
{
	const struct telltales *t = &c->telltales;

	page_open(page, PAGE_ITEM);
	page_words(page, "The docstring: ");
	if (t->docstring_has_lost_id) {
		page_styled(page, PAGE_STRONG, "yes");
		page_words(page, ", its Revision ID is still the lost one");
	} else if (t->doc_revision.ptr) {
		page_words(page, "no, its Revision ID is ");
		page_code(page, t->doc_revision);
		if (text_equal(t->doc_revision, c->loss->after.revision))
			page_words(page, ", as declared");
	} else {
		page_words(page, "no, it has no Revision ID");
	}
	page_words(page, ".");
	page_close(page, PAGE_ITEM);
}

static void item_date(struct page *page, const struct lost_case *c)
{
	const struct telltales *t = &c->telltales;

	page_open(page, PAGE_ITEM);
	page_words(page, "The Create Date: ");
	if (!t->lost_date.ptr || !t->date.ptr) {
		page_words(page, "no, %s", t->date.ptr ? "the lost file had none" : "there is none");
	} else if (text_equal(t->lost_date, t->date)) {
		page_styled(page, PAGE_STRONG, "yes");
		page_words(page, ", it is still the lost file's, ");
		page_prose(page, t->date);
	} else {
		page_words(page, "it changed from ");
		page_prose(page, t->lost_date);
		page_words(page, " to ");
		page_prose(page, t->date);
	}
	page_words(page, ".");
	page_close(page, PAGE_ITEM);
}

static void list_telltales(struct page *page, const struct lost_case *c)
{
	if (!c->loss->after.revision.ptr || text_equal(c->loss->after.revision, c->life->revision))
		return;
	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "Does the file that took its place give it away?");
	page_close(page, PAGE_PARAGRAPH);
	page_open(page, PAGE_LIST);
	item_name(page, c);
	item_docstring(page, c);
	item_date(page, c);
	page_close(page, PAGE_LIST);
}

static void say_why(struct page *page)
{
	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "Why it was done, and why review let it pass: ");
	page_styled(page, PAGE_BLANK, "to be filled in");
	page_close(page, PAGE_PARAGRAPH);
}

/* No commit took it: then who wrote the line that names it? */
static void say_no_loss(struct page *page, const struct lost_case *c)
{
	char hex[OID_HEX + 1];
	size_t i;

	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "No commit of the history that was read took it away%s.",
		c->life->at_head ? "" : ": nobody committed it, or the commits that had it are not in this clone");
	if (c->life->is_not_loaded)
		page_words(
			page, " What keeps Alembic from it is where its file stands, and what version_locations name.");
	page_close(page, PAGE_PARAGRAPH);
	if (!c->is_missing || !page->file->head)
		return;
	page_open(page, PAGE_LIST);
	for (i = 0; i < c->life->child_count && i < CASE_CHILDREN_MAX; i++) {
		const struct child *child = &c->life->children[i];
		struct strbuf line = STRBUF_INIT;

		if (!child->at_head || !child->line)
			continue;
		page_open(page, PAGE_ITEM);
		page_words(page, "Who wrote the line that names it: ");
		strbuf_addf(&line, "git blame -L %u,%u %s --", child->line, child->line,
			oid_hex(&page->file->head->id, hex));
		strbuf_addch(&line, ' ');
		strbuf_add_shell_word(&line, child->path);
		page_command(page, &line);
		strbuf_release(&line);
		page_close(page, PAGE_ITEM);
	}
	page_close(page, PAGE_LIST);
}

void write_cause(struct page *page, const struct lost_case *c)
{
	if (!c->loss) {
		say_no_loss(page, c);
		return;
	}
	say_commit(page, c);
	say_replacement(page, c);
	list_changes(page, c);
	list_telltales(page, c);
	say_why(page);
	if (c->lost.is_read && c->usurper.is_read && !oid_equal(&c->lost.blob, &c->usurper.blob))
		page->format->files(page, &c->lost, &c->usurper);
}

/* --- what is lost ------------------------------------------------------------------------------------------------ */

static void row(struct page *page, const char *label)
{
	page_open(page, PAGE_ROW);
	page_cell(page, label);
	page_open(page, PAGE_CELL);
}

static void end_row(struct page *page)
{
	page_close(page, PAGE_CELL);
	page_close(page, PAGE_ROW);
}

static void row_where(struct page *page, const struct lost_case *c)
{
	size_t i, more;
	const char *comma = "; ";

	row(page, "still in");
	if (c->loss && c->loss->has_parent) {
		page_oid(page, &c->loss->parent);
		page_words(page, ", the commit before the loss");
	} else if (c->source) {
		page_words(page, "%s", salvage_place_name(c->source->where));
		if (c->source->ref.ptr) {
			page_words(page, " ");
			page_code(page, c->source->ref);
		}
	} else {
		comma = "";
	}
	for (i = 0; i < c->holding.count && i < 5; i++) {
		page_words(page, "%s", comma);
		page_code(page, c->holding.items[i].name);
		comma = "; ";
	}
	more = c->holding.count - i + c->holding.more_branches + c->holding.more_tags;
	if (more)
		page_words(page, " and %zu more", more);
	end_row(page);
}

void write_lost(struct page *page, const struct lost_case *c)
{
	char hex[SHA256_HEX + 1];

	if (!c->lost.path.ptr || !c->lost.is_read) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "No object with the file's content was found.");
		page_close(page, PAGE_PARAGRAPH);
		return;
	}
	page_open(page, PAGE_TABLE);
	page_open(page, PAGE_HEAD);
	page_cell(page, "fact");
	page_cell(page, "value");
	page_close(page, PAGE_HEAD);
	row(page, "revision");
	page_revision(page, c);
	end_row(page);
	row(page, "file");
	page_code(page, c->lost.path);
	end_row(page);
	row(page, "blob");
	page_oid(page, &c->lost.blob);
	end_row(page);
	row(page, "size");
	page_count(page, c->lost.size, "byte");
	end_row(page);
	row(page, "SHA-256");

	page_code(page, text_of(sha256_hex(c->lost.sha256, hex)));
	end_row(page);
	row_where(page, c);
	row(page, "to read it");
	page_styled(page, PAGE_CODE, "git cat-file blob %s", oid_hex(&c->lost.blob, hex));
	end_row(page);
	page_close(page, PAGE_TABLE);
}
