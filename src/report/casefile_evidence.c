#include "casefile_parts.h"
#include "revident/base/shell.h"
#include "revident/report/casefile.h"

static void cell_command(struct page *page, const struct exhibit *e)
{
	struct strbuf line = STRBUF_INIT;
	char hex[OID_HEX + 1];

	page_open(page, PAGE_CELL);
	oid_hex(&e->id, hex);
	switch (e->kind) {
	case EXHIBIT_COMMIT:
		strbuf_addf(&line, "git show --stat %s", hex);
		break;
	case EXHIBIT_TREE:
		strbuf_addf(&line, "git ls-tree -r %s", hex);
		break;
	case EXHIBIT_BLOB:
		strbuf_addf(&line, "git cat-file blob %s", hex);
		break;
	case EXHIBIT_REF:
		strbuf_addstr(&line, "git rev-parse");
		strbuf_addch(&line, ' ');
		strbuf_add_shell_word(&line, e->name);
		strbuf_addstr(&line, "^{commit}");
		break;
	}
	page_command(page, &line);
	strbuf_release(&line);
	page_close(page, PAGE_CELL);
}

static void row_of_exhibit(struct page *page, const struct exhibit *e)
{
	static const char *const kinds[] = { "commit", "tree", "blob", "ref" };

	page_open(page, PAGE_ROW);
	page_cell(page, kinds[e->kind]);
	page_open(page, PAGE_CELL);
	if (e->kind == EXHIBIT_REF) {
		page_code(page, e->name);
		page_words(page, " at ");
	}
	page_oid(page, &e->id);
	page_close(page, PAGE_CELL);
	page_open(page, PAGE_CELL);
	page_words(page, "%s", e->what);
	if (e->kind == EXHIBIT_COMMIT)
		page_words(page, e->is_signed ? "; signed (the signature was not verified)" : "; not signed");
	if (e->is_withheld)
		page_words(page, "; it holds names or addresses, so that --evidence leaves it out");
	page_close(page, PAGE_CELL);
	cell_command(page, e);
	page_close(page, PAGE_ROW);
}

static void list_manifest(struct page *page)
{
	struct strbuf lines = STRBUF_INIT;

	casefile_render_manifest(page->file, &lines);
	if (lines.len) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "Manifest; ");
		page_code(page, TEXT_LITERAL("revident report --evidence DIR"));
		page_words(page, " writes these files and it, as ");
		page_code(page, TEXT_LITERAL("SHA256SUMS"));
		page_words(page, ", for ");
		page_code(page, TEXT_LITERAL("sha256sum -c SHA256SUMS"));
		page_words(page, ":");
		page_close(page, PAGE_PARAGRAPH);
		page->format->listing(page, "text", (struct text){ lines.buf, lines.len });
	}
	strbuf_release(&lines);
}

static void say_completeness(struct page *page)
{
	const struct casefile *file = page->file;
	size_t i;

	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "Read: ");
	page_count(page, file->searched.commits, "commit");
	page_words(page, " from ");
	page_count(page, file->searched.refs, "ref");
	page_words(page, ". %s%s",
		file->repository.limit_count ? "History could not be read whole:" : "History was read whole.",
		file->repository.has_replacements ? " Replace refs and grafts were ignored." : "");
	page_close(page, PAGE_PARAGRAPH);
	if (!file->repository.limit_count)
		return;
	page_open(page, PAGE_LIST);
	for (i = 0; i < file->repository.limit_count && i < 20; i++) {
		page_open(page, PAGE_ITEM);
		page_prose(page, text_of(file->repository.limits[i]));
		page_close(page, PAGE_ITEM);
	}
	page_close(page, PAGE_LIST);
}

void write_evidence(struct page *page)
{
	const struct casefile *file = page->file;
	size_t i;

	say_completeness(page);
	if (!file->exhibit_count)
		return;
	page_open(page, PAGE_TABLE);
	page_open(page, PAGE_HEAD);
	page_cell(page, "kind");
	page_cell(page, "object");
	page_cell(page, "what");
	page_cell(page, "to see it");
	page_close(page, PAGE_HEAD);
	for (i = 0; i < file->exhibit_count; i++)
		row_of_exhibit(page, &file->exhibits[i]);
	page_close(page, PAGE_TABLE);
	list_manifest(page);
}
