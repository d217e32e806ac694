#include "tree_layout.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/text.h"
#include "revident/base/xalloc.h"

enum { KEPT_BYTES_MAX = 64 * 1024 }; /* there is one for each directory that is watched */

bool tree_layout_fits(const struct tree_layout *layout, const struct object *tree)
{
	const unsigned char *old = layout->tree.bytes, *now = tree->bytes;
	size_t at = 0, k = 0;

	if (!old || tree->len != layout->tree.len)
		return false;
	for (;;) {
		at += bytes_in_common(old + at, now + at, tree->len - at);
		if (at == tree->len)
			return true;
		while (k < layout->count && layout->ids[k] + OID_BYTES <= at)
			k++;
		if (k == layout->count || at < layout->ids[k])
			return false;
		at = layout->ids[k] + OID_BYTES;
	}
}

static bool find_ids(struct tree_layout *layout, const struct object *tree)
{
	struct tree_iter it = { tree->bytes, tree->len };
	struct tree_entry entry;
	int got;

	layout->count = 0;
	while ((got = tree_next(&it, &entry)) > 0) {
		VEC_GROW(layout->ids, layout->count, layout->cap);
		layout->ids[layout->count++] = (uint32_t)(tree->len - it.len - OID_BYTES);
	}
	return got == 0;
}

void tree_layout_take(struct tree_layout *layout, struct object *tree, bool fits)
{
	bool is_kept = fits || (tree->len <= KEPT_BYTES_MAX && find_ids(layout, tree));

	if (layout->tree.bytes)
		object_release(&layout->tree);
	if (is_kept)
		layout->tree = *tree;
	else
		object_release(tree);
	if (!is_kept)
		memset(&layout->tree, 0, sizeof(layout->tree));
}

void tree_layout_release(struct tree_layout *layout)
{
	if (layout->tree.bytes)
		object_release(&layout->tree);
	free(layout->ids);
	memset(layout, 0, sizeof(*layout));
}
