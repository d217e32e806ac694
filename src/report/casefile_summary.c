#include <string.h>

#include "casefile_parts.h"
#include "revident/base/version.h"

char *describe_span(int64_t seconds, char out[SPAN_MAX])
{
	long long minutes = (long long)seconds / 60, hours = minutes / 60, days = hours / 24;
	struct strbuf text = STRBUF_INIT;

	if (days)
		strbuf_addf(&text, "%lld day%s", days, days == 1 ? "" : "s");
	if (days < 30 && hours % 24)
		strbuf_addf(&text, "%s%lld hour%s", days ? " " : "", hours % 24, hours % 24 == 1 ? "" : "s");
	if (!days && minutes % 60)
		strbuf_addf(&text, "%s%lld minute%s", hours ? " " : "", minutes % 60, minutes % 60 == 1 ? "" : "s");
	if (!text.len)
		strbuf_addstr(&text, "less than a minute");
	if (text.len >= SPAN_MAX)
		strbuf_setlen(&text, SPAN_MAX - 1);
	memcpy(out, text.buf, text.len + 1);
	strbuf_release(&text);
	return out;
}

/* "was overwritten", "was deleted", ... */
static const char *loss_words(enum event_kind kind)
{
	switch (kind) {
	case EVENT_OVERWRITTEN:
		return "was overwritten";
	case EVENT_REIDENTIFIED:
		return "was given another id";
	case EVENT_STRIPPED:
		return "was stripped of its id";
	case EVENT_LOST_IN_MERGE:
		return "was dropped by a merge";
	case EVENT_REPLACED:
		return "was replaced by another migration with its id";
	default:
		return "was deleted";
	}
}

