#include "revident/report/chain_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/intern.h"
#include "revident/base/printable.h"
#include "revident/base/utf8.h"
#include "revident/base/xalloc.h"
#include "text.h"

enum {
	RUN_MIN = 4,     /* shorter straight runs are not worth folding */
	MESSAGE_MIN = 8, /* columns; with less room a message is left out */
	NAMED_MAX = 3,
};

#define LANE_NONE UINT32_MAX

/*
 * A lane is a column of the picture. It belongs to a revision that was drawn and some of whose children were not, and
 * goes down to the last of these; a child takes over the lane of a parent that has no other to wait for.
 */
struct drawing {
	const struct chain *chain;
	const struct chain_text_options *options;
	const struct styles *styles;
	struct strbuf *out;
	struct intern keep;
	uint32_t *children; /* by node: how many there are below it in the picture */
	uint32_t *pending;  /* by node: and how many of them are still to be drawn */
	uint32_t *only;     /* by node: a child of it, the one where there is one only */
	uint32_t lanes[CHAIN_LANES_MAX];
	size_t lane_count; /* up to the last that is taken */
};

static size_t lane_of(const struct drawing *d, uint32_t node)
{
	size_t i;

	for (i = 0; i < d->lane_count && d->lanes[i] != node; i++)
		;
	return i;
}

static bool has_lane(const struct drawing *d, uint32_t node)
{
	return lane_of(d, node) < d->lane_count;
}

/* --- the graph --------------------------------------------------------------------------------------------------- */

/* A free column, to the right of `after` where one is; CHAIN_LANES_MAX where the picture is too wide already. */
static size_t free_lane(const struct drawing *d, size_t after)
{
	size_t i;

	for (i = after; i < d->lane_count; i++)
		if (d->lanes[i] == LANE_NONE)
			return i;
	return d->lane_count;
}

/* The columns that one line joins. */
struct junction {
	bool is_parent[CHAIN_LANES_MAX], ends[CHAIN_LANES_MAX];
	size_t column, first, last;
};

static void plan_line(struct drawing *d, uint32_t node, struct junction *out)
{
	const struct chain_links *parents = &d->chain->nodes[node].parents;
	bool has_parent = false, has_column = false;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < parents->count; i++) {
		size_t lane = parents->to[i] < node ? lane_of(d, parents->to[i]) : d->lane_count;

		if (lane == d->lane_count)
			continue;
		out->is_parent[lane] = true;
		out->ends[lane] = --d->pending[parents->to[i]] == 0;
	}
	for (i = 0; i < d->lane_count; i++) {
		if (!out->is_parent[i])
			continue;
		if (!has_parent)
			out->first = i;
		out->last = i;
		has_parent = true;
		if (out->ends[i] && !has_column) {
			out->column = i;
			has_column = true;
		}
	}
	if (!has_column)
		out->column = free_lane(d, has_parent ? out->first + 1 : 0);
	if (!has_parent || out->column < out->first)
		out->first = out->column;
	if (!has_parent || out->column > out->last)
		out->last = out->column;
}

static const char *cell(const struct drawing *d, const struct junction *j, size_t i)
{
	bool inside = i >= j->first && i <= j->last;

	if (inside && j->is_parent[i]) {
		if (i == j->first)
			return j->ends[i] ? "╰" : "├";
		if (i == j->last)
			return j->ends[i] ? "╯" : "┤";
		return j->ends[i] ? "┴" : "┼";
	}
	if (i < d->lane_count && d->lanes[i] != LANE_NONE)
		return "│";
	return inside ? "─" : " ";
}

/* Draws the lanes with `symbol` in the node's column; returns the width. */
static size_t draw_lanes(struct drawing *d, const struct junction *j, const char *symbol)
{
	size_t width = d->lane_count > j->column + 1 ? d->lane_count : j->column + 1, i;

	strbuf_addchn(d->out, ' ', d->options->indent);
	for (i = 0; i < width; i++) {
		strbuf_addstr(d->out, i == j->column ? symbol : cell(d, j, i));
		strbuf_addstr(d->out, i >= j->first && i < j->last ? "─" : " ");
	}
	return d->options->indent + 2 * width;
}

/* Lanes that end are free; the node takes its column where children wait for it. */
static void move_lanes(struct drawing *d, const struct junction *j, uint32_t node)
{
	size_t i;

	for (i = 0; i < d->lane_count; i++)
		if (j->ends[i])
			d->lanes[i] = LANE_NONE;
	if (d->pending[node] && j->column < CHAIN_LANES_MAX) {
		while (d->lane_count <= j->column)
			d->lanes[d->lane_count++] = LANE_NONE;
		d->lanes[j->column] = node;
	}
	while (d->lane_count && d->lanes[d->lane_count - 1] == LANE_NONE)
		d->lane_count--;
}

/* --- the words --------------------------------------------------------------------------------------------------- */

/* What is said of a node in parentheses. */
struct tags {
	struct strbuf text;
};

