#include "revident/cli/cmd.h"

#include <assert.h>
#include <string.h>

#include "revident/base/printable.h"

enum { COMMANDS_MAX = 32 };

const struct cmd *const *commands(size_t *count)
{
	static const struct cmd *const table[] = {
		&cmd_audit,
		&cmd_check,
		&cmd_explain,
		&cmd_help,
		&cmd_hooks,
		&cmd_recover,
		&cmd_report,
		&cmd_scan,
		&cmd_schema,
		&cmd_show,
		&cmd_version,
	};

	*count = sizeof(table) / sizeof(table[0]);
	return table;
}

const struct cmd *command_find(const char *name)
{
	const struct cmd *const *table;
	size_t i, count;

	table = commands(&count);
	for (i = 0; i < count; i++)
		if (!strcmp(table[i]->name, name))
			return table[i];
	return NULL;
}

int command_unknown(const char *name, struct err *err)
{
	const char *names[COMMANDS_MAX];
	const struct cmd *const *table;
	struct strbuf shown = STRBUF_INIT;
	const char *near;
	size_t i, count;

	table = commands(&count);
	assert(count <= COMMANDS_MAX);
	for (i = 0; i < count; i++)
		names[i] = table[i]->name;
	near = suggest(name, names, count);
	strbuf_add_printable(&shown, name, strlen(name));
	if (near)
		err_set(err, ERR_USAGE, "unknown command \"%s\"; did you mean \"%s\"?", shown.buf, near);
	else
		err_set(err, ERR_USAGE, "unknown command \"%s\"; \"revident help\" lists the commands", shown.buf);
	strbuf_release(&shown);
	return -1;
}

static const char *const color_choices[] = { "auto", "always", "never", NULL };

/* The common options, each with the group that a command must have to take it; 0 is everybody's. */
static const struct {
	unsigned group;
	struct opt_spec spec;
} common_rows[] = {
	{ 0, { .letter = 'C', .kind = OPT_VALUE, .metavar = "DIR", .help = "work as if started in DIR" } },
	{ COMMON_ENVIRONMENTS, { .name = "env",
				       .kind = OPT_LIST,
				       .metavar = "PATH",
				       .help = "only the environment at PATH; repeatable" } },
	{ COMMON_ENVIRONMENTS,
		{ .name = "versions-dir",
			.kind = OPT_LIST,
			.metavar = "PATH",
			.help = "treat PATH as a versions directory, whatever the configuration says; repeatable" } },
	{ COMMON_ALL, { .name = "all",
			      .kind = OPT_FLAG,
			      .help = "start from every ref and every worktree's HEAD, not only HEAD" } },
	{ COMMON_DEEP,
		{ .name = "deep", .kind = OPT_FLAG, .help = "search every commit's whole tree for environments" } },
	{ COMMON_OUTPUT, { .letter = 'o',
				 .kind = OPT_VALUE,
				 .metavar = "FILE",
				 .help = "write the result to FILE, whole or not at all" } },
	{ 0, { .name = "color",
		     .kind = OPT_VALUE,
		     .metavar = "WHEN",
		     .help = "colour the text: auto, always or never",
		     .choices = color_choices } },
	{ 0, { .name = "no-progress", .kind = OPT_FLAG, .help = "draw no progress on a terminal" } },
	{ COMMON_HISTORY, { .name = "no-commit-graph",
				  .kind = OPT_FLAG,
				  .help = "read every commit, whatever a commit-graph says" } },
	{ COMMON_HISTORY, { .name = "no-cache",
				  .kind = OPT_FLAG,
				  .help = "neither use nor keep what earlier runs found out about packs" } },
	{ 0, { .letter = 'q', .kind = OPT_FLAG, .help = "no notes on standard error, only errors" } },
	{ 0, { .letter = 'v', .kind = OPT_FLAG, .help = "say on standard error how long each part took" } },
	{ 0, { .name = "help", .letter = 'h', .kind = OPT_FLAG, .help = "print this help" } },
	{ 0, { .name = "version", .kind = OPT_FLAG, .help = "print the version" } },
};

static const struct opt_spec *format_row(const struct cmd *cmd, struct arena *arena)
{
	struct opt_spec *row = arena_alloc(arena, sizeof(*row));
	struct strbuf help = STRBUF_INIT;
	size_t i;

	for (i = 0; cmd->formats[i]; i++)
		strbuf_addf(&help, "%s%s", i == 0 ? "" : cmd->formats[i + 1] ? ", " : " or ", cmd->formats[i]);
	*row = (struct opt_spec){
		.name = "format",
		.kind = OPT_VALUE,
		.metavar = "FORMAT",
		.help = arena_strdup(arena, help.buf),
		.choices = cmd->formats,
	};
	strbuf_release(&help);
	return row;
}

struct opt_set command_options(const struct cmd *cmd, struct arena *arena)
{
	enum { COMMON_ROWS = sizeof(common_rows) / sizeof(common_rows[0]) };
	const struct opt_spec **rows;
	const struct opt_spec *own;
	size_t i, count = 0, own_count = 0;

	for (own = cmd->opts; own && !opt_is_end(own); own++)
		own_count++;
	rows = arena_calloc(arena, own_count + COMMON_ROWS + 1, sizeof(*rows));
	for (i = 0; i < own_count; i++)
		rows[count++] = &cmd->opts[i];
	if (cmd->formats)
		rows[count++] = format_row(cmd, arena);
	for (i = 0; i < COMMON_ROWS; i++)
		if (!common_rows[i].group || (common_rows[i].group & cmd->common))
			rows[count++] = &common_rows[i].spec;
	return (struct opt_set){ rows, count };
}
