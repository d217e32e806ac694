#include <string.h>

#include "casefile_parts.h"
#include "revident/base/shell.h"

enum { REVISIONS_NAMED = 5 }; /* with more of them, a command names none and means all */

/* --- the repair -------------------------------------------------------------------------------------------------- */

static void add_word(struct strbuf *line, struct text word)
{
	strbuf_addch(line, ' ');
	strbuf_add_shell_word(line, word);
}

static void command_of_step(const struct recover_step *step, struct strbuf *line)
{
	char hex[OID_HEX + 1];

	switch (step->kind) {
	case STEP_RENAME:
		strbuf_addstr(line, "git mv --");
		add_word(line, step->from);
		add_word(line, step->path);
		break;
	case STEP_RESTORE:
		strbuf_addf(line, "git cat-file blob %s >", oid_hex(&step->blob, hex));
		add_word(line, step->path);
		break;
	case STEP_RELINK:
	case STEP_STUB:
	case STEP_KINDS:
		strbuf_addf(line, "# %s", step_kind_name(step->kind));
		add_word(line, step->path);
		break;
	}
	strbuf_addch(line, '\n');
}

static void list_commands(struct page *page)
{
	const struct recover *plan = &page->file->plan;
	struct strbuf lines = STRBUF_INIT;
	size_t i;

	for (i = 0; i < plan->step_count; i++)
		command_of_step(&plan->steps[i], &lines);
	for (i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].kind == STEP_RENAME)
			continue;
		strbuf_addstr(&lines, "git add -- ");
		strbuf_add_shell_pathspec(&lines, plan->steps[i].path);
		strbuf_addch(&lines, '\n');
	}
	page_listing(page, "sh", (struct text){ lines.buf, lines.len });
	strbuf_release(&lines);
}

static void revident_command(struct page *page, const char *options)
{
	const struct casefile *file = page->file;
	struct strbuf line = STRBUF_INIT;
	size_t i, named = file->case_count <= REVISIONS_NAMED ? file->case_count : 0;
	bool is_option = false;

	for (i = 0; i < named; i++)
		is_option =
			is_option || (file->cases[i].life->revision.len && file->cases[i].life->revision.ptr[0] == '-');
	strbuf_addf(&line, "revident recover%s%s", options, is_option ? " --" : "");
	for (i = 0; i < named; i++)
		if (!file->cases[i].life->at_head || file->cases[i].is_planned)
			add_word(&line, file->cases[i].life->revision);
	page_command(page, &line);
	strbuf_release(&line);
}

static void command_item(struct page *page, const char *before, const char *command, const char *after)
{
	page_open(page, PAGE_ITEM);
	page_words(page, "%s ", before);
	page_styled(page, PAGE_CODE, "%s", command);
	page_words(page, "%s", after);
	page_close(page, PAGE_ITEM);
}

static size_t damaged_branches(const struct casefile *file)
{
	size_t i, k, count = 0;

	for (i = 0; i < file->case_count; i++) {
		count += file->cases[i].damaged.more_branches;
		for (k = 0; k < file->cases[i].damaged.count; k++)
			count += !file->cases[i].damaged.items[k].is_tag;
	}
	return count;
}

static bool has_stamps(const struct casefile *file)
{
	size_t i;

	for (i = 0; i < file->case_count; i++)
		if (file->cases[i].row_count)
			return true;
	return false;
}

static void list_next_steps(struct page *page)
{
	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "Then, in this order:");
	page_close(page, PAGE_PARAGRAPH);
	page_open(page, PAGE_LIST);
	command_item(
		page, "Check:", "revident audit", " must have no error left, and draw the chain that is drawn above.");
	command_item(page, "Try it out on an empty database:", "alembic upgrade head", " must go through.");
	page_open(page, PAGE_ITEM);
	page_words(page, "Commit. Hooks let it through: what counts is the id, not the path.");
	page_close(page, PAGE_ITEM);
	if (damaged_branches(page->file) > 1) {
		page_open(page, PAGE_ITEM);
		page_words(page, "Bring that commit to every branch that is listed with the damage.");
		page_close(page, PAGE_ITEM);
	}
	page_open(page, PAGE_ITEM);
	page_words(page, has_stamps(page->file)
				 ? "Bring the databases up with the commands of the table under \"Impact\"."
				 : "Hold every database against the models: which content it ran, no stamp says.");
	page_close(page, PAGE_ITEM);
	command_item(page, "So that it does not happen again:", "revident hooks install",
		", and a check in CI (see \"Prevention\").");
	page_close(page, PAGE_LIST);
}

