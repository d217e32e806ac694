#include <string.h>

#include "explain_text.h"

/* More events than these are cut in the middle. */
enum { EVENTS_SHOWN = 12, EVENTS_FIRST = 4 };

static void add_ids(struct paragraph *p, const struct migration *migration)
{
	if (!migration || migration->down_revision.kind != BINDING_LITERAL)
		paragraph_add(p, "what cannot be read");
	else if (migration->down_revision.count == 0)
		paragraph_add(p, "none");
	else
		paragraph_add_list(p, STYLE_ID, migration->down_revision.values, migration->down_revision.count, 0,
			EXPLAIN_NAMES_SHOWN);
}

static void add_named(struct paragraph *p, const struct event_side *side)
{
	paragraph_add_token(p, STYLE_ID, side->revision);
	if (side->migration && side->migration->message.len) {
		paragraph_add(p, " ");
		paragraph_add_quoted(p, side->migration->message, EXPLAIN_PROSE_CELLS);
	}
}

static void add_similarity(struct paragraph *p, double similarity)
{
	if (similarity >= 0)
		paragraph_addf(p, ", similarity %.2f", similarity);
}

static void add_onward(struct paragraph *p, const struct continuation *onward)
{
	if (!onward->path.ptr)
		return;
	paragraph_add(p, "; its content goes on as ");
	paragraph_add_token(p, STYLE_ID, onward->revision);
	paragraph_add(p, " in ");
	paragraph_add_token(p, STYLE_PLAIN, onward->path);
	add_similarity(p, onward->similarity);
}

static const char *restored_as(const struct event *event)
{
	if (event->reused)
		return "to other content: the id was given to another migration";
	return event->same_content ? "as it was" : "with changes";
}

/* What more there is to say of an event; the words stand in brackets. */
static void add_details(struct paragraph *p, const struct event *event)
{
	static const char *const parts[] = {
		[EDIT_COSMETIC] = "comments and layout only",
		[EDIT_UPGRADE] = "upgrade()",
		[EDIT_DOWNGRADE] = "downgrade()",
		[EDIT_OTHER] = "outside of upgrade() and downgrade()",
	};
	const struct continuation *onward = &event->continues_as;

	switch (event->kind) {
	case EVENT_DUPLICATED:
		paragraph_add(p, "also in ");
		paragraph_add_token(p, STYLE_PLAIN, event->after.path);
		break;
	case EVENT_EDITED:
		paragraph_add(p, parts[event->what]);
		break;
	case EVENT_LOST_IN_MERGE:
		paragraph_add(p, "its parent ");
		paragraph_add_oid(p, &event->parent);
		paragraph_add(p, " had it");
		break;
	case EVENT_MOVED:
		paragraph_add(p, "to ");
		paragraph_add_token(p, STYLE_PLAIN, event->after.path);
		paragraph_add(p, event->content_changed ? ", and changed" : "");
		break;
	case EVENT_OVERWRITTEN:
		add_named(p, &event->after);
		paragraph_add(p, " took its file");
		add_onward(p, onward);
		break;
	case EVENT_REIDENTIFIED:
		paragraph_add_token(p, STYLE_ID, onward->revision);
		if (!text_equal(onward->path, event->before.path)) {
			paragraph_add(p, " in ");
			paragraph_add_token(p, STYLE_PLAIN, onward->path);
		}
		add_similarity(p, onward->similarity);
		break;
	case EVENT_REPARENTED:
		paragraph_add(p, "from ");
		add_ids(p, event->before.migration);
		paragraph_add(p, " to ");
		add_ids(p, event->after.migration);
		break;
	case EVENT_REPLACED:
		paragraph_add(p, event_rewrites_code(event) ? "the same code, written anew"
							    : "the id names other content since");
		add_similarity(p, event->similarity);
		add_onward(p, onward);
		break;
	case EVENT_RESTORED:
		paragraph_add(p, restored_as(event));
		break;
	case EVENT_STRIPPED:
		paragraph_add(p, "its file is there, but is no migration any more");
		break;
	case EVENT_ADDED:
	case EVENT_DELETED:
	case EVENT_KINDS:
		break;
	}
}

