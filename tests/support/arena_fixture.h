/*
 * arena_fixture: cmocka's setup and teardown for tests that need an arena and nothing else; `*state` is a struct arena.
 */
#ifndef REVIDENT_TESTS_ARENA_FIXTURE_H
#define REVIDENT_TESTS_ARENA_FIXTURE_H

int new_arena(void **state);
int drop_arena(void **state);

#endif
