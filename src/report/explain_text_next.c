#include <string.h>

#include "explain_text.h"
#include "revident/base/shell.h"

/* Do several environments have it? Then commands must say which is meant. */
static bool needs_env(const struct explain_text *t, const struct life *life)
{
	size_t i;

	for (i = 0; i < t->explanation->match_count; i++)
		if (text_equal(t->explanation->matches[i].revision, life->revision) &&
			!text_equal(t->explanation->matches[i].environment, life->environment))
			return true;
	return false;
}

/* "revident show <revision>", and with a path " -o <path>". */
static void add_show(struct explain_text *t, const char *label, const struct life *life, struct text path)
{
	struct strbuf command = STRBUF_INIT;

	strbuf_addstr(&command, "revident show");
	if (needs_env(t, life)) {
		strbuf_addstr(&command, " --env ");
		strbuf_add_shell_word(&command, life->environment);
	}
	if (path.ptr) {
		strbuf_addstr(&command, " -o ");
		strbuf_add_shell_word(&command, path);
	}
	strbuf_add_shell_operand(&command, life->revision);
	text_add_labelled_command(t->out, t->styles, label, command.buf);
	strbuf_release(&command);
}

/* The word is a path, or a ref, whose name has nothing that a pathspec would. */
static void add_git(struct explain_text *t, const char *label, const char *verb, struct text word)
{
	struct strbuf command = STRBUF_INIT;

	strbuf_addf(&command, "git %s ", verb);
	strbuf_add_shell_pathspec(&command, word);
	text_add_labelled_command(t->out, t->styles, label, command.buf);
	strbuf_release(&command);
}

/* A ref as git commands take it: without the part that git adds by itself, unless the rest would be an option. */
static struct text short_ref(struct text ref)
{
	static const char *const prefixes[] = { "refs/heads/", "refs/remotes/", "refs/tags/" };
	size_t i, len;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		len = strlen(prefixes[i]);
		if (ref.len > len && !memcmp(ref.ptr, prefixes[i], len) && ref.ptr[len] != '-')
			return (struct text){ ref.ptr + len, ref.len - len };
	}
	return ref;
}

static void add_elsewhere(struct explain_text *t, const struct life *life)
{
	struct text ref = short_ref(life->best_ref);
	/* A stash is no branch: merged, it leaves its bookkeeping commits in history. */
	bool is_stash = text_equal(ref, TEXT_LITERAL("refs/stash"));
	struct strbuf command = STRBUF_INIT;

	if (!is_stash)
		add_git(t, "next", "merge", ref);
	strbuf_addstr(&command, "git checkout ");
	strbuf_add_shell_word(&command, ref);
	strbuf_addstr(&command, " -- ");
	strbuf_add_shell_pathspec(&command, life->path);
	text_add_labelled_command(t->out, t->styles, is_stash ? "next" : "or", command.buf);
	text_add_labelled(t->out, t->styles, "", "(the file alone; the migrations below it must be there, too)");
	strbuf_release(&command);
}

/* Does the index or the work tree have it, where HEAD does not? */
static bool is_held_uncommitted(const struct life *life)
{
	size_t i;

	for (i = 0; i < life->worktree_count; i++)
		if (!text_equal(life->worktree[i].revision, life->revision) || !life->worktree[i].breaks)
			return true;
	return false;
}

/* Of a squash one file is not put back: a database goes to its end with the code that had it, and then over. */
static void add_squashed(struct explain_text *t, const struct life *life)
{
	struct strbuf command = STRBUF_INIT;
	char hex[OID_HEX + 1];
	struct paragraph p;

	paragraph_begin_labelled(&p, t->out, t->styles, "squashed");
	paragraph_add(&p, "it seems, together with ");
	paragraph_add_count(&p, life->lost_with, "other");
	paragraph_add(&p, ", for which ");
	paragraph_add_token(&p, STYLE_ID, life->stand_in);
	paragraph_add(&p,
		" stands in. Then nothing is to be put back: a database that is stamped with this one is upgraded "
		"to the last of them by the code from before, and stamped with the new base:");
	paragraph_end(&p);
	strbuf_addf(&command, "git checkout %s", oid_hex(&life->loss->parent, hex));
	text_add_labelled_command(t->out, t->styles, "", command.buf);
	text_add_labelled_command(t->out, t->styles, "", "alembic upgrade head");
	text_add_labelled_command(t->out, t->styles, "", "git checkout -");
	strbuf_clear(&command);
	strbuf_addstr(&command, "alembic stamp --purge");
	strbuf_add_shell_operand(&command, life->stand_in);
	text_add_labelled_command(t->out, t->styles, "", command.buf);
	strbuf_release(&command);
}

