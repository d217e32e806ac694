#include "arena_fixture.h"

#include "revident/base/arena.h"

int new_arena(void **state)
{
	static struct arena arena;

	arena_init(&arena);
	*state = &arena;
	return 0;
}

int drop_arena(void **state)
{
	arena_release(*state);
	return 0;
}