static void begin_tag(struct tags *tags)
{
	strbuf_addstr(&tags->text, tags->text.len ? ", " : " (");
}

static void add_tag(struct tags *tags, const char *words)
{
	begin_tag(tags);
	strbuf_addstr(&tags->text, words);
}

static void add_ids(const struct drawing *d, struct strbuf *out, const struct chain_links *links)
{
	size_t i, shown = 0;

	for (i = 0; i < links->count && shown < NAMED_MAX; i++) {
		if (shown++)
			strbuf_addstr(out, ", ");
		strbuf_add_printable_text(out, d->chain->nodes[links->to[i]].revision);
	}
	if (i < links->count)
		strbuf_addf(out, " and %zu more", links->count - i);
}

static void add_links_tag(
	const struct drawing *d, struct tags *tags, const char *words, const struct chain_links *links)
{
	if (!links->count)
		return;
	begin_tag(tags);
	strbuf_addstr(&tags->text, words);
	add_ids(d, &tags->text, links);
}

static void add_labels(struct tags *tags, const struct chain_member *member)
{
	size_t i;

	for (i = 0; i < member->label_count; i++) {
		begin_tag(tags);
		strbuf_addstr(&tags->text, "label ");
		strbuf_add_printable_text(&tags->text, member->labels[i]);
	}
}

static void add_tags(const struct drawing *d, uint32_t number, const struct chain_links *undrawn, struct strbuf *out)
{
	const struct chain_node *node = &d->chain->nodes[number];
	struct tags tags = { .text = STRBUF_INIT };

	if (node->is_head && !node->is_shadowed)
		add_tag(&tags, "head");
	if (node->is_shadowed)
		add_tag(&tags, "forgotten: a later file has this id");
	if (node->is_in_cycle)
		add_tag(&tags, "cycle");
	if (node->member->parents_unknown)
		add_tag(&tags, "parents computed");
	add_labels(&tags, node->member);
	add_links_tag(d, &tags, "child of ", undrawn);
	add_links_tag(d, &tags, "depends on ", &node->depends);
	if (tags.text.len)
		strbuf_addch(&tags.text, ')');
	strbuf_add(out, tags.text.buf, tags.text.len);
	strbuf_release(&tags.text);
}

/* Puts as much of the message on the line as there is room for. */
static void add_message(struct drawing *d, struct text message, size_t used)
{
	struct strbuf clean = STRBUF_INIT;
	size_t room = used + 1 < TEXT_WIDTH ? TEXT_WIDTH - used - 1 : 0, at = 0, cells = 0;
	bool fits;

	strbuf_add_printable_text(&clean, message);
	fits = utf8_width(clean.buf, clean.len) <= room;
	if (!clean.len || (!fits && room < MESSAGE_MIN))
		goto done;
	while (at < clean.len && !fits) {
		struct utf8_char c = utf8_next(clean.buf + at, clean.len - at);

		cells += utf8_width(clean.buf + at, c.len);
		if (cells > room - 1)
			break;
		at += c.len;
	}
	strbuf_addch(d->out, ' ');
	strbuf_add(d->out, clean.buf, fits ? clean.len : at);
	if (!fits)
		strbuf_addstr(d->out, "…");
done:
	strbuf_release(&clean);
}

static void add_styled(struct drawing *d, enum style style, const struct strbuf *text)
{
	strbuf_addstr(d->out, d->styles->on[style]);
	strbuf_add(d->out, text->buf, text->len);
	if (style != STYLE_PLAIN)
		strbuf_addstr(d->out, d->styles->off);
}

static void write_absent(struct drawing *d, const struct chain_node *node)
{
	struct chain_links none = { NULL, 0 };
	const struct chain_links *by = node->children.count ? &node->children : &node->dependents;
	struct strbuf words = STRBUF_INIT;

	strbuf_add_printable_text(&words, node->revision);
	strbuf_addstr(&words, node->state == CHAIN_MISSING ? " MISSING" : " external");
	add_styled(d, node->state == CHAIN_MISSING ? STYLE_BAD : STYLE_PLAIN, &words);
	strbuf_addstr(d->out, ", named by ");
	add_ids(d, d->out, by->count ? by : &none);
	strbuf_release(&words);
}

static void write_node(struct drawing *d, uint32_t number, const struct chain_links *undrawn, size_t used)
{
	const struct chain_node *node = &d->chain->nodes[number];
	struct strbuf words = STRBUF_INIT, tags = STRBUF_INIT;

	if (!node->member) {
		write_absent(d, node);
		return;
	}
	strbuf_add_printable_text(&words, node->revision);
	add_tags(d, number, undrawn, &tags);
	add_styled(d, node->is_in_cycle || node->is_shadowed ? STYLE_BAD : STYLE_ID, &words);
	strbuf_add(d->out, tags.buf, tags.len);
	used += utf8_width(words.buf, words.len) + utf8_width(tags.buf, tags.len);
	add_message(d, node->member->message, used);
	strbuf_release(&words);
	strbuf_release(&tags);
}

