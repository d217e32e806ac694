#include <stdlib.h>

#include "casefile_parts.h"
#include "revident/base/intern.h"
#include "revident/base/xalloc.h"

/* Chains with no more revisions have all their files listed; rows of such a list. */
enum { CHAIN_FILES_MAX = 12, FILES_SHOWN = 40 };

/* The files of a chain that Alembic loads, by id. */
struct loaded {
	struct intern ids;
	const struct chain_node **nodes; /* by number in `ids` */
};

static void loaded_init(struct loaded *loaded, const struct chain *chain)
{
	size_t i, before;

	intern_init(&loaded->ids);
	loaded->nodes = xcalloc(chain->count, sizeof(struct chain_node *));
	for (i = 0; i < chain->count; i++) {
		const struct chain_node *node = &chain->nodes[i];

		before = loaded->ids.count;
		if (!node->is_shadowed && intern_add(&loaded->ids, node->revision.ptr, node->revision.len) == before)
			loaded->nodes[before] = node;
	}
}

static void loaded_release(struct loaded *loaded)
{
	intern_release(&loaded->ids);
	free(loaded->nodes);
}

static const struct chain_node *node_of(const struct loaded *loaded, struct text revision)
{
	uint32_t number = intern_find(&loaded->ids, revision.ptr, revision.len);

	return number == INTERN_NONE ? NULL : loaded->nodes[number];
}

static struct text path_of(const struct chain_node *node)
{
	return node && node->member ? node->member->path : TEXT_NONE;
}

static bool is_linked(const struct chain *chain, const struct chain_links *links, struct text revision)
{
	size_t i;

	for (i = 0; i < links->count; i++)
		if (text_equal(chain->nodes[links->to[i]].revision, revision))
			return true;
	return false;
}

/* Of a short chain every file; of a long one what the loss and the repair are about. */
static bool is_worth_a_row(const struct lost_case *c, const struct loaded *at_head, const struct chain *chain,
	const struct chain_node *node)
{
	struct text now = path_of(node_of(at_head, node->revision));

	return chain->count <= CHAIN_FILES_MAX || text_equal(node->revision, c->life->revision) ||
	       is_linked(chain, &node->parents, c->life->revision) ||
	       is_linked(chain, &node->depends, c->life->revision) ||
	       is_linked(chain, &node->children, c->life->revision) ||
	       (c->should_be && !text_equal(now, path_of(node)));
}

static void cell_path(struct page *page, struct text path)
{
	page_open(page, PAGE_CELL);
	if (path.ptr)
		page_code(page, path);
	else
		page_styled(page, PAGE_BAD, "none");
	page_close(page, PAGE_CELL);
}

static void row_of_file(struct page *page, const struct lost_case *c, const struct loaded *at_head,
	const struct chain *chain, const struct chain_node *node)
{
	size_t i;

	page_open(page, PAGE_ROW);
	page_open(page, PAGE_CELL);
	page_code(page, node->revision);
	page_close(page, PAGE_CELL);
	page_open(page, PAGE_CELL);
	for (i = 0; i < node->parents.count; i++) {
		page_words(page, i ? ", " : "");
		page_code(page, chain->nodes[node->parents.to[i]].revision);
	}
	if (node->state == CHAIN_MISSING)
		page_words(page, "not known");
	else if (!node->parents.count)
		page_words(page, "none, a base");
	page_close(page, PAGE_CELL);
	cell_path(page, path_of(node_of(at_head, node->revision)));
	if (c->should_be)
		cell_path(page, path_of(node));
	page_close(page, PAGE_ROW);
}

static void table_of_files(struct page *page, const struct lost_case *c)
{
	const struct chain *chain = c->should_be ? c->should_be : &c->environment->chain;
	struct loaded at_head;
	size_t i, rows = 0;

	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "The files (Alembic goes by what they declare, never by their names):");
	page_close(page, PAGE_PARAGRAPH);
	page_open(page, PAGE_TABLE);
	page_open(page, PAGE_HEAD);
	page_cell(page, "revision");
	page_cell(page, "its parent");
	page_cell(page, "its file at HEAD");
	if (c->should_be)
		page_cell(page, c->is_whole_plan ? "its file after the repair" : "where it belongs");
	page_close(page, PAGE_HEAD);
	loaded_init(&at_head, &c->environment->chain);
	for (i = 0; i < chain->count && rows < FILES_SHOWN; i++) {
		if (chain->nodes[i].is_shadowed || !is_worth_a_row(c, &at_head, chain, &chain->nodes[i]))
			continue;
		row_of_file(page, c, &at_head, chain, &chain->nodes[i]);
		rows++;
	}
	loaded_release(&at_head);
	page_close(page, PAGE_TABLE);
}

void write_chains(struct page *page, const struct lost_case *c)
{
	if (!c->environment) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "HEAD has no environment ");
		page_code(page, c->life->environment);
		page_words(page, ".");
		page_close(page, PAGE_PARAGRAPH);
		return;
	}
	page_open(page, PAGE_PARAGRAPH);
	page_styled(page, PAGE_STRONG, "As it is");
	page_words(page, " at HEAD:");
	page_close(page, PAGE_PARAGRAPH);
	page_chain(page, "The chain as it is", &c->environment->chain, c);
	if (c->should_be) {
		page_open(page, PAGE_PARAGRAPH);
		page_styled(page, PAGE_STRONG, "As it should be");
		page_words(page, c->is_whole_plan ? ", and is after the repair (tried out on HEAD's tree in memory):"
						  : ", from what the lost file declares:");
		page_close(page, PAGE_PARAGRAPH);
		page_chain(page, "The chain as it should be", c->should_be, c);
	}
	if (!c->life->at_head)
		table_of_files(page, c);
}
