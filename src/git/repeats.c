#include "revident/git/repeats.h"

void repeats_init(struct repeats *repeats, size_t max)
{
	intern_init(&repeats->trees);
	repeats->left = max;
}

void repeats_release(struct repeats *repeats)
{
	intern_release(&repeats->trees);
}

bool repeats_allow(struct repeats *repeats, const struct oid *tree, size_t len)
{
	size_t before = repeats->trees.count, cost = len + OID_BYTES; /* an empty one takes time as well */

	intern_add(&repeats->trees, tree->bytes, OID_BYTES);
	if (repeats->trees.count > before)
		return true;
	if (cost > repeats->left)
		return false;
	repeats->left -= cost;
	return true;
}

void repeats_say(struct repo *repo)
{
	repo_add_limit(repo, "the same trees stand at too many paths: they were not looked at in all of them");
}
