#include "revident/forensics/dir_set.h"

struct owned_dir {
	uint32_t owner, dir;
};

void dir_set_init(struct dir_set *set)
{
	intern_init(&set->keys);
}

void dir_set_release(struct dir_set *set)
{
	intern_release(&set->keys);
}

bool dir_set_add(struct dir_set *set, uint32_t owner, uint32_t dir)
{
	struct owned_dir key = { owner, dir };
	size_t before = set->keys.count;

	return intern_add(&set->keys, &key, sizeof(key)) == before;
}

uint32_t dir_set_number(const struct dir_set *set, uint32_t owner, uint32_t dir)
{
	struct owned_dir key = { owner, dir };

	return intern_find(&set->keys, &key, sizeof(key));
}

bool dir_set_has(const struct dir_set *set, uint32_t owner, uint32_t dir)
{
	return dir_set_number(set, owner, dir) != INTERN_NONE;
}

bool dir_set_covers(const struct dir_set *set, const struct study *study, uint32_t owner, uint32_t path)
{
	for (; path != INTERN_NONE; path = study_path_dir(study, path))
		if (dir_set_has(set, owner, path))
			return true;
	return false;
}
