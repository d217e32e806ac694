#include <string.h>

#include "casefile_parts.h"

const char *moment_words(const struct moment *moment)
{
	switch (moment->kind) {
	case MOMENT_LANDED:
		return "landed";
	case MOMENT_TOUCHED:
		return "next change of the file";
	case MOMENT_AS_OF:
		return "HEAD";
	case MOMENT_EVENT:
		break;
	}
	switch (moment->event->kind) {
	case EVENT_LOST_IN_MERGE:
		return "lost in a merge";
	case EVENT_REIDENTIFIED:
		return "given another id";
	default:
		return event_kind_name(moment->event->kind);
	}
}

static const char *landed_verb(const struct event *event)
{
	switch (event->kind) {
	case EVENT_ADDED:
		return "added";
	case EVENT_RESTORED:
		return event->reused ? "reused" : "restored";
	case EVENT_REPLACED:
		return "replaced";
	default:
		return "lost";
	}
}

static bool is_bad(const struct moment *m)
{
	return m->kind == MOMENT_EVENT && (event_kind_is_loss(m->event->kind) || event_replaces_code(m->event));
}

static void cell_what(struct page *page, const struct moment *m)
{
	page_open(page, PAGE_CELL);
	page_styled(page, is_bad(m) ? PAGE_BAD : PAGE_STRONG, "%s", moment_words(m));
	if (m->kind == MOMENT_LANDED) {
		page_words(page, " on ");
		page_code(page, m->ref);
		page_words(page, ", the commit that %s it", landed_verb(m->event));
	}
	if (m->kind == MOMENT_TOUCHED) {
		page_words(page, ": ");
		page_code(page, m->event->revision);
		page_words(page, " %s", event_kind_name(m->event->kind));
	}
	if (m->kind == MOMENT_EVENT && m->event->after.revision.ptr &&
		!text_equal(m->event->after.revision, m->event->revision)) {
		page_words(page, ": its file then held ");
		page_code(page, m->event->after.revision);
	}
	if (m->kind == MOMENT_EVENT && m->event->kind == EVENT_MOVED) {
		page_words(page, " to ");
		page_code(page, m->event->after.path);
	}
	if (m->kind == MOMENT_EVENT && m->event->reused)
		page_words(page, " to other content: the id was given to another migration");
	if (m->kind == MOMENT_EVENT && m->event->has_what)
		page_words(
			page, " (%s)", event_rewrites_code(m->event) ? "by the same code" : edit_name(m->event->what));
	if (!m->in_head)
		page_words(page, ", not in HEAD's history");
	page_close(page, PAGE_CELL);
}

static void add_trailers(struct page *page, const struct moment *m)
{
	size_t i;

	for (i = 0; i < m->trailer_count; i++) {
		page_line_break(page);
		page_prose(page, m->trailers[i].key);
		page_words(page, ": ");
		page_prose(page, m->trailers[i].value);
	}
}

static bool signatures_differ(const struct commit_info *commit)
{
	const struct signature *a = &commit->author, *b = &commit->committer;

	return !text_equal(a->name, b->name) || !text_equal(a->email, b->email) || a->time != b->time ||
	       a->has_time != b->has_time;
}

static void cell_commit(struct page *page, const struct moment *m)
{
	page_open(page, PAGE_CELL);
	page_oid(page, &m->commit->id);
	page_words(page, " \"");
	page_prose(page, m->commit->summary);
	page_words(page, "\"");
	if (m->request.ptr) {
		page_words(page, ", request ");
		page_prose(page, m->request);
	}
	add_trailers(page, m);
	page_close(page, PAGE_CELL);
}

static void cell_people(struct page *page, const struct moment *m)
{
	const struct commit_info *commit = m->commit;

	page_open(page, PAGE_CELL);
	page_prose(page, commit->author.name);
	page_words(page, " ");
	page_code(page, commit->author.email);
	if (signatures_differ(commit)) {
		page_line_break(page);
		page_words(page, "authored ");
		page_time(page, &commit->author);
		page_line_break(page);
		page_words(page, "committed by ");
		page_prose(page, commit->committer.name);
		page_words(page, " ");
		page_code(page, commit->committer.email);
	}
	if (m->by_service) {
		page_line_break(page);
		page_words(page, "the committer is the hosting service: no client hook ran");
	}
	page_close(page, PAGE_CELL);
}

static void row(struct page *page, const struct moment *m)
{
	page_open(page, PAGE_ROW);
	page_open(page, PAGE_CELL);
	page_time_utc(page, &m->commit->committer);
	page_close(page, PAGE_CELL);
	page_open(page, PAGE_CELL);
	page_time(page, &m->commit->committer);
	page_close(page, PAGE_CELL);
	cell_what(page, m);
	cell_commit(page, m);
	cell_people(page, m);
	page_close(page, PAGE_ROW);
}

void write_timeline(struct page *page, const struct lost_case *c)
{
	size_t i;

	page_timeline(page, "What happened when", c);
	page_open(page, PAGE_TABLE);
	page_open(page, PAGE_HEAD);
	page_cell(page, "UTC");
	page_cell(page, "committed");
	page_cell(page, "what");
	page_cell(page, "commit");
	page_cell(page, "by");
	page_close(page, PAGE_HEAD);
	for (i = 0; i < c->moment_count; i++)
		row(page, &c->moments[i]);
	page_close(page, PAGE_TABLE);
	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "Noticed: ");
	page_styled(page, PAGE_BLANK, "to be filled in");
	page_words(page, " Work began: ");
	page_styled(page, PAGE_BLANK, "to be filled in");
	page_close(page, PAGE_PARAGRAPH);
}
