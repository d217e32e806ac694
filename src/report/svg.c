#include <string.h>

#include "casefile_parts.h"
#include "chain_fold.h"
#include "markup.h"
#include "page.h"
#include "picture.h"
#include "revident/base/utf8.h"

enum {
	UNFOLDED_MAX = 40,
	ITEMS_MAX = 300,
	EDGES_MAX = 2000,
	LANES_MAX = 40, /* beyond these the columns stand on one another */
	ROW = 34,
	LANE = 22,
	MARGIN = 18,
	LETTER = 8, /* width of a letter of the font, rounded up */
	ID_MAX = 120,
	MESSAGE_MAX = 80,
	MOMENTS_MAX = 60,
	DESCRIPTION_ITEMS = 40,
};

static const char style[] =
	"<style>"
	".rv-t{font:13px/1 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#1f2328;unicode-bidi:isolate}"
	".rv-m{fill:#59636e}.rv-b{fill:#b3121d;font-weight:bold}.rv-g{fill:#116329}"
	".rv-e{fill:none;stroke:#59636e;stroke-width:2}.rv-d{stroke-dasharray:3 4}.rv-x{stroke:#b3121d}"
	".rv-p{fill:#0969da;stroke:#0969da}.rv-h{fill:#fff;stroke:#0969da;stroke-width:3}"
	".rv-o{fill:#fff;stroke:#59636e;stroke-width:2}"
	"@media screen and (prefers-color-scheme:dark){.rv-t{fill:#e6edf3}.rv-m{fill:#9aa4af}.rv-b{fill:#ff8b85}"
	".rv-g{fill:#56d364}.rv-e{stroke:#9aa4af}.rv-x{stroke:#ff8b85}.rv-p{fill:#58a6ff;stroke:#58a6ff}"
	".rv-h{fill:#0d1117;stroke:#58a6ff}.rv-o{fill:#0d1117;stroke:#9aa4af}}"
	"</style>\n";

static void add(const struct picture_options *o, struct text text, size_t max, struct strbuf *out)
{
	struct strbuf clean = STRBUF_INIT;

	page_clean(o->file, text, max, &clean);
	markup_add(out, (struct text){ clean.buf, clean.len });
	strbuf_release(&clean);
}

static size_t width_of(const struct strbuf *out, size_t from)
{
	return utf8_width(out->buf + from, out->len - from) * LETTER;
}

static void begin(const struct picture_options *o, size_t width, size_t height, const struct strbuf *description,
	struct strbuf *out)
{
	strbuf_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"rv-t%zu rv-d%zu\" "
		"viewBox=\"0 0 %zu %zu\" width=\"%zu\" height=\"%zu\">\n<title id=\"rv-t%zu\">",
		o->number, o->number, width, height, width, height, o->number);
	markup_add(out, text_of(o->title));
	strbuf_addf(out, "</title>\n<desc id=\"rv-d%zu\">", o->number);
	strbuf_add(out, description->buf, description->len);
	strbuf_addstr(out, "</desc>\n");
	strbuf_addstr(out, style);
}

/* --- the chain --------------------------------------------------------------------------------------------------- */

static size_t x_of(const struct fold_item *item)
{
	return MARGIN + (item->lane < LANES_MAX ? item->lane : LANES_MAX) * LANE;
}

static size_t y_of(size_t item)
{
	return MARGIN + item * ROW;
}

/* Down the parent's column, which nothing else stands in, and over to the child just above it. */
static void add_edge(const struct chain_fold *fold, const struct fold_edge *edge, struct strbuf *out)
{
	const struct fold_item *from = &fold->items[edge->from], *to = &fold->items[edge->to];
	size_t x = x_of(from), y = y_of(edge->from), cx = x_of(to), cy = y_of(edge->to);
	const char *broken = from->node->state == CHAIN_MISSING ? " rv-x rv-d" : "";

	strbuf_addf(out, "<path class=\"rv-e%s%s\" d=\"M%zu %zu", edge->by_dependency ? " rv-d" : "", broken, x, y);
	if (edge->from >= edge->to) /* in a cycle: back up on the right */
		strbuf_addf(out, "C%zu %zu %zu %zu %zu %zu", x + 3 * LANE, y, cx + 3 * LANE, cy, cx, cy);
	else if (x == cx)
		strbuf_addf(out, "V%zu", cy);
	else
		strbuf_addf(out, "V%zuC%zu %zu %zu %zu %zu %zu", cy - ROW, x, cy - ROW / 2, cx, cy - ROW / 2, cx, cy);
	strbuf_addstr(out, "\"/>\n");
}

static void add_mark(const struct fold_item *item, size_t x, size_t y, struct strbuf *out)
{
	if (item->count > 1)
		strbuf_addf(out,
			"<path class=\"rv-e\" stroke-width=\"4\" stroke-dasharray=\"2 4\" d=\"M%zu %zuV%zu\"/>", x,
			y - 9, y + 9);
	else if (item->node->state == CHAIN_MISSING)
		strbuf_addf(out, "<path class=\"rv-e rv-x\" stroke-width=\"3\" d=\"M%zu %zul14 14m0 -14l-14 14\"/>",
			x - 7, y - 7);
	else if (item->node->state == CHAIN_EXTERNAL || item->node->is_shadowed)
		strbuf_addf(out, "<circle class=\"rv-o rv-d\" cx=\"%zu\" cy=\"%zu\" r=\"6\"/>", x, y);
	else
		strbuf_addf(out, "<circle class=\"%s\" cx=\"%zu\" cy=\"%zu\" r=\"6\"/>",
			item->node->is_head ? "rv-h" : "rv-p", x, y);
}

