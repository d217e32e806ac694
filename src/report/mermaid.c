#include <string.h>

#include "casefile_parts.h"
#include "chain_fold.h"
#include "page.h"
#include "picture.h"

enum { UNFOLDED_MAX = 30, ITEMS_MAX = 150, EDGES_MAX = 400, LABEL_MAX = 80, ID_MAX = 120, MOMENTS_MAX = 40 };

/* Inside a quoted label: what is no letter, digit, blank or plain mark goes as Mermaid's `#number;`. */
static void add_label(const struct casefile *file, struct text text, size_t max, struct strbuf *out)
{
	struct strbuf clean = STRBUF_INIT;
	size_t i;

	page_clean(file, text, max, &clean);
	for (i = 0; i < clean.len; i++) {
		unsigned char c = (unsigned char)clean.buf[i];

		if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			strchr(" .,:()/-_", c))
			strbuf_addch(out, (char)c);
		else
			strbuf_addf(out, "#%u;", c);
	}
	strbuf_release(&clean);
}

static const char *class_of(const struct fold_item *item)
{
	if (item->count > 1)
		return "fold";
	if (item->node->state == CHAIN_MISSING)
		return "missing";
	if (item->node->state == CHAIN_EXTERNAL)
		return "external";
	if (item->node->is_shadowed)
		return "shadowed";
	return item->node->is_head ? "head" : "present";
}

static void add_node(const struct picture_options *o, const struct fold_item *item, size_t number, struct strbuf *out)
{
	strbuf_addf(out, "    n%zu[\"", number);
	if (item->count > 1) {
		strbuf_addf(out, "%zu revisions, ", item->count);
		add_label(o->file, item->node->revision, ID_MAX, out);
		strbuf_addstr(out, " to ");
		add_label(o->file, item->last->revision, ID_MAX, out);
	} else {
		add_label(o->file, item->node->revision, ID_MAX, out);
		if (item->node->state == CHAIN_MISSING)
			strbuf_addstr(out, " is MISSING");
		if (item->node->state == CHAIN_EXTERNAL)
			strbuf_addstr(out, " from another package");
		if (item->node->is_head)
			strbuf_addstr(out, " head");
		if (item->node->member && item->node->member->message.len) {
			strbuf_addstr(out, "<br>");
			add_label(o->file, item->node->member->message, LABEL_MAX, out);
		}
	}
	strbuf_addf(out, "\"]:::%s\n", class_of(item));
}

static void add_classes(struct strbuf *out)
{
	strbuf_addstr(out, "    classDef missing fill:#ffebe9,stroke:#cf222e,color:#82071e,stroke-dasharray:5 3\n"
			   "    classDef head stroke-width:3px\n"
			   "    classDef present stroke-width:1px\n"
			   "    classDef external stroke-dasharray:2 2\n"
			   "    classDef shadowed stroke-dasharray:2 4\n"
			   "    classDef fold stroke-dasharray:1 3\n");
}

static void add_chain(const struct chain *chain, const struct picture_options *o, size_t items_max, struct strbuf *out)
{
	const struct fold_options how = { .keep = o->keep,
		.keep_count = o->keep_count,
		.unfolded_max = UNFOLDED_MAX,
		.items_max = items_max,
		.edges_max = EDGES_MAX };
	struct chain_fold fold;
	size_t i;

	chain_fold_make(chain, &how, &fold);
	strbuf_addf(out, "flowchart TD\n    accTitle: %s\n", o->title);
	for (i = 0; i < fold.count; i++)
		add_node(o, &fold.items[i], i, out);
	for (i = 0; i < fold.edge_count; i++)
		strbuf_addf(out, "    n%u %s n%u\n", fold.edges[i].from, fold.edges[i].by_dependency ? "-.->" : "-->",
			fold.edges[i].to);
	if (fold.left_out)
		strbuf_addf(out, "    more[\"and %zu more revisions that are not drawn\"]:::fold\n", fold.left_out);
	add_classes(out);
	chain_fold_release(&fold);
}

void mermaid_add_chain(const struct chain *chain, const struct picture_options *o, struct strbuf *out)
{
	size_t before = out->len, items_max = ITEMS_MAX;

	for (;;) {
		add_chain(chain, o, items_max, out);
		if (out->len - before < MERMAID_MAX || items_max <= 2)
			return;
		strbuf_setlen(out, before);
		items_max /= 2;
	}
}

static void add_moment(const struct picture_options *o, const struct moment *m, size_t number, struct strbuf *out)
{
	char utc[SIGNATURE_TIME_MAX];
	const char *at = m->commit->committer.has_time ? signature_time_utc(&m->commit->committer, utc) : "unknown";
	bool bad = m->kind == MOMENT_EVENT && event_kind_is_loss(m->event->kind);

	strbuf_addf(out, "    m%zu[\"", number);
	add_label(o->file, text_of(at), SIGNATURE_TIME_MAX, out);
	strbuf_addstr(out, "<br>");
	add_label(o->file, text_of(moment_words(m)), LABEL_MAX, out);
	if (m->ref.ptr) {
		strbuf_addstr(out, " on ");
		add_label(o->file, m->ref, ID_MAX, out);
	}
	strbuf_addf(out, "\"]:::%s\n", bad ? "missing" : "present");
}

void mermaid_add_timeline(const struct lost_case *c, const struct picture_options *o, struct strbuf *out)
{
	size_t i, count = c->moment_count < MOMENTS_MAX ? c->moment_count : MOMENTS_MAX;
	char span[SPAN_MAX];

	strbuf_addf(out, "flowchart LR\n    accTitle: %s\n", o->title);
	for (i = 0; i < count; i++)
		add_moment(o, &c->moments[i], i, out);
	for (i = 1; i < count; i++) {
		const struct signature *a = &c->moments[i - 1].commit->committer, *b = &c->moments[i].commit->committer;

		if (a->has_time && b->has_time && b->time >= a->time)
			strbuf_addf(
				out, "    m%zu -->|\"%s\"| m%zu\n", i - 1, describe_span(b->time - a->time, span), i);
		else
			strbuf_addf(out, "    m%zu --> m%zu\n", i - 1, i);
	}
	add_classes(out);
}