/* --- line by line ------------------------------------------------------------------------------------------------ */

static const char *symbol_of(const struct chain_node *node)
{
	if (node->state == CHAIN_MISSING)
		return "╳";
	if (node->state == CHAIN_EXTERNAL)
		return "◇";
	return node->is_shadowed ? "◌" : "●";
}

/* A line between what does not hang together. */
static void draw_gap(struct drawing *d)
{
	size_t i;

	strbuf_addchn(d->out, ' ', d->options->indent);
	for (i = 0; i < d->lane_count; i++)
		strbuf_addstr(d->out, d->lanes[i] == LANE_NONE ? "  " : "│ ");
	text_end_line(d->out);
}

static void draw_node(struct drawing *d, uint32_t number)
{
	const struct chain_links *parents = &d->chain->nodes[number].parents;
	uint32_t *to = xcalloc(parents->count, sizeof(*to));
	struct chain_links undrawn = { to, 0 };
	struct junction junction;
	size_t i, used;

	for (i = 0; i < parents->count; i++)
		if (parents->to[i] >= number || !has_lane(d, parents->to[i]))
			to[undrawn.count++] = parents->to[i];
	if (number > 0 && undrawn.count == parents->count)
		draw_gap(d);
	plan_line(d, number, &junction);
	used = draw_lanes(d, &junction, symbol_of(&d->chain->nodes[number]));
	write_node(d, number, &undrawn, used);
	text_end_line(d->out);
	move_lanes(d, &junction, number);
	free(to);
}

/* Is the node one of a straight run: the only child of the one before it, with nothing to say about it? */
static bool is_plain(const struct drawing *d, uint32_t number)
{
	const struct chain_node *node = &d->chain->nodes[number];

	if (!node->member || node->is_shadowed || node->is_head || node->is_in_cycle || node->member->label_count ||
		node->member->parents_unknown || node->depends.count || node->dependents.count)
		return false;
	if (number == 0 || node->parents.count != 1 || node->parents.to[0] != number - 1)
		return false;
	if (d->children[number - 1] != 1 || d->children[number] != 1 || d->only[number] != number + 1)
		return false;
	return intern_find(&d->keep, node->revision.ptr, node->revision.len) == INTERN_NONE;
}

/* How many nodes from `first` on are to be folded into one line. */
static size_t run_length(const struct drawing *d, uint32_t first)
{
	size_t count = 0;

	if (d->chain->count <= CHAIN_UNFOLDED_MAX || first == 0 || !has_lane(d, first - 1) || !is_plain(d, first - 1))
		return 0;
	while (first + count + 1 < d->chain->count && is_plain(d, (uint32_t)(first + count)) &&
		is_plain(d, (uint32_t)(first + count + 1)))
		count++;
	return count < RUN_MIN ? 0 : count;
}

static void draw_run(struct drawing *d, uint32_t first, size_t count)
{
	uint32_t last = (uint32_t)(first + count - 1);
	struct junction junction = { .column = lane_of(d, first - 1) };
	struct strbuf words = STRBUF_INIT;

	junction.first = junction.last = junction.column;
	draw_lanes(d, &junction, "┆");
	strbuf_addf(&words, "%zu more, ", count);
	strbuf_add_printable_text(&words, d->chain->nodes[first].revision);
	strbuf_addstr(&words, " to ");
	strbuf_add_printable_text(&words, d->chain->nodes[last].revision);
	add_styled(d, STYLE_LABEL, &words);
	text_end_line(d->out);
	d->lanes[junction.column] = last;
	strbuf_release(&words);
}

static void count_children(struct drawing *d)
{
	uint32_t i;
	size_t k;

	for (i = 0; i < d->chain->count; i++) {
		const struct chain_links *parents = &d->chain->nodes[i].parents;

		for (k = 0; k < parents->count; k++) {
			if (parents->to[k] >= i)
				continue;
			d->children[parents->to[k]]++;
			d->pending[parents->to[k]]++;
			d->only[parents->to[k]] = i;
		}
	}
}

void chain_render_text(const struct chain *chain, const struct chain_text_options *options, struct strbuf *out)
{
	struct drawing d = { .chain = chain, .options = options, .styles = styles_find(options->color), .out = out };
	size_t i, run;

	intern_init(&d.keep);
	for (i = 0; i < options->keep_count; i++)
		intern_add(&d.keep, options->keep[i].ptr, options->keep[i].len);
	d.children = xcalloc(chain->count, sizeof(*d.children));
	d.pending = xcalloc(chain->count, sizeof(*d.pending));
	d.only = xcalloc(chain->count, sizeof(*d.only));
	count_children(&d);
	for (i = 0; i < chain->count; i += run) {
		run = run_length(&d, (uint32_t)i);
		if (run) {
			draw_run(&d, (uint32_t)i, run);
		} else {
			draw_node(&d, (uint32_t)i);
			run = 1;
		}
	}
	intern_release(&d.keep);
	free(d.children);
	free(d.pending);
	free(d.only);
}