/* `revident recover ID`, which looks farther than this clone's history and puts back parents that are lost as well. */
static void add_recover(struct explain_text *t, const char *label, const struct life *life)
{
	struct strbuf command = STRBUF_INIT;

	strbuf_addstr(&command, "revident recover");
	strbuf_add_shell_operand(&command, life->revision);
	text_add_labelled_command(t->out, t->styles, label, command.buf);
	strbuf_release(&command);
}

/* The file goes back to where it belongs; what stands there now gets a name of its own first. */
static void add_lost(struct explain_text *t, const struct life *life)
{
	const bool is_sparse = t->explanation->repository.is_sparse;
	struct strbuf command = STRBUF_INIT;

	if (is_held_uncommitted(life)) { /* put back already */
		add_show(t, "compare", life, TEXT_NONE);
		return;
	}
	if (life->broken)
		add_recover(t, "next", life);
	add_show(t, life->broken ? "" : "next", life, TEXT_NONE);
	if (!life->broken && life->stand_in.ptr) {
		add_squashed(t, life);
		return;
	}
	if (!life->broken && life->lacks_parent) {
		add_recover(t, "to restore", life);
		text_add_labelled(t->out, t->styles, "", "(and the parents that it needs, which are not there either)");
		return;
	}
	if (!life->return_path.ptr || (life->successor.unchanged && life->successor.at_head && !life->broken))
		return;
	if (life->usurper_path.ptr) {
		strbuf_addstr(&command, is_sparse ? "git mv --sparse -- " : "git mv -- ");
		strbuf_add_shell_word(&command, life->return_path);
		strbuf_addch(&command, ' ');
		strbuf_add_shell_word(&command, life->usurper_path);
		text_add_labelled_command(t->out, t->styles, "to mend", command.buf);
		strbuf_release(&command);
	}
	add_show(t, life->usurper_path.ptr ? "" : "to restore", life, life->return_path);
	add_git(t, "", is_sparse ? "add --sparse --" : "add --", life->return_path);
}

/* No ref ever had it, but recover searches what refs do not lead to as well. */
static void add_search(struct explain_text *t, const struct life *life)
{
	if (!life->child_count || !life->children[0].at_head || life->meant != MEANT_NOTHING ||
		t->explanation->repository.is_shallow)
		return;
	add_recover(t, "next", life);
	text_add_labelled(t->out, t->styles, "", "(searches reflogs, indexes and objects that nothing leads to)");
}

static void add_compare(struct explain_text *t, const struct life *life)
{
	char before[OID_HEX + 1], after[OID_HEX + 1];
	struct strbuf command = STRBUF_INIT;

	strbuf_addf(&command, "git diff %s %s", oid_hex(&life->blob, before), oid_hex(&life->successor.blob, after));
	text_add_labelled_command(t->out, t->styles, "compare", command.buf);
	strbuf_release(&command);
}

static void add_stamp(struct explain_text *t, const struct life *life)
{
	struct strbuf command = STRBUF_INIT;

	strbuf_addstr(&command, "alembic stamp --purge");
	strbuf_add_shell_operand(&command, life->successor.revision);
	text_add_labelled_command(t->out, t->styles, "database", command.buf);
	text_add_labelled(t->out, t->styles, "",
		"points a database that is stamped with the lost id to it. That rewrites the record and not the "
		"schema: first make sure that the database has what this revision and those below it do.");
	strbuf_release(&command);
}

static void add_successor(struct explain_text *t, const struct life *life)
{
	const struct successor *to = &life->successor;
	struct paragraph p;

	paragraph_begin_labelled(&p, t->out, t->styles, "goes on");
	paragraph_add(&p, to->unchanged ? "unchanged as " : "changed as ");
	paragraph_add_token(&p, STYLE_ID, to->revision);
	if (!to->unchanged)
		paragraph_addf(&p, " (similarity %.2f)", to->similarity);
	paragraph_add(&p, " in ");
	paragraph_add_token(&p, STYLE_PLAIN, to->path);
	if (!to->at_head)
		paragraph_add(&p, ", but not at HEAD");
	paragraph_end(&p);
	if (!to->unchanged)
		add_compare(t, life);
	else if (to->at_head)
		add_stamp(t, life);
}

/* Can code that lacks the revision be what was asked about? Not where the message is about a file that is there. */
static bool lacks_explain_it(const struct question *question)
{
	return !question->message || question->is_about_absence;
}