static void say_plan(struct page *page)
{
	const struct recover *plan = &page->file->plan;
	size_t i;

	page_open(page, PAGE_PARAGRAPH);
	if (plan->refusal.ptr) {
		page_styled(page, PAGE_BAD, "The plan must not be applied:");
		page_words(page, " ");
		page_prose(page, plan->refusal);
		page_close(page, PAGE_PARAGRAPH);
		return;
	}
	if (!plan->step_count) {
		page_words(page, "There is no step that could be planned.");
		page_close(page, PAGE_PARAGRAPH);
		return;
	}
	page_words(page, "From the top of the work tree; ");
	revident_command(page, " --apply");
	page_words(page, " does the same, all or nothing:");
	page_close(page, PAGE_PARAGRAPH);
	list_commands(page);
	list_next_steps(page);
	for (i = 0; i < plan->note_count; i++) {
		page_open(page, PAGE_PARAGRAPH);
		page_styled(page, PAGE_STRONG, "Note:");
		page_words(page, " ");
		page_prose(page, plan->notes[i]);
		page_close(page, PAGE_PARAGRAPH);
	}
}

static void say_unrecoverable(struct page *page)
{
	const struct recover *plan = &page->file->plan;
	size_t i, k;

	for (i = 0; i < plan->unrecoverable_count; i++) {
		const struct unrecoverable *u = &plan->unrecoverable[i];

		page_open(page, PAGE_PARAGRAPH);
		page_code(page, u->revision);
		if (u->choice_count) {
			page_words(
				page, " was found in several versions that nothing orders; choose one with --blob: ");
			for (k = 0; k < u->choice_count && k < 10; k++) {
				page_words(page, k ? ", " : "");
				page_oid(page, &u->choices[k].blob);
			}
			page_words(page, ".");
		} else {
			page_words(page, " was not found in ");
			page_count(page, u->searched.commits, "commit");
			page_words(page, ", ");
			page_count(page, u->searched.refs, "ref");
			page_words(page, ", %zu reflog %s, %zu index %s and ", u->searched.reflog_entries,
				u->searched.reflog_entries == 1 ? "entry" : "entries", u->searched.index_entries,
				u->searched.index_entries == 1 ? "entry" : "entries");
			page_count(page, u->searched.unreachable_objects, "object");
			page_words(page, " that nothing leads to.");
		}
		page_close(page, PAGE_PARAGRAPH);
	}
}

/* The other ways, what each costs, and how it is done. */
static const struct {
	const char *name, *how, *price; /* `how` NULL: it depends on the cases */
	bool is_words;                  /* `how` is no command */
} ways[] = {
	{ "restore", "revident recover --apply",
		"None known: every database that ran the lost file goes on, and a new one is built whole. Needs the "
		"file, which must be found.",
		false },
	{ "re-link", NULL,
		"The children name another parent, the lost file stays away. New databases never get what it created; "
		"those that are stamped with it must be stamped by hand. Right where its content goes on under "
		"another id.",
		false },
	{ "stub", NULL,
		"A stand-in with the lost id. Databases beyond it go on; a new database stops at it, or with =pass "
		"lacks what the lost file created.",
		false },
	{ "squash", "one new migration (alembic revision --autogenerate) in place of all",
		"History is given up: every existing database has to be at the head first and be stamped anew. What "
		"models do not say (data, triggers, functions) is lost.",
		true },
	{ "stamp", "alembic stamp --purge REVISION",
		"Mends no file. Where a chain loads it silences one database, and hides whether the database has what "
		"the lost file created; with a missing parent it fails as well.",
		false },
};

/* `recover` re-links only to where the content goes on, and makes a stand-in only for what it does not find. */
static void say_how(struct page *page, const char *way)
{
	const struct casefile *file = page->file;
	bool is_relink = !strcmp(way, "re-link"), does = false;
	size_t i;

	for (i = 0; i < file->case_count; i++)
		does = does ||
		       (is_relink ? file->cases[i].life->successor.revision.ptr != NULL : !file->cases[i].lost.is_read);
	if (does)
		page_code(page, is_relink ? TEXT_LITERAL("revident recover --relink")
					  : TEXT_LITERAL("revident recover --stub"));
	else if (is_relink)
		page_words(page, "by hand: the children's down_revision becomes what the lost file declares");
	else
		page_words(page,
			"by hand: a file that declares the lost id and its parent, with an upgrade() that raises");
}

