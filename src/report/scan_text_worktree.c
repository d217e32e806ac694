#include "revident/base/shell.h"
#include "scan_text.h"

/* Files named of each kind that breaks nothing. */
enum { FILES_SHOWN = 5 };

static const char *subject(const struct worktree_change *change)
{
	return change->in_index ? "your index" : "your work tree";
}

/* " deletes X (PATH):" and the like */
static void add_deed(struct paragraph *p, const struct worktree_change *change)
{
	static const char *const verbs[WORKTREE_KINDS] = {
		[WORKTREE_DELETED] = "deletes",
		[WORKTREE_OVERWRITTEN] = "overwrites",
		[WORKTREE_REIDENTIFIED] = "gives another id to",
		[WORKTREE_STRIPPED] = "takes the id from",
	};

	paragraph_add(p, " ");
	paragraph_add_styled(p, STYLE_BAD, verbs[change->kind] ? verbs[change->kind] : "changes");
	paragraph_add(p, " ");
	paragraph_add_token(p, STYLE_ID, change->revision);
	if (change->new_revision.ptr) {
		paragraph_add(p, change->kind == WORKTREE_REIDENTIFIED ? ": " : " with ");
		paragraph_add_token(p, STYLE_ID, change->new_revision);
	}
	paragraph_add(p, " in ");
	paragraph_add_token(p, STYLE_PLAIN, change->path);
	paragraph_add(p, ".");
}

static void add_breaking(struct scan_text *t, const struct worktree_change *change, bool is_first)
{
	struct strbuf command = STRBUF_INIT;
	struct paragraph p;

	if (is_first)
		text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	if (is_first)
		paragraph_addf(&p, "HEAD is %s; ", t->deciding ? "not whole, and more would be lost" : "whole");
	paragraph_add(&p, is_first ? subject(change) : change->in_index ? "Your index" : "Your work tree");
	add_deed(&p, change);
	paragraph_end(&p);
	strbuf_addf(&command, "git restore%s", change->in_index ? " --staged --worktree" : "");
	strbuf_add_shell_operand(&command, change->path);
	text_add_labelled_command(t->out, t->styles, "undo", command.buf);
	strbuf_release(&command);
}

/* What a kind that breaks nothing says of its files. */
static const char *harmless_label(const struct worktree_change *change)
{
	if (change->kind == WORKTREE_ADDED)
		return change->in_index ? "staged" : "new";
	return worktree_kind_name(change->kind);
}

static void add_harmless(struct scan_text *t, enum worktree_kind kind, bool in_index)
{
	const struct scan *scan = t->scan;
	size_t i, count = 0;
	struct paragraph p;

	for (i = 0; i < scan->worktree_count; i++) {
		const struct worktree_change *change = &scan->worktree[i];

		if (change->breaks || change->kind != kind || change->in_index != in_index || count++ >= FILES_SHOWN)
			continue;
		paragraph_begin_labelled(&p, t->out, t->styles, harmless_label(change));
		paragraph_add_token(&p, STYLE_ID, change->revision);
		paragraph_add(&p, " ");
		paragraph_add_token(&p, STYLE_PLAIN, change->path);
		paragraph_end(&p);
	}
	if (count > FILES_SHOWN) {
		paragraph_begin_labelled(&p, t->out, t->styles, "");
		paragraph_addf(&p, "and %zu more", count - FILES_SHOWN);
		paragraph_end(&p);
	}
}

void scan_text_worktree(struct scan_text *t)
{
	const struct scan *scan = t->scan;
	size_t i, shown = 0;
	struct paragraph p;
	int kind;

	for (i = 0; i < scan->worktree_count; i++)
		if (scan->worktree[i].breaks)
			add_breaking(t, &scan->worktree[i], shown++ == 0);
	if (shown == scan->worktree_count)
		return;
	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_add(&p, "Your work tree or index differs from HEAD:");
	paragraph_end(&p);
	for (kind = 0; kind < WORKTREE_KINDS; kind++) {
		add_harmless(t, (enum worktree_kind)kind, true);
		add_harmless(t, (enum worktree_kind)kind, false);
	}
}