void page_count(struct page *page, size_t count, const char *noun)
{
	page_words(page, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

void page_revision(struct page *page, const struct lost_case *c)
{
	const struct migration *m = c->loss ? c->loss->before.migration : c->life->migration;

	page_code(page, c->life->revision);
	if (m && m->message.len) {
		page_words(page, " \"");
		page_prose(page, m->message);
		page_words(page, "\"");
	}
}

void page_time_utc(struct page *page, const struct signature *signature)
{
	char utc[SIGNATURE_TIME_MAX];

	page_styled(page, PAGE_TIME, "%s", signature->has_time ? signature_time_utc(signature, utc) : "unknown");
}

void page_time(struct page *page, const struct signature *signature)
{
	char own[SIGNATURE_TIME_MAX];

	page_styled(page, PAGE_TIME, "%s",
		signature->has_time ? signature_time(signature, own) : "a time that cannot be read");
}

void page_command(struct page *page, const struct strbuf *line)
{
	page_code(page, (struct text){ line->buf, line->len });
}

/* --- the summary ------------------------------------------------------------------------------------------------- */

static void say_never(struct page *page, const struct lost_case *c)
{
	if (c->life->state != LIFE_MISSING) {
		page_words(page, " was not lost in this history.");
		return;
	}
	page_words(page,
		page->file->repository.limit_count ? " is not in that part of the history which could be read%s."
						   : " was never in this history%s.",
		c->life->child_count && c->life->children[0].by_dependency ? ", nor a branch label of that name" : "");
}

static void say_what(struct page *page, const struct lost_case *c)
{
	page_words(page, "The migration ");
	page_revision(page, c);
	page_words(page, " of ");
	page_code(page, c->life->environment);
	if (!c->loss) {
		say_never(page, c);
		return;
	}
	page_words(page, " %s on ", loss_words(c->loss->kind));
	page_time(page, &c->loss->commit->committer);
	page_words(page, " by commit ");
	page_oid(page, &c->loss->commit->id);
	page_words(page, " (\"");
	page_prose(page, c->loss->commit->summary);
	page_words(page, "\", written by ");
	page_prose(page, c->loss->commit->author.name);
	page_words(page, ")");
	if (c->loss->after.revision.ptr && !text_equal(c->loss->after.revision, c->life->revision)) {
		page_words(page, ": its file then held ");
		page_code(page, c->loss->after.revision);
	}
	page_words(page, ".");
}

static void say_replaced(struct page *page, const struct lost_case *c)
{
	page_words(page, " It was not put back: at HEAD the id names another migration, ");
	page_code(page, c->life->path);
	if (c->reused) {
		page_words(page, ", which commit ");
		page_oid(page, &c->reused->id);
		page_words(page, " gave it to");
	}
	page_words(page, ". A database that is stamped with it may have run either.");
}

static void say_state(struct page *page, const struct lost_case *c)
{
	char span[SPAN_MAX];

	if (c->is_replaced) {
		say_replaced(page, c);
	} else if (c->life->at_head && c->restored && !c->life->why_unparsable) {
		page_words(page, " It was put back by commit ");
		page_oid(page, &c->restored->id);
		if (c->has_exposure)
			page_words(page, ", %s later", describe_span(c->exposure, span));
		page_words(page, ".");
	} else if (c->life->at_head && c->life->why_unparsable) {
		page_words(page, " HEAD has its file, but Alembic cannot load it: %s.", c->life->why_unparsable);
		if (c->is_missing)
			page_words(page, " Other migrations name it, so the chain is broken.");
	} else if (c->life->at_head) {
		page_words(page, " HEAD has it.");
	} else if (c->is_missing && c->row_count) {
		const struct stamp_outcome *now = &c->rows[0].outcomes[WAY_NOW];

		page_words(page, " Other migrations still name it, so the chain is broken");
		if (now->say_count) {
			page_words(page, ": every Alembic command ends with ");
			page_code(page, now->says[now->say_count - 1]);
			page_words(page, ", on every database, a new one included");
		}
		page_words(page, ".");
		if (c->also_missing_count)
			page_words(page, " Besides it, %zu more %s missing.", c->also_missing_count,
				c->also_missing_count == 1 ? "is" : "are");
	} else {
		page_words(page, " Nothing at HEAD names it any more; only a database that is stamped with it is "
				 "refused.");
	}
}

static struct text tag_name(const struct case_ref *ref)
{
	const size_t skip = sizeof("refs/tags/") - 1;

	return (struct text){ ref->name.ptr + skip, ref->name.len - skip };
}

/* `v1.4.0` ... `v1.6.2` (3 tags) */
static void say_span(struct page *page, const struct case_refs *refs)
{
	page_code(page, tag_name(&refs->first_tag));
	if (refs->tag_count < 2)
		return;
	page_words(page, refs->tag_count > 2 ? " ... " : " and ");
	page_code(page, tag_name(&refs->last_tag));
	if (refs->tag_count > 2)
		page_words(page, " (%zu tags)", refs->tag_count);
}

/* "Shipped without it: v1.4.0 ... v1.6.2 (3 tags); shipped with it: v1.3." */
static void say_tags(struct page *page, const struct lost_case *c)
{
	if (c->damaged.tag_count) {
		page_words(page, " Shipped without it: ");
		say_span(page, &c->damaged);
	}
	if (c->holding.tag_count) {
		page_words(page, c->damaged.tag_count ? "; shipped with it: " : " Shipped with it: ");
		say_span(page, &c->holding);
	}
	if (c->damaged.tag_count || c->holding.tag_count)
		page_words(page, ".");
}

/* "The configuration lets that pass, by the prune "3b7a1d2e4f56": squashed the first three years." */
static void say_excuse(struct page *page, const struct lost_case *c)
{
	if (!c->is_excused)
		return;
	page_words(page, " The configuration lets that pass, by the %s \"", c->excuse.by_prune ? "prune" : "waiver");
	page_prose(page, c->excuse.name);
	page_words(page, "\": ");
	page_prose(page, c->excuse.reason);
	page_words(page, ".");
}

static void say_hope(struct page *page, const struct lost_case *c)
{
	if (c->life->at_head && !c->is_replaced)
		return;
	if (c->lost.is_read) {
		page_words(page, " The lost file is whole in git, all ");
		page_count(page, c->lost.size, "byte");
		page_words(page, " of it");
		if (page->file->has_plan && c->is_whole_plan) {
			page_words(page, ", and the repair below (");
			page_count(page, page->file->plan.step_count, "step");
			page_words(page, ") puts it back byte for byte");
		}
		page_words(page, ".");
	} else {
		page_words(page, " Its file was not found anywhere in this repository.");
	}
	if (c->life->published)
		page_words(page, " It was published, so databases may have run it.");
	say_tags(page, c);
}

void write_summary(struct page *page, const struct lost_case *c)
{
	page_open(page, PAGE_PARAGRAPH);
	say_what(page, c);
	say_state(page, c);
	say_excuse(page, c);
	say_hope(page, c);
	page_close(page, PAGE_PARAGRAPH);
	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "How it was noticed, by whom and when: ");
	page_styled(page, PAGE_BLANK, "to be filled in");
	page_line_break(page);
	page_words(page, "Which databases and customers were hit: ");
	page_styled(page, PAGE_BLANK, "to be filled in");
	page_close(page, PAGE_PARAGRAPH);
}

/* --- the whole --------------------------------------------------------------------------------------------------- */

typedef void section_fn(struct page *page, const struct lost_case *c);

static const struct {
	const char *title;
	section_fn *write;                    /* of a case */
	void (*write_all)(struct page *page); /* or once for all */
} sections[] = {
	{ "Summary", write_summary, NULL },
	{ "Impact", write_impact, NULL },
	{ "Timeline", write_timeline, NULL },
	{ "Root cause", write_cause, NULL },
	{ "What is lost", write_lost, NULL },
	{ "The chain", write_chains, NULL },
	{ "The tables", write_tables, NULL },
	{ "The repair", NULL, write_repair },
	{ "Prevention", write_prevention, NULL },
	{ "Evidence", NULL, write_evidence },
};

static void write_section(struct page *page, size_t s)
{
	const struct casefile *file = page->file;
	size_t i;

	page_heading(page, PAGE_SECTION, sections[s].title);
	if (sections[s].write_all) {
		sections[s].write_all(page);
		return;
	}
	for (i = 0; i < file->case_count; i++) {
		if (file->case_count > 1) {
			page_open(page, PAGE_SUBSECTION);
			page_code(page, file->cases[i].life->revision);
			page_words(page, " in ");
			page_code(page, file->cases[i].life->environment);
			page_close(page, PAGE_SUBSECTION);
		}
		sections[s].write(page, &file->cases[i]);
	}
}

static void write_head(struct page *page)
{
	const struct casefile *file = page->file;

	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "Written by revident %s from the history of this repository", REVIDENT_VERSION);
	if (file->head) {
		page_words(page, " as of ");
		page_oid(page, &file->head->id);
		page_words(page, ", ");
		page_time(page, &file->head->committer);
	}
	page_words(page, ". Every statement is a fact of that history, and the last section says how to check it; what "
			 "only people know is marked ");
	page_styled(page, PAGE_BLANK, "to be filled in");
	page_words(page, ".");
	page_close(page, PAGE_PARAGRAPH);
	if (!file->repository.limit_count)
		return;
	page_open(page, PAGE_PARAGRAPH);
	page_styled(page, PAGE_BAD, "History could not be read whole:");
	page_words(page,
		" what is said here is what could be read. The last section says what is missing and how to get it.");
	page_close(page, PAGE_PARAGRAPH);
}