static void table_of_ways(struct page *page)
{
	size_t i;

	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "The ways of repair and their price:");
	page_close(page, PAGE_PARAGRAPH);
	page_open(page, PAGE_TABLE);
	page_open(page, PAGE_HEAD);
	page_cell(page, "way");
	page_cell(page, "how");
	page_cell(page, "price");
	page_close(page, PAGE_HEAD);
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		page_open(page, PAGE_ROW);
		page_open(page, PAGE_CELL);
		page_styled(page, PAGE_STRONG, "%s", ways[i].name);
		page_close(page, PAGE_CELL);
		page_open(page, PAGE_CELL);
		if (!ways[i].how)
			say_how(page, ways[i].name);
		else if (ways[i].is_words)
			page_words(page, "%s", ways[i].how);
		else
			page_code(page, text_of(ways[i].how));
		page_close(page, PAGE_CELL);
		page_cell(page, ways[i].price);
		page_close(page, PAGE_ROW);
	}
	page_close(page, PAGE_TABLE);
}

/* What is there, and not loaded: no step of a plan is for it. Returns whether there is any other case. */
static bool say_not_loaded(struct page *page)
{
	const struct casefile *file = page->file;
	size_t i, count = 0;

	for (i = 0; i < file->case_count; i++) {
		if (!file->cases[i].life->is_not_loaded)
			continue;
		count++;
		page_open(page, PAGE_PARAGRAPH);
		page_code(page, file->cases[i].life->path);
		page_words(page, " is whole: move it into a directory that Alembic reads, or let ");
		page_code(page, TEXT_LITERAL("version_locations"));
		page_words(page, " name the one where it stands.");
		page_close(page, PAGE_PARAGRAPH);
	}
	return count < file->case_count;
}

void write_repair(struct page *page)
{
	const struct casefile *file = page->file;

	if (!say_not_loaded(page))
		return;
	if (file->plan_failure) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "No plan could be made: ");
		page_prose(page, text_of(file->plan_failure));
		page_words(page, ".");
		page_close(page, PAGE_PARAGRAPH);
	} else if (!file->has_plan) {
		page_open(page, PAGE_PARAGRAPH);
		page_words(page, "HEAD names nothing that it lacks: there is nothing that must be repaired.");
		page_close(page, PAGE_PARAGRAPH);
		return;
	} else {
		say_plan(page);
		say_unrecoverable(page);
	}
	table_of_ways(page);
}

/* --- prevention -------------------------------------------------------------------------------------------------- */

static void list_hooks(struct page *page)
{
	size_t i;

	if (!page->file->hook_count)
		return;
	page_open(page, PAGE_PARAGRAPH);
	page_words(page, "Hooks of this clone: ");
	for (i = 0; i < page->file->hook_count; i++) {
		page_words(page, i ? ", " : "");
		page_code(page, text_of(page->file->hooks[i].name));
		page_words(page, " %s", page->file->hooks[i].state);
	}
	page_words(page, ". ");
	page_code(page, TEXT_LITERAL("revident hooks install"));
	page_words(page, " puts them in; a server's pre-receive, or ");
	page_code(page, TEXT_LITERAL("revident check --range"));
	page_words(page, " in CI, holds for everybody.");
	page_close(page, PAGE_PARAGRAPH);
}

static bool loss_is_by_service(const struct lost_case *c)
{
	size_t i;

	for (i = 0; i < c->moment_count; i++)
		if (c->moments[i].kind == MOMENT_EVENT && c->moments[i].event == c->loss)
			return c->moments[i].by_service;
	for (i = 0; i < c->moment_count; i++)
		if (oid_equal(&c->moments[i].commit->id, &c->loss->commit->id))
			return c->moments[i].by_service;
	return false;
}

void write_prevention(struct page *page, const struct lost_case *c)
{
	const struct rule *rule = rule_get(c->rule);

	page_open(page, PAGE_PARAGRAPH);
	if (c->has_rule) {
		page_words(page, "The rule ");
		page_code(page, text_of(rule->name));
		page_words(page, " of ");
		page_code(page, TEXT_LITERAL("revident check"));
		page_words(page, " (\"%s\") is about this very change; its level here is ", rule->summary);
		page_styled(page, PAGE_STRONG, "%s", level_name(c->rule_level));
		page_words(page, c->rule_level == LEVEL_ERROR ? ", which blocks the commit, the push and the merge"
							      : ", which blocks nothing");
		page_words(
			page, page->file->protects_all ? "." : " where the revision is published; elsewhere it warns.");
		if (loss_is_by_service(c))
			page_words(page,
				" The commit was made by the hosting service, where no client hook runs: only a "
				"check in CI or on the server would have stopped it.");
	} else {
		page_words(page, "The rule ");
		page_code(page, text_of(rule_get(RULE_MISSING_REVISION)->name));
		page_words(page, " of ");
		page_code(page, TEXT_LITERAL("revident audit"));
		page_words(page, " reports a migration that names what is not there.");
	}
	page_close(page, PAGE_PARAGRAPH);
	list_hooks(page);
}
