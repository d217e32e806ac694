#include <stdlib.h>

#include "revident/base/xalloc.h"
#include "scan_text.h"

/*
 * A line holds: revision, what happened, the day, the commit. With ids of 12 digits it fills the 80 columns. More than
 * FOLD_ABOVE lines of one commit become one.
 */
enum { FOLD_ABOVE = 5, REVISION_COLUMN = 2, KIND_COLUMN = 15, DAY_COLUMN = 29, COMMIT_COLUMN = 40, REST_INDENT = 6 };
enum { DAY_LEN = 10, SUMMARY_CELLS = 100, NAME_CELLS = 40, NAMES_SHOWN = 3, REASON_CELLS = 200 };

/* A lost revision, or a replaced, reused or duplicated one, as a line. */
struct entry {
	const struct event *event;
	bool published;
	const struct excuse *excuse; /* NULL: nothing lets it pass */
	const struct continuation *onward;
};

static int entry_compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	const struct commit_info *cx = x->event->commit, *cy = y->event->commit;
	int order;

	if (x->published != y->published)
		return x->published ? -1 : 1;
	if (cx->committer.time != cy->committer.time)
		return cx->committer.time > cy->committer.time ? -1 : 1;
	order = oid_compare(&cx->id, &cy->id);
	if (order == 0)
		order = text_compare(x->event->revision, y->event->revision);
	return order ? order : text_compare(x->event->environment, y->event->environment);
}

static void add_day(struct paragraph *p, const struct commit_info *commit)
{
	char time[SIGNATURE_TIME_MAX];
	const struct signature *sig = commit->committer.has_time ? &commit->committer : &commit->author;
	size_t len = strlen(signature_time(sig, time));

	if (len > DAY_LEN)
		paragraph_add_token(p, STYLE_PLAIN, (struct text){ time, strcspn(time, "T") });
	else
		paragraph_add(p, "undated");
}

static void add_columns(struct paragraph *p, const char *kind, const struct commit_info *commit)
{
	paragraph_pad(p, KIND_COLUMN);
	paragraph_add_styled(p, STYLE_WARN, kind);
	paragraph_pad(p, DAY_COLUMN);
	add_day(p, commit);
	paragraph_pad(p, COMMIT_COLUMN);
	paragraph_add_oid(p, &commit->id);
}

/* What a kind has to say beside its name. */
static void add_detail(struct paragraph *p, const struct event *event)
{
	const struct migration *after = event->after.migration;

	if (event->kind == EVENT_MOVED) {
		paragraph_add(p, " to ");
		paragraph_add_token(p, STYLE_PLAIN, event->after.path);
	} else if (event->kind == EVENT_REPARENTED && after && after->down_revision.count) {
		paragraph_add(p, " onto ");
		paragraph_add_list(
			p, STYLE_ID, after->down_revision.values, after->down_revision.count, 0, NAMES_SHOWN);
	} else if (event->kind == EVENT_EDITED && event->has_what) {
		paragraph_addf(p, " (%s)", edit_name(event->what));
	} else if (event->kind == EVENT_RESTORED) {
		paragraph_add(p, event->reused         ? " for other content"
				 : event->same_content ? " unchanged"
						       : " changed");
	}
}

/* " (pruned by 3b7a1d2e4f56: squashed the first three years)" */
static void add_excuse(struct paragraph *p, const struct excuse *excuse)
{
	paragraph_add(p, excuse->by_prune ? " (pruned by " : " (waived by ");
	paragraph_add_token(p, STYLE_ID, excuse->name);
	paragraph_add(p, ": ");
	paragraph_add_prose(p, excuse->reason, REASON_CELLS);
	paragraph_add(p, ")");
}

static void add_entry(struct scan_text *t, const struct entry *entry)
{
	const struct event *event = entry->event;
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, REVISION_COLUMN, REST_INDENT);
	paragraph_add_token(&p, STYLE_ID, event->revision);
	add_columns(&p, event_kind_name(event->kind), event->commit);
	add_detail(&p, event);
	if (entry->onward->path.ptr) {
		paragraph_add(&p, " goes on as ");
		paragraph_add_token(&p, STYLE_ID, entry->onward->revision);
	}
	if (t->scan->environment_count > 1) {
		paragraph_add(&p, " in ");
		paragraph_add_token(&p, STYLE_PLAIN, event->environment);
	}
	if (entry->excuse)
		add_excuse(&p, entry->excuse);
	paragraph_end(&p);
}

/* "200 deleted, 18 reidentified" */
static void add_kinds(struct paragraph *p, const struct entry *entries, size_t count)
{
	const char *comma = "";
	size_t i, of_kind;
	int kind;

	for (kind = 0; kind < EVENT_KINDS; kind++) {
		for (of_kind = i = 0; i < count; i++)
			of_kind += entries[i].event->kind == (enum event_kind)kind;
		if (!of_kind)
			continue;
		paragraph_addf(p, "%s%zu %s", comma, of_kind, event_kind_name((enum event_kind)kind));
		comma = ", ";
	}
}

static bool is_of_one_kind(const struct entry *entries, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (entries[i].event->kind != entries[0].event->kind)
			return false;
	return true;
}

