/* Arguments, each ended by NUL, for a table with every kind of option: all are taken, or there is a message. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "revident/cli/options.h"

enum { ARGS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const formats[] = { "text", "json", NULL };
static const struct opt_spec rows[] = {
	{ .letter = 'o', .kind = OPT_VALUE, .metavar = "FILE" },
	{ .letter = 'q', .kind = OPT_FLAG },
	{ .name = "help", .letter = 'h', .kind = OPT_FLAG },
	{ .name = "env", .kind = OPT_LIST, .metavar = "PATH" },
	{ .name = "stub", .kind = OPT_MAYBE, .metavar = "HOW" },
	{ .name = "format", .kind = OPT_VALUE, .metavar = "FORMAT", .choices = formats },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void read_all(const struct options *options, struct arena *arena, size_t args)
{
	const char *const *values;
	const char *format = opt_value(options, "format");

	assert(options->operand_count <= args);
	assert(!format || !strcmp(format, "text") || !strcmp(format, "json"));
	assert(!opt_is_given(options, "o") == !opt_value(options, "o"));
	assert(opt_list(options, arena, "env", &values) <= args);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct opt_spec *items[ROWS];
	const char *args[ARGS_MAX];
	struct options options;
	struct arena arena;
	struct err err = { .kind = ERR_NONE };
	struct opt_set set = { items, ROWS };
	const char *at, *end;
	size_t i, count = 0;

	for (i = 0; i < ROWS; i++)
		items[i] = &rows[i];
	arena_init(&arena);
	at = arena_memdup(&arena, data, size);
	for (end = at + size; at < end && count < ARGS_MAX; at += strlen(at) + 1)
		args[count++] = at;
	if (options_parse(&options, &arena, &set, args, count, &err) == 0)
		read_all(&options, &arena, count);
	else
		assert(err.kind == ERR_USAGE && *err.msg);
	arena_release(&arena);
	return 0;
}
