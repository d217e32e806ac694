#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "revident/base/xalloc.h"

enum {
	LANDINGS_MAX = 5, /* protected refs that are looked at */
	LANDED_MAX = 1000 /* changes of one revision of which it is told when they reached them */
};

struct calendar {
	struct clerk *clerk;
	struct lost_case *c;
	struct moment *items;
	size_t count, cap;
};

/* --- what a message says ----------------------------------------------------------------------------------------- */

static bool begins(struct text text, const char *prefix)
{
	size_t len = strlen(prefix);

	return text.len >= len && !memcmp(text.ptr, prefix, len);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The mark and the digits that begin at `at`; none if there are no digits. */
static struct text number_at(struct text text, size_t at)
{
	size_t end = at + 1;

	while (end < text.len && is_digit(text.ptr[end]))
		end++;
	return end > at + 1 ? (struct text){ text.ptr + at, end - at } : TEXT_NONE;
}

/* GitHub: "Merge pull request #12 from ..." and "subject (#12)"; GitLab: "See merge request group/name!12". */
static struct text find_request(const struct commit_info *commit)
{
	static const char merge[] = "Merge pull request #", see[] = "See merge request ";
	struct text summary = commit->summary, message = commit->message, found = TEXT_NONE;
	const char *line;
	size_t i;

	if (begins(summary, merge))
		return number_at(summary, sizeof(merge) - 2);
	if (summary.len > 4 && summary.ptr[summary.len - 1] == ')')
		for (i = summary.len - 1; i-- > 1 && is_digit(summary.ptr[i]);)
			if (summary.ptr[i - 1] == '#' && i > 1 && summary.ptr[i - 2] == '(')
				return number_at(summary, i - 1);
	line = message.len ? memmem(message.ptr, message.len, see, sizeof(see) - 1) : NULL;
	if (!line)
		return TEXT_NONE;
	for (i = (size_t)(line - message.ptr); i < message.len && message.ptr[i] != '\n'; i++)
		if (message.ptr[i] == '!')
			found = number_at(message, i);
	return found;
}

static bool is_key(struct text line, size_t *colon)
{
	size_t i;

	for (i = 0; i < line.len; i++) {
		char ch = line.ptr[i];

		if (ch == ':') {
			*colon = i;
			return i > 1 && i + 1 < line.len && line.ptr[i + 1] == ' ';
		}
		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || is_digit(ch) || ch == '-'))
			return false;
	}
	return false;
}

/* The lines of the last paragraph, where it is not the first and all of them are "Key: value". */
static void find_trailers(struct arena *arena, struct text message, struct moment *out)
{
	struct trailer *trailers = arena_calloc(arena, CASE_TRAILERS_MAX, sizeof(*trailers));
	size_t end = message.len, begin, at, n = 0;

	while (end && (message.ptr[end - 1] == '\n' || message.ptr[end - 1] == ' '))
		end--;
	for (begin = end; begin > 1; begin--)
		if (message.ptr[begin - 1] == '\n' && message.ptr[begin - 2] == '\n')
			break;
	for (at = begin; begin > 1 && at < end && n < CASE_TRAILERS_MAX;) {
		const char *newline = memchr(message.ptr + at, '\n', end - at);
		struct text line = { message.ptr + at, newline ? (size_t)(newline - message.ptr) - at : end - at };
		size_t colon;

		if (!is_key(line, &colon))
			return;
		trailers[n].key = (struct text){ line.ptr, colon };
		trailers[n++].value = (struct text){ line.ptr + colon + 2, line.len - colon - 2 };
		at += line.len + 1;
	}
	out->trailers = trailers;
	out->trailer_count = n;
}

static bool is_service(const struct signature *committer)
{
	static const char *const addresses[] = { "noreply@github.com", "noreply@gitlab.com" };
	size_t i;

	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		if (text_equal(committer->email, text_of(addresses[i])))
			return true;
	return false;
}

/* --- moments ----------------------------------------------------------------------------------------------------- */

static struct moment *add_moment(struct calendar *cal, enum moment_kind kind, const struct commit_info *commit)
{
	struct moment *moment;

	VEC_GROW(cal->items, cal->count, cal->cap);
	moment = &cal->items[cal->count++];
	memset(moment, 0, sizeof(*moment));
	moment->kind = kind;
	moment->commit = commit;
	moment->request = find_request(commit);
	moment->by_service = is_service(&commit->committer);
	find_trailers(cal->clerk->arena, commit->message, moment);
	return moment;
}

/* The first commit on the ref's line of first parents that has `from` in its history; COMMIT_NONE without one. */
static uint32_t landing(const struct clerk *clerk, const bool *has_it, const struct ref *ref)
{
	const struct commits *commits = &clerk->inv->commits;
	uint32_t at = commits_find(commits, &ref->commit), found = COMMIT_NONE;

	while (at != COMMIT_NONE && has_it[at]) {
		found = at;
		at = commit_parent_count(commits, at) ? commit_parents(commits, at)[0] : COMMIT_NONE;
	}
	return found;
}