static void add_error(struct explain_text *t, struct paragraph *p, const struct life *life)
{
	if (t->explanation->question.message) {
		paragraph_add(p, " prints exactly this error.");
		return;
	}
	paragraph_add(p, " says \"Can't locate revision identified by '");
	paragraph_add_token(p, STYLE_PLAIN, life->revision);
	paragraph_add(p, "'\".");
}

static void add_deployed(struct explain_text *t, const struct life *life)
{
	const struct commit_info *commit = life->arrival->commit;
	char hex[OID_HEX + 1];
	struct paragraph p;
	struct strbuf command = STRBUF_INIT;

	paragraph_begin_labelled(&p, t->out, t->styles, "code");
	paragraph_add(&p, "This commit has it; code built before ");
	paragraph_add_oid(&p, &commit->id);
	paragraph_add(&p, " (");
	explain_text_add_time(&p, &commit->committer);
	if (life->first_tag.ptr) {
		paragraph_add(&p, ", first in tag ");
		paragraph_add_token(&p, STYLE_PLAIN, life->first_tag);
	} else {
		paragraph_add(&p, ", in no tag yet");
	}
	paragraph_add(&p, ")");
	add_error(t, &p, life);
	paragraph_end(&p);
	strbuf_addf(
		&command, "git %s --contains %s", life->first_tag.ptr ? "tag" : "branch -a", oid_hex(&commit->id, hex));
	text_add_labelled_command(t->out, t->styles, "which has", command.buf);
	strbuf_release(&command);
}

static void add_replaced(struct explain_text *t, const struct life *life)
{
	text_add_labelled(t->out, t->styles, "beware",
		"Databases that ran it before the replacement have not got what it holds now, and think they "
		"have. What it held:");
	add_show(t, "", life, TEXT_NONE);
}

/* What the index or the work tree does: HEAD's file can be brought back, a new one committed. */
static void add_worktree(struct explain_text *t, const struct worktree_change *change, const struct life *life)
{
	bool takes = text_equal(change->revision, life->revision) && change->breaks;
	struct paragraph p;

	paragraph_begin_labelled(&p, t->out, t->styles, change->in_index ? "index" : "work tree");
	if (takes) {
		paragraph_add(&p, "HEAD is whole; ");
		paragraph_add(&p, change->in_index ? "your index" : "your work tree");
		paragraph_add(&p, change->kind == WORKTREE_DELETED ? " deletes " : " overwrites ");
		paragraph_add_token(&p, STYLE_PLAIN, change->path);
	} else {
		paragraph_add(&p, "it is in ");
		paragraph_add_token(&p, STYLE_PLAIN, change->path);
		paragraph_add(&p, change->kind == WORKTREE_IGNORED ? ", which git ignores: it was never committed"
								   : ", which is not committed yet");
	}
	paragraph_end(&p);
	if (takes)
		add_git(t, "undo", change->in_index ? "restore --staged --worktree --" : "restore --", change->path);
	else if (!change->in_index)
		add_git(t, "next", change->kind == WORKTREE_IGNORED ? "add --force --" : "add --", change->path);
}

bool explain_text_is_uncommitted(const struct life *life)
{
	return !life->may_be_unread && is_held_uncommitted(life) &&
	       (life->state == LIFE_UNKNOWN || life->state == LIFE_MISSING);
}

static void add_since_before_boundary(struct explain_text *t)
{
	text_add_labelled(t->out, t->styles, "code",
		"This commit has it; since when is behind the boundary of this shallow clone. To see which code "
		"lacks it:");
	text_add_labelled_command(t->out, t->styles, "", "git fetch --unshallow");
}

static void add_fetch(struct explain_text *t, const struct life_search *s)
{
	struct strbuf command = STRBUF_INIT;

	if (t->explanation->repository.is_shallow)
		text_add_labelled_command(t->out, t->styles, "try", "git fetch --unshallow");
	if (s->is_single_branch) {
		struct paragraph p;

		paragraph_begin_labelled(&p, t->out, t->styles, "one branch");
		paragraph_add(&p, "This clone fetches ");
		if (s->fetched_branch.ptr) {
			paragraph_add(&p, "only ");
			paragraph_add_token(&p, STYLE_PLAIN, s->fetched_branch);
		} else {
			paragraph_add(&p, "not every branch");
		}
		paragraph_add(&p, "; another may have it:");
		paragraph_end(&p);
		strbuf_addstr(&command, "git fetch ");
		strbuf_add_shell_word(&command, s->remote);
		strbuf_addstr(&command, " '+refs/heads/*:refs/remotes/");
		strbuf_add(&command, s->remote.ptr, s->remote.len);
		strbuf_addstr(&command, "/*'");
		text_add_labelled_command(t->out, t->styles, "try", command.buf);
	} else if (s->remote.ptr && !t->explanation->repository.is_shallow) {
		text_add_labelled(
			t->out, t->styles, "perhaps", "It is on a branch that was not fetched yet, or never pushed:");
		text_add_labelled_command(t->out, t->styles, "try", "git fetch --all --tags");
	}
	strbuf_release(&command);
}

