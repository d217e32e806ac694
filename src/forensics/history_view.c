#include "history_view.h"

const struct holder *holders_on(const struct holders *holders, uint32_t side, size_t *count)
{
	size_t i, first;

	for (first = 0; first < holders->count && holders->items[first].side < side; first++)
		;
	for (i = first; i < holders->count && holders->items[i].side == side; i++)
		;
	*count = i - first;
	return holders->items + first;
}

uint32_t first_side_with(const struct holders *holders)
{
	size_t i;

	for (i = 0; i < holders->count; i++)
		if (holders->items[i].side > 0)
			return holders->items[i].side;
	return 0;
}

uint32_t view_parent_commit(const struct view *view, uint32_t side)
{
	uint32_t commit = view->lineage->nodes[view->node].commit;
	const uint32_t *parents = commit_parents(view->commits, commit);
	size_t i, count = commit_parent_count(view->commits, commit);

	if (side == 0 || side > view->parent_count)
		return COMMIT_NONE;
	for (i = 0; i < count; i++)
		if (view->lineage->node_of[parents[i]] == view->parent_nodes[side - 1])
			return parents[i];
	return COMMIT_NONE;
}