/* Of folded lines: how many pass, and by what, where all of them do so by the same. */
static void add_excuses(struct paragraph *p, const struct entry *entries, size_t count)
{
	const struct excuse *first = entries[0].excuse;
	size_t i, excused = 0, same = 0;

	for (i = 0; i < count; i++) {
		excused += entries[i].excuse != NULL;
		same += first && entries[i].excuse && first->by_prune == entries[i].excuse->by_prune &&
			text_equal(first->name, entries[i].excuse->name);
	}
	if (same == count)
		add_excuse(p, first);
	else if (excused)
		paragraph_addf(p, " (%zu waived or pruned)", excused);
}

static void add_folded(struct scan_text *t, const struct entry *entries, size_t count)
{
	const struct commit_info *commit = entries[0].event->commit;
	bool one_kind = is_of_one_kind(entries, count);
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, REVISION_COLUMN, REST_INDENT);
	paragraph_addf(&p, "%zu ids", count);
	add_columns(&p, one_kind ? event_kind_name(entries[0].event->kind) : "lost", commit);
	paragraph_end(&p);
	paragraph_begin(&p, t->out, t->styles, REST_INDENT, REST_INDENT);
	paragraph_add(&p, "in ");
	paragraph_add_quoted(&p, commit->summary, SUMMARY_CELLS);
	paragraph_add(&p, " by ");
	paragraph_add_prose(&p, commit->author.name, NAME_CELLS);
	if (!one_kind) {
		paragraph_add(&p, ": ");
		add_kinds(&p, entries, count);
	}
	add_excuses(&p, entries, count);
	paragraph_end(&p);
}

/* The lines of one section; entries of one commit stand together. */
static void add_entries(struct scan_text *t, const struct entry *entries, size_t count)
{
	size_t i, j, of_commit;

	for (i = 0; i < count; i += of_commit) {
		for (of_commit = 1; i + of_commit < count; of_commit++)
			if (!oid_equal(&entries[i].event->commit->id, &entries[i + of_commit].event->commit->id))
				break;
		if (of_commit > FOLD_ABOVE) {
			add_folded(t, entries + i, of_commit);
			t->has_folded = true;
			continue;
		}
		for (j = 0; j < of_commit; j++)
			add_entry(t, &entries[i + j]);
	}
}

static void add_section(struct scan_text *t, const char *title, const struct entry *entries, size_t count)
{
	struct paragraph p;

	if (count == 0)
		return;
	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_addf(&p, "%s (%zu):", title, count);
	paragraph_end(&p);
	add_entries(t, entries, count);
}

static bool is_listed(const struct scan_text *t, const struct lost_revision *lost)
{
	return (lost->at_head || !t->scan->all_refs) && !scan_text_is_shown_as_missing(t, lost);
}

size_t scan_text_lost_count(const struct scan_text *t)
{
	size_t i, count = 0;

	for (i = 0; i < t->scan->lost_count; i++)
		count += is_listed(t, &t->scan->lost[i]);
	return count;
}

static bool is_reused(const struct event *event)
{
	return event->kind == EVENT_RESTORED && event->reused;
}

static bool is_duplicated(const struct event *event)
{
	return event->kind == EVENT_DUPLICATED;
}

/* What happened to ids that were not lost, a section for each kind. `entries` has room for all events. */
static void add_events(struct scan_text *t, struct entry *entries)
{
	static const struct {
		bool (*is_in)(const struct event *event);
		const char *title;
	} sections[] = {
		{ event_replaces_code, "Replaced: these ids name other content since" },
		{ event_rewrites_code, "Written anew, the code being the same" },
		{ is_reused, "Reused: these ids were lost, and given to other content" },
		{ is_duplicated, "Duplicated: these ids had several files at one time" },
	};
	const struct scan *scan = t->scan;
	size_t i, k, count;

	for (k = 0; k < sizeof(sections) / sizeof(sections[0]); k++) {
		for (i = count = 0; i < scan->event_count; i++)
			if (sections[k].is_in(&scan->events[i]))
				entries[count++] = (struct entry){ .event = &scan->events[i],
					.onward = &scan->events[i].continues_as };
		if (count)
			qsort(entries, count, sizeof(*entries), entry_compare);
		add_section(t, sections[k].title, entries, count);
	}
}

void scan_text_lost(struct scan_text *t)
{
	const struct scan *scan = t->scan;
	struct entry *entries = xcalloc(scan->lost_count + scan->event_count + 1, sizeof(*entries));
	size_t i, count = 0, published = 0;

	for (i = 0; i < scan->lost_count; i++) {
		const struct lost_revision *lost = &scan->lost[i];

		if (!is_listed(t, lost))
			continue;
		entries[count++] = (struct entry){ lost->loss, lost->published, lost->waived ? &lost->excuse : NULL,
			&lost->continues_as };
		published += lost->published;
	}
	qsort(entries, count, sizeof(*entries), entry_compare);
	add_section(t, "Published, then lost", entries, published);
	add_section(t, "Never published, lost", entries + published, count - published);
	add_events(t, entries);
	free(entries);
}

void scan_text_events(struct scan_text *t)
{
	const struct scan *scan = t->scan;
	struct paragraph p;
	size_t i;

	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_addf(&p, "Events, oldest first (%zu):", scan->event_count);
	paragraph_end(&p);
	for (i = 0; i < scan->event_count; i++)
		add_entry(t, &(struct entry){ .event = &scan->events[i], .onward = &scan->events[i].continues_as });
}