/* The words beside a mark, and how wide they are. */
static size_t add_words(const struct picture_options *o, const struct fold_item *item, struct strbuf *out)
{
	const struct chain_member *member = item->node->member;
	struct strbuf plain = STRBUF_INIT;
	size_t width;

	if (item->count > 1) {
		strbuf_addf(out, "<tspan class=\"rv-m\">%zu revisions, ", item->count);
		strbuf_addf(&plain, "%zu revisions,  to ", item->count);
		add(o, item->node->revision, ID_MAX, out);
		page_clean(o->file, item->node->revision, ID_MAX, &plain);
		strbuf_addstr(out, " to ");
		add(o, item->last->revision, ID_MAX, out);
		page_clean(o->file, item->last->revision, ID_MAX, &plain);
		strbuf_addstr(out, "</tspan>");
	} else {
		const char *state = item->node->state == CHAIN_MISSING    ? " MISSING"
				    : item->node->state == CHAIN_EXTERNAL ? " (from another package)"
				    : item->node->is_shadowed             ? " (forgotten: another file has its id)"
				    : item->node->is_head                 ? " (head)"
									  : "";

		strbuf_addf(out, "<tspan%s>", item->node->state == CHAIN_MISSING ? " class=\"rv-b\"" : "");
		add(o, item->node->revision, ID_MAX, out);
		strbuf_addf(out, "%s</tspan>", state);
		page_clean(o->file, item->node->revision, ID_MAX, &plain);
		strbuf_addstr(&plain, state);
		if (member && member->message.len) {
			strbuf_addstr(out, " <tspan class=\"rv-m\">");
			add(o, member->message, MESSAGE_MAX, out);
			strbuf_addstr(out, "</tspan>");
			page_clean(o->file, member->message, MESSAGE_MAX, &plain);
			strbuf_addch(&plain, ' ');
		}
	}
	width = width_of(&plain, 0);
	strbuf_release(&plain);
	return width;
}

/* For those who do not see it: from base to head, an item a sentence. */
static void describe(const struct picture_options *o, const struct chain_fold *fold, struct strbuf *out)
{
	size_t i;

	strbuf_addstr(out, "From base to head: ");
	for (i = 0; i < fold->count && i < DESCRIPTION_ITEMS; i++) {
		const struct fold_item *item = &fold->items[i];

		if (i)
			strbuf_addstr(out, "; ");
		if (item->count > 1)
			strbuf_addf(out, "%zu revisions in a row", item->count);
		else
			add(o, item->node->revision, ID_MAX, out);
		if (item->node->state == CHAIN_MISSING)
			strbuf_addstr(out, ", which is missing");
		if (item->count == 1 && item->node->is_head)
			strbuf_addstr(out, ", a head");
	}
	if (fold->count > i)
		strbuf_addf(out, "; and %zu more", fold->count - i);
	strbuf_addch(out, '.');
}

void svg_add_chain(const struct chain *chain, const struct picture_options *o, struct strbuf *out)
{
	const struct fold_options how = { .keep = o->keep,
		.keep_count = o->keep_count,
		.unfolded_max = UNFOLDED_MAX,
		.items_max = ITEMS_MAX,
		.edges_max = EDGES_MAX };
	struct strbuf body = STRBUF_INIT, description = STRBUF_INIT;
	struct chain_fold fold;
	size_t i, left, width = 0, rows;

	chain_fold_make(chain, &how, &fold);
	left = MARGIN + (fold.lanes < LANES_MAX ? fold.lanes : LANES_MAX) * LANE;
	for (i = 0; i < fold.edge_count; i++)
		add_edge(&fold, &fold.edges[i], &body);
	for (i = 0; i < fold.count; i++) {
		size_t wide;

		add_mark(&fold.items[i], x_of(&fold.items[i]), y_of(i), &body);
		strbuf_addf(&body, "<text class=\"rv-t\" x=\"%zu\" y=\"%zu\">", left, y_of(i) + 5);
		wide = add_words(o, &fold.items[i], &body);
		strbuf_addstr(&body, "</text>\n");
		width = wide > width ? wide : width;
	}
	rows = fold.count;
	if (fold.left_out)
		strbuf_addf(&body, "<text class=\"rv-t rv-m\" x=\"%zu\" y=\"%zu\">and %zu more revisions</text>\n",
			left, y_of(rows++) + 5, fold.left_out);
	describe(o, &fold, &description);
	begin(o, left + (width < 240 ? 240 : width) + MARGIN, 2 * MARGIN + (rows ? rows - 1 : 0) * ROW, &description,
		out);
	strbuf_add(out, body.buf, body.len);
	strbuf_addstr(out, "</svg>\n");
	chain_fold_release(&fold);
	strbuf_release(&description);
	strbuf_release(&body);
}