void explain_text_limits(struct explain_text *t)
{
	const struct repo_facts *facts = &t->explanation->repository;
	struct paragraph p;
	size_t i;

	for (i = 0; !t->limits_said && i < facts->limit_count && i < EXPLAIN_NAMES_SHOWN; i++) {
		paragraph_begin_labelled(&p, t->out, t->styles, i ? "" : "not read");
		paragraph_add_prose(&p, text_of(facts->limits[i]), strlen(facts->limits[i]));
		paragraph_end(&p);
	}
	t->limits_said = true;
}

static void add_meant(struct explain_text *t, const struct life *life)
{
	static const char *const words[] = {
		[MEANT_NOTHING] = "",
		[MEANT_LABEL] =
			(" has or had it as a branch label, which Alembic takes in depends_on only, and only while a "
			 "migration has it"),
		[MEANT_PREFIX] = " begins with it, but in a migration Alembic takes whole ids only",
		[MEANT_FILE] = " has it as the name of its file, but Alembic goes by the id",
	};
	struct paragraph p;

	if (life->meant == MEANT_NOTHING)
		return;
	paragraph_begin_labelled(&p, t->out, t->styles, "perhaps");
	paragraph_add_list(&p, STYLE_ID, life->meant_ids, life->meant_count, 0, EXPLAIN_NAMES_SHOWN);
	paragraph_add(&p, words[life->meant]);
	paragraph_end(&p);
}

/* How far was looked, and what else there may be to look at. */
static void add_searched(struct explain_text *t, const struct life *life)
{
	const struct life_search *s = &t->explanation->searched;
	struct paragraph p;

	paragraph_begin_labelled(&p, t->out, t->styles, "searched");
	paragraph_add_count(&p, s->commits, "commit");
	paragraph_add(&p, " on ");
	paragraph_add_count(&p, s->refs, "ref");
	paragraph_add(&p, ", ");
	paragraph_add_count(&p, s->revisions, "revision");
	paragraph_add(&p, " in ");
	paragraph_add_count(&p, s->environments, "environment");
	paragraph_end(&p);
	add_meant(t, life);
	if (life->former_child_count) {
		paragraph_begin_labelled(&p, t->out, t->styles, "named by");
		paragraph_add_list(
			&p, STYLE_ID, life->former_children, life->former_child_count, 0, EXPLAIN_NAMES_SHOWN);
		paragraph_add(&p, " once, and by nothing now");
		paragraph_end(&p);
	}
	if (t->explanation->nearest_count) {
		paragraph_begin_labelled(&p, t->out, t->styles, "a slip?");
		paragraph_add_list(
			&p, STYLE_ID, t->explanation->nearest, t->explanation->nearest_count, 0, EXPLAIN_NAMES_SHOWN);
		paragraph_add(&p, t->explanation->nearest_count > 1 ? " are almost the same" : " is almost the same");
		paragraph_end(&p);
	}
	explain_text_limits(t);
	if (!t->explanation->question.is_other_traceback)
		add_fetch(t, s);
}

void explain_text_next(struct explain_text *t, const struct life *life)
{
	size_t i;

	for (i = 0; i < life->worktree_count; i++)
		add_worktree(t, &life->worktree[i], life);
	if (life->replacement)
		add_replaced(t, life);
	switch (life->state) {
	case LIFE_PRESENT:
		if (!life->at_head)
			add_elsewhere(t, life);
		else if (life->why_unparsable)
			text_add_labelled_command(t->out, t->styles, "next", "revident audit");
		else if (life->arrival && !life->replacement && lacks_explain_it(&t->explanation->question))
			add_deployed(t, life);
		else if (!life->arrival && t->explanation->repository.is_shallow)
			add_since_before_boundary(t);
		break;
	case LIFE_LOST:
		if (life->successor.path.ptr)
			add_successor(t, life);
		add_lost(t, life);
		break;
	case LIFE_MISSING:
	case LIFE_UNKNOWN:
		if (explain_text_is_uncommitted(life))
			break;
		add_searched(t, life);
		if (life->state == LIFE_MISSING && life->broken)
			add_search(t, life);
		break;
	}
}