static void add_deed(struct paragraph *p, enum event_kind kind)
{
	static const struct {
		enum style style;
		const char *words;
	} deeds[EVENT_KINDS] = {
		[EVENT_ADDED] = { STYLE_PLAIN, "added" },
		[EVENT_DELETED] = { STYLE_BAD, "deleted" },
		[EVENT_DUPLICATED] = { STYLE_WARN, "duplicated" },
		[EVENT_EDITED] = { STYLE_PLAIN, "edited" },
		[EVENT_LOST_IN_MERGE] = { STYLE_BAD, "lost in a merge" },
		[EVENT_MOVED] = { STYLE_PLAIN, "moved" },
		[EVENT_OVERWRITTEN] = { STYLE_BAD, "overwritten" },
		[EVENT_REIDENTIFIED] = { STYLE_BAD, "given another id" },
		[EVENT_REPARENTED] = { STYLE_WARN, "re-parented" },
		[EVENT_REPLACED] = { STYLE_BAD, "replaced" },
		[EVENT_RESTORED] = { STYLE_GOOD, "restored" },
		[EVENT_STRIPPED] = { STYLE_BAD, "stripped" },
	};

	paragraph_add_styled(p, deeds[kind].style, deeds[kind].words);
}

static bool has_details(const struct event *event)
{
	return event->kind != EVENT_ADDED && event->kind != EVENT_DELETED &&
	       (event->kind != EVENT_EDITED || event->has_what);
}

void explain_text_add_time(struct paragraph *p, const struct signature *sig)
{
	char time[SIGNATURE_TIME_MAX];

	if (sig->has_time)
		paragraph_add_token(p, STYLE_PLAIN, text_of(signature_time(sig, time)));
	else
		paragraph_add(p, "at an unknown time");
}

/* The commit on a line of its own, then what was done in it, and by whom. */
static void add_event(struct explain_text *t, const struct life_event *e)
{
	const struct commit_info *commit = e->event.commit;
	struct text author = commit->author.name.len ? commit->author.name : TEXT_LITERAL("somebody unnamed");
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 2, LABEL_COLUMN);
	explain_text_add_time(&p, &commit->author);
	paragraph_add(&p, " ");
	paragraph_add_oid(&p, &commit->id);
	paragraph_end(&p);
	paragraph_begin(&p, t->out, t->styles, LABEL_COLUMN, LABEL_COLUMN);
	add_deed(&p, e->event.kind);
	paragraph_add(&p, " by ");
	paragraph_add_prose(&p, author, EXPLAIN_NAME_CELLS);
	if (commit->summary.len) {
		paragraph_add(&p, ": ");
		paragraph_add_quoted(&p, commit->summary, EXPLAIN_PROSE_CELLS);
	}
	if (has_details(&e->event)) {
		paragraph_add(&p, " (");
		add_details(&p, &e->event);
		paragraph_add(&p, ")");
	}
	paragraph_end(&p);
}

static void add_gap(struct explain_text *t, size_t count, const char *why)
{
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 2, LABEL_COLUMN);
	paragraph_add(&p, "... ");
	paragraph_add_count(&p, count, "more event");
	paragraph_addf(&p, "%s: --format json has all", why);
	paragraph_end(&p);
}

void explain_text_events(struct explain_text *t, const struct life *life)
{
	size_t i, in_head = 0, shown = 0, total;

	for (i = 0; i < life->event_count; i++)
		in_head += life->events[i].in_head;
	/* HEAD's history tells the story; other refs' do where HEAD never had it. */
	total = in_head ? in_head : life->event_count;
	for (i = 0; i < life->event_count; i++) {
		if (in_head && !life->events[i].in_head)
			continue;
		if (total <= EVENTS_SHOWN || shown < EVENTS_FIRST || shown >= total - (EVENTS_SHOWN - EVENTS_FIRST))
			add_event(t, &life->events[i]);
		else if (shown == EVENTS_FIRST)
			add_gap(t, total - EVENTS_SHOWN, "");
		shown++;
	}
	if (in_head && in_head < life->event_count)
		add_gap(t, life->event_count - in_head, " outside of HEAD's history");
}
