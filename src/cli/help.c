#include "revident/cli/cmd.h"

#include <string.h>

enum { HELP_WIDTH = 80, HELP_COLUMN = 26 };

/* Adds `text` from column HELP_COLUMN on, broken between words. */
static void add_wrapped(struct strbuf *out, const char *text)
{
	size_t column = HELP_COLUMN;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + len > HELP_WIDTH) {
			strbuf_addch(out, '\n');
			strbuf_addchn(out, ' ', HELP_COLUMN);
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			strbuf_addch(out, ' ');
			column++;
		}
		strbuf_add(out, text, len);
		column += len;
		text += len;
		text += strspn(text, " ");
	}
	strbuf_addch(out, '\n');
}

/* A name in the left column, its text in the right one, on a line of its own where the name is too long. */
static void add_row(struct strbuf *out, const char *name, const char *text)
{
	size_t len = strlen(name);

	strbuf_addf(out, "  %s", name);
	if (len + 4 > HELP_COLUMN) {
		strbuf_addch(out, '\n');
		strbuf_addchn(out, ' ', HELP_COLUMN);
	} else {
		strbuf_addchn(out, ' ', HELP_COLUMN - 2 - len);
	}
	add_wrapped(out, text);
}

static void add_option(struct strbuf *out, const struct opt_spec *spec)
{
	struct strbuf name = STRBUF_INIT;

	if (spec->letter)
		strbuf_addf(&name, "-%c", spec->letter);
	if (spec->letter && spec->name)
		strbuf_addstr(&name, ", ");
	if (spec->name)
		strbuf_addf(&name, "--%s", spec->name);
	if (spec->metavar)
		strbuf_addf(&name, spec->kind == OPT_MAYBE ? "[=%s]" : " %s", spec->metavar);
	add_row(out, name.buf, spec->help);
	strbuf_release(&name);
}

void help_render(struct strbuf *out)
{
	const struct cmd *const *table;
	size_t i, count;

	table = commands(&count);
	strbuf_addstr(out, "revident: what happened to this Alembic revision?\n"
			   "\n"
			   "usage: revident <command> [<option>...] [<operand>...]\n"
			   "\n"
			   "commands:\n");
	for (i = 0; i < count; i++)
		add_row(out, table[i]->name, table[i]->summary);
	strbuf_addstr(out, "\n"
			   "exit status: 0 clean, 1 found or blocked, 2 wrong usage or configuration,\n"
			   "3 could not decide. \"revident help <command>\" says more about one command.\n");
}

void help_render_command(struct strbuf *out, struct arena *arena, const struct cmd *cmd)
{
	struct opt_set set = command_options(cmd, arena);
	size_t i;

	strbuf_addf(out, "revident %s: %s\n\nusage: revident %s [<option>...]%s%s\n", cmd->name, cmd->summary,
		cmd->name, *cmd->operands ? " " : "", cmd->operands);
	if (cmd->details)
		strbuf_addf(out, "\n%s", cmd->details);
	strbuf_addstr(out, "\noptions:\n");
	for (i = 0; i < set.count; i++)
		add_option(out, set.items[i]);
}