static void add_landings(struct calendar *cal, const struct event *event)
{
	struct clerk *clerk = cal->clerk;
	const struct protection *protection = &clerk->teller.verdict.protection;
	uint32_t from = commits_find(&clerk->inv->commits, &event->commit->id);
	bool *has_it;
	size_t i;

	if (from == COMMIT_NONE)
		return;
	has_it = teller_descendants(&clerk->teller, from);
	for (i = 0; i < protection->ref_count && i < LANDINGS_MAX; i++) {
		uint32_t at = landing(clerk, has_it, &protection->refs[i]);
		struct moment *moment;

		if (at == COMMIT_NONE || at == from)
			continue;
		moment = add_moment(cal, MOMENT_LANDED, model_commit(&clerk->teller.model, at));
		moment->event = event;
		moment->in_head = clerk->teller.in_head[at];
		moment->ref = protection->refs[i].name;
	}
	free(has_it);
}

/* The first change behind the loss to a file at its path, but for what gives the revision back. */
static void add_next_touch(struct calendar *cal)
{
	struct clerk *clerk = cal->clerk;
	struct investigation *inv = clerk->inv;
	const struct event *loss = cal->c->loss;
	uint32_t from = commits_find(&inv->commits, &loss->commit->id), path;
	struct event *event;
	bool *follows;
	size_t i;

	if (from == COMMIT_NONE || !loss->before.path.ptr)
		return;
	path = study_path(&inv->study, loss->before.path.ptr, loss->before.path.len);
	follows = teller_descendants(&clerk->teller, from);
	for (i = 0; i < inv->history.count; i++) {
		const struct change *change = &inv->history.changes[i];

		if (change->commit > from && follows[change->commit] &&
			(change->before.path == path || change->after.path == path))
			break;
	}
	free(follows);
	if (i == inv->history.count)
		return;
	event = arena_alloc(clerk->arena, sizeof(*event));
	model_event(&clerk->teller.model, &inv->history.changes[i], event);
	if (text_equal(event->revision, cal->c->life->revision))
		return;
	add_moment(cal, MOMENT_TOUCHED, event->commit)->event = event;
	cal->items[cal->count - 1].in_head = clerk->teller.in_head[inv->history.changes[i].commit];
}

static uint32_t number_of(const struct calendar *cal, const struct moment *moment)
{
	uint32_t number = commits_find(&cal->clerk->inv->commits, &moment->commit->id);

	return moment->kind == MOMENT_AS_OF ? UINT32_MAX : number;
}

struct dated {
	uint32_t number; /* of the commit */
	size_t made;     /* so many were made before it */
	struct moment moment;
};

static int compare_dated(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->made < y->made ? -1 : x->made > y->made;
}

/* In walk order; what stands in one commit in the order of its making. */
static void sort_moments(struct calendar *cal)
{
	struct dated *all = xcalloc(cal->count, sizeof(*all));
	size_t i;

	for (i = 0; i < cal->count; i++)
		all[i] = (struct dated){ number_of(cal, &cal->items[i]), i, cal->items[i] };
	if (cal->count)
		qsort(all, cal->count, sizeof(*all), compare_dated);
	for (i = 0; i < cal->count; i++)
		cal->items[i] = all[i].moment;
	free(all);
}

static void find_restoration(struct calendar *cal)
{
	const struct life *life = cal->c->life;
	bool is_behind = false;
	size_t i;

	for (i = 0; i < life->event_count && cal->c->loss; i++) {
		const struct event *event = &life->events[i].event;

		if (is_behind && event->kind == EVENT_RESTORED && life->events[i].in_head) {
			*(event->reused ? &cal->c->reused : &cal->c->restored) = event->commit;
			return;
		}
		is_behind = is_behind || (event->kind == cal->c->loss->kind &&
						 oid_equal(&event->commit->id, &cal->c->loss->commit->id));
	}
}

static void measure(struct calendar *cal)
{
	struct lost_case *c = cal->c;
	const struct commit_info *end = c->restored ? c->restored : cal->clerk->out->head;

	if (c->life->at_head && !c->restored && !c->is_replaced)
		return;
	if (!c->loss || !end || !c->loss->commit->committer.has_time || !end->committer.has_time)
		return;
	c->exposure = end->committer.time - c->loss->commit->committer.time;
	c->has_exposure = c->exposure >= 0;
}

void casefile_write_times(struct clerk *clerk, struct lost_case *c)
{
	struct calendar cal = { .clerk = clerk, .c = c };
	size_t i, looked = 0;

	for (i = 0; i < c->life->event_count; i++) {
		const struct life_event *e = &c->life->events[i];
		struct moment *moment = add_moment(&cal, MOMENT_EVENT, e->event.commit);

		moment->event = &e->event;
		moment->in_head = e->in_head;
		if ((e->event.kind == EVENT_ADDED || e->event.kind == EVENT_RESTORED ||
			    event_kind_is_loss(e->event.kind) || &e->event == c->loss) &&
			looked++ < LANDED_MAX)
			add_landings(&cal, &e->event);
	}
	if (c->loss)
		add_next_touch(&cal);
	if (clerk->out->head)
		add_moment(&cal, MOMENT_AS_OF, clerk->out->head)->in_head = true;
	sort_moments(&cal);
	find_restoration(&cal);
	measure(&cal);
	c->moments = arena_copy(clerk->arena, cal.items, cal.count, sizeof(*cal.items));
	c->moment_count = cal.count;
	free(cal.items);
}