static const char *title_of_none(const struct casefile *file)
{
	return file->repository.limit_count ? "No migration is known to be missing" : "No migration is missing";
}

static const char *what_head_lacks(const struct casefile *file)
{
	if (!file->head)
		return "HEAD has no commit yet.";
	return file->repository.limit_count ? "HEAD names no migration that it is known to lack."
					    : "HEAD names no migration that it lacks.";
}

void casefile_write(struct page *page)
{
	const struct casefile *file = page->file;
	size_t s;

	page_begin(page, file->case_count == 1 ? "A lost migration"
			 : file->case_count    ? "Lost migrations"
					       : title_of_none(file));
	page_open(page, PAGE_TITLE);
	if (file->case_count == 1) {
		page_words(page, file->cases[0].is_replaced                   ? "Replaced migration "
				 : file->cases[0].life->at_head               ? "The history of migration "
				 : file->cases[0].life->state == LIFE_MISSING ? "Missing migration "
									      : "Lost migration ");
		page_code(page, file->cases[0].life->revision);
	} else if (file->case_count) {
		page_words(page, "%zu lost migrations", file->case_count);
	} else {
		page_words(page, "%s", title_of_none(file));
	}
	page_close(page, PAGE_TITLE);
	write_head(page);
	if (!file->case_count) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "%s", what_head_lacks(file));
		if (file->losses)
			page_words(page,
				" In the history that was read, %zu %s lost at some time, on some branch: name a "
				"revision, or give --all-losses, for a report.",
				file->losses, file->losses == 1 ? "revision was" : "revisions were");
		else
			page_words(page, " Nor was any lost in the history that was read.");
		page_close(page, PAGE_PARAGRAPH);
		page_heading(page, PAGE_SECTION, "Evidence");
		write_evidence(page);
	}
	for (s = 0; file->case_count && s < sizeof(sections) / sizeof(sections[0]); s++)
		write_section(page, s);
	page_end(page);
}