/* --- the timeline ------------------------------------------------------------------------------------------------ */

enum { STEP = 58, LINE_X = 24 };

static bool is_loss(const struct moment *m)
{
	return m->kind == MOMENT_EVENT && event_kind_is_loss(m->event->kind);
}

/* Is the revision away right behind this moment? */
static bool away_behind(const struct lost_case *c, size_t at)
{
	bool away = false;
	size_t i;

	for (i = 0; i <= at; i++) {
		const struct moment *m = &c->moments[i];

		if (!m->in_head || m->kind != MOMENT_EVENT)
			continue;
		if (is_loss(m))
			away = true;
		else if (m->event->kind == EVENT_RESTORED || m->event->kind == EVENT_ADDED)
			away = false;
	}
	return away;
}

static size_t add_moment(const struct picture_options *o, const struct moment *m, size_t y, struct strbuf *out)
{
	char utc[SIGNATURE_TIME_MAX], hex[OID_HEX + 1];
	const char *at = m->commit->committer.has_time ? signature_time_utc(&m->commit->committer, utc) : "unknown";
	struct strbuf plain = STRBUF_INIT;
	size_t width;

	if (is_loss(m))
		strbuf_addf(out, "<path class=\"rv-e rv-x\" stroke-width=\"3\" d=\"M%d %zul14 14m0 -14l-14 14\"/>",
			LINE_X - 7, y - 7);
	else
		strbuf_addf(out, "<circle class=\"%s\" cx=\"%d\" cy=\"%zu\" r=\"6\"/>",
			m->kind == MOMENT_EVENT ? "rv-p" : "rv-h", LINE_X, y);
	strbuf_addf(out, "<text class=\"rv-t\" x=\"%d\" y=\"%zu\"><tspan class=\"rv-m\">%s</tspan> <tspan%s>",
		LINE_X + 20, y + 5, at, is_loss(m) ? " class=\"rv-b\"" : "");
	add(o, text_of(moment_words(m)), MESSAGE_MAX, out);
	strbuf_addstr(out, "</tspan>");
	if (m->ref.ptr) {
		strbuf_addstr(out, " on ");
		add(o, m->ref, ID_MAX, out);
	}
	strbuf_addf(out, " <tspan class=\"rv-m\">%.12s ", oid_hex(&m->commit->id, hex));
	add(o, m->commit->summary, MESSAGE_MAX, out);
	strbuf_addstr(out, "</tspan></text>\n");
	strbuf_addf(&plain, "%s %s on %.12s ", at, moment_words(m), hex);
	page_clean(o->file, m->ref, ID_MAX, &plain);
	page_clean(o->file, m->commit->summary, MESSAGE_MAX, &plain);
	width = width_of(&plain, 0);
	strbuf_release(&plain);
	return width;
}

static void add_gap(const struct lost_case *c, size_t i, size_t y, struct strbuf *out)
{
	const struct signature *a = &c->moments[i].commit->committer, *b = &c->moments[i + 1].commit->committer;
	bool away = away_behind(c, i);
	char span[SPAN_MAX];

	strbuf_addf(out, "<path class=\"rv-e%s\" stroke-width=\"3\" d=\"M%d %zuV%zu\"/>\n", away ? " rv-x" : "", LINE_X,
		y, y + STEP);
	if (a->has_time && b->has_time && b->time >= a->time)
		strbuf_addf(out, "<text class=\"rv-t rv-%s\" x=\"%d\" y=\"%zu\">%s%s</text>\n", away ? "b" : "m",
			LINE_X + 36, y + STEP / 2 + 5, describe_span(b->time - a->time, span),
			away ? " without it" : "");
}

void svg_add_timeline(const struct lost_case *c, const struct picture_options *o, struct strbuf *out)
{
	size_t i, count = c->moment_count < MOMENTS_MAX ? c->moment_count : MOMENTS_MAX, width = 0;
	struct strbuf body = STRBUF_INIT, description = STRBUF_INIT;

	strbuf_addstr(&description, "From the first to the last: ");
	for (i = 0; i + 1 < count; i++)
		add_gap(c, i, MARGIN + i * STEP, &body);
	for (i = 0; i < count; i++) {
		char utc[SIGNATURE_TIME_MAX];
		size_t wide = add_moment(o, &c->moments[i], MARGIN + i * STEP, &body);

		width = wide > width ? wide : width;
		strbuf_addf(&description, "%s%s, %s", i ? "; " : "", moment_words(&c->moments[i]),
			c->moments[i].commit->committer.has_time
				? signature_time_utc(&c->moments[i].commit->committer, utc)
				: "at an unknown time");
	}
	strbuf_addch(&description, '.');
	begin(o, LINE_X + 20 + width + MARGIN, 2 * MARGIN + (count ? count - 1 : 0) * STEP, &description, out);
	strbuf_add(out, body.buf, body.len);
	strbuf_addstr(out, "</svg>\n");
	strbuf_release(&description);
	strbuf_release(&body);
}
