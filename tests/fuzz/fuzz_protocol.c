/* Any bytes as what git tells pre-push and pre-receive: all lines are read, or there is a message. */
#include <stdint.h>
#include <string.h>

#include "place.h"
#include "revident/hook/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int parse_fn(
	struct arena *arena, const char *bytes, size_t len, struct hook_update **out, size_t *count, struct err *err);

static void try_one(parse_fn *parse, const char *bytes, size_t size)
{
	struct hook_update *updates;
	struct arena arena;
	struct err err;
	size_t i, count = 0;

	arena_init(&arena);
	err_clear(&err);
	if (parse(&arena, bytes, size, &updates, &count, &err) < 0)
		require(err.kind == ERR_USAGE && *err.msg);
	else
		require(count <= size / (2 * OID_HEX));
	for (i = 0; err.kind == ERR_NONE && i < count; i++) {
		require(updates[i].ref.len > 0);
		require(!memchr(updates[i].ref.ptr, '\n', updates[i].ref.len));
	}
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_one(hook_parse_push, (const char *)data, size);
	try_one(hook_parse_receive, (const char *)data, size);
	return 0;
}
