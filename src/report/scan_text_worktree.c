#include "revident/base/shell.h"
#include "scan_text.h"

/* Files named of each kind that breaks nothing, and of all changes that break something. */
enum { FILES_SHOWN = 5, BREAKING_SHOWN = 5 };

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
	strbuf_addstr(&command, change->path.len && change->path.ptr[0] == '-' ? " -- " : " ");
	strbuf_add_shell_pathspec(&command, change->path);
	text_add_labelled_command(t->out, t->styles, "undo", command.buf);
	strbuf_release(&command);
}

/* The part of two paths up to a slash that they share, without it. */
static struct text common_dir(struct text a, struct text b)
{
	size_t i, len = 0;

	for (i = 0; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++)
		if (a.ptr[i] == '/')
			len = i;
	if (i == a.len && i < b.len && b.ptr[i] == '/') /* `a` is a directory already */
		len = i;
	return (struct text){ a.ptr, len };
}

/* Files that the index deletes, or the work tree alone, beyond those that were named. */
struct deletions {
	size_t count;
	struct text dir; /* all are below it; empty: they share none */
	bool is_magic;   /* git would take one of the paths for more than itself */
};

static void count_deletion(struct deletions *d, const struct worktree_change *change)
{
	d->dir = common_dir(d->count++ ? d->dir : change->path, change->path);
	d->is_magic = d->is_magic || path_is_pathspec(change->path);
}

/* One command for all, which leaves alone whatever else was changed there. */
static void add_deletions(struct scan_text *t, const struct deletions *d, bool in_index)
{
	struct strbuf command = STRBUF_INIT;
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_addf(&p, "%s ", in_index ? "Your index" : "Your work tree");
	paragraph_add_styled(&p, STYLE_BAD, "deletes");
	paragraph_addf(&p, " %zu more below ", d->count);
	paragraph_add_token(&p, STYLE_PLAIN, d->dir);
	paragraph_add(&p, ".");
	paragraph_end(&p);
	strbuf_addstr(&command, in_index ? "git diff --cached --no-renames --diff-filter=D --name-only -z -- "
					 : "git ls-files --deleted -z -- ");
	strbuf_add_shell_pathspec(&command, d->dir);
	strbuf_addf(&command, " | git%s restore%s --pathspec-from-file=- --pathspec-file-nul",
		d->is_magic ? " --literal-pathspecs" : "", in_index ? " --staged --worktree" : "");
	text_add_labelled_command(t->out, t->styles, "undo", command.buf);
	strbuf_release(&command);
}

/* Changes that lose revisions of HEAD: some by name, deletions beyond those together. Returns how many there are. */
static size_t add_all_breaking(struct scan_text *t)
{
	struct deletions deletions[2] = { { 0 } }; /* by in_index */
	size_t i, count = 0, other = 0;
	struct paragraph p;
	int in_index;

	for (i = 0; i < t->scan->worktree_count; i++) {
		const struct worktree_change *change = &t->scan->worktree[i];

		if (!change->breaks)
			continue;
		if (count++ < BREAKING_SHOWN)
			add_breaking(t, change, count == 1);
		else if (change->kind == WORKTREE_DELETED)
			count_deletion(&deletions[change->in_index], change);
		else
			other++;
	}
	for (in_index = 1; in_index >= 0; in_index--) {
		if (deletions[in_index].dir.len)
			add_deletions(t, &deletions[in_index], in_index);
		else
			other += deletions[in_index].count;
	}
	if (other) {
		paragraph_begin(&p, t->out, t->styles, 0, 0);
		paragraph_addf(&p, "%zu more: revident scan --format json", other);
		paragraph_end(&p);
	}
	return count;
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
	struct paragraph p;
	int kind;

	if (add_all_breaking(t) == scan->worktree_count)
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
