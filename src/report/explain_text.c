#include "explain_text.h"

#include <string.h>

#include "explain_formats.h"

enum { MATCHES_SHOWN = 20, HEADS_SHOWN = 10, CHILDREN_SHOWN = 5, STATE_COLUMN = 17, MESSAGE_COLUMN = 29 };

/* --- the answer -------------------------------------------------------------------------------------------------- */

static void add_children_named(struct paragraph *p, const struct life *life)
{
	struct text names[CHILDREN_SHOWN];
	size_t i, count = 0;

	for (i = 0; i < life->child_count && count < CHILDREN_SHOWN; i++)
		if (i == 0 || !text_equal(life->children[i].revision, life->children[i - 1].revision))
			names[count++] =
				life->children[i].revision.ptr ? life->children[i].revision : life->children[i].path;
	paragraph_add_list(
		p, STYLE_ID, names, count, life->child_count > i ? life->child_count - i : 0, CHILDREN_SHOWN);
	paragraph_add(p, life->child_count > 1 ? " name it" : " names it");
}

static const struct worktree_change *find_breaking(const struct life *life)
{
	size_t i;

	for (i = 0; i < life->worktree_count; i++)
		if (life->worktree[i].breaks && text_equal(life->worktree[i].revision, life->revision))
			return &life->worktree[i];
	return NULL;
}

static void add_present(struct paragraph *p, const struct life *life)
{
	if (life->at_head && life->path_count > 1) {
		paragraph_add_styled(p, STYLE_BAD, "is declared more than once at HEAD");
		paragraph_add(p, "; Alembic keeps the file that it loads last.");
	} else if (life->at_head && life->why_unparsable) {
		paragraph_add(p, "is present at HEAD, but ");
		paragraph_add_styled(p, STYLE_BAD, "Alembic cannot load its file");
		paragraph_addf(p, ": %s.", life->why_unparsable);
	} else if (life->at_head && life->replacement) {
		paragraph_add(p, "is present at HEAD, but ");
		paragraph_add_styled(p, STYLE_BAD, "its content was replaced");
		paragraph_add(p, ".");
	} else if (life->at_head) {
		paragraph_add(p, "is ");
		paragraph_add_styled(p, STYLE_GOOD, "present and whole");
		paragraph_add(p, " at HEAD");
		if (find_breaking(life))
			paragraph_add(p, find_breaking(life)->in_index ? "; your index takes it away"
								       : "; your work tree takes it away");
		paragraph_add(p, ".");
	} else {
		paragraph_add(p, "is ");
		paragraph_add_styled(p, STYLE_BAD, "not at HEAD");
		paragraph_add(p, life->may_be_unread ? ", as far as that could be read; " : "; ");
		paragraph_add_list(
			p, STYLE_ID, life->refs.names, life->refs.count, life->refs.more, EXPLAIN_NAMES_SHOWN);
		paragraph_add(p, life->refs.count + life->refs.more > 1 ? " have it." : " has it.");
	}
}

static void add_not_found(struct paragraph *p, const struct life *life)
{
	paragraph_add(p, "is ");
	if (explain_text_is_uncommitted(life)) {
		paragraph_add_styled(p, STYLE_BAD, "not committed");
		paragraph_add(
			p, life->worktree[0].in_index ? ": only your index has it." : ": only your work tree has it.");
	} else if (life->state == LIFE_MISSING) {
		paragraph_add_styled(p, STYLE_BAD, "missing");
		paragraph_add(p, ": no commit that was read ever declared it.");
	} else if (life->may_be_unread) {
		paragraph_add_styled(p, STYLE_BAD, "unknown");
		paragraph_add(p, ": not all that HEAD holds could be read, and it may be there.");
	} else {
		paragraph_add_styled(p, STYLE_BAD, "unknown");
		paragraph_add(
			p, ": no migration in any commit that was read declares it, and none at any ref names it.");
	}
}

static void add_state(struct paragraph *p, const struct life *life)
{
	switch (life->state) {
	case LIFE_PRESENT:
		add_present(p, life);
		break;
	case LIFE_LOST:
		paragraph_add(p, "is ");
		paragraph_add_styled(p, STYLE_BAD, "lost");
		if (!life->broken)
			paragraph_add(p,
				". No migration names it, so the chain looks whole; a database stamped with it gets "
				"\"Can't locate revision\".");
		break;
	case LIFE_MISSING:
	case LIFE_UNKNOWN:
		add_not_found(p, life);
		break;
	}
	if (!life->broken)
		return;
	paragraph_add(p, life->state == LIFE_LOST ? ", and " : " ");
	paragraph_add_styled(p, STYLE_BAD, life->state == LIFE_LOST ? "the chain is broken" : "The chain is broken");
	paragraph_add(p, ": ");
	add_children_named(p, life);
	paragraph_add(p, ".");
}

static void add_headline(struct explain_text *t, const struct life *life)
{
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_add_token(&p, STYLE_ID, life->revision);
	if (life->migration && life->migration->message.len) {
		paragraph_add(&p, " ");
		paragraph_add_quoted(&p, life->migration->message, EXPLAIN_PROSE_CELLS);
	}
	if (t->explanation->searched.environments > 1 && life->environment.ptr) {
		paragraph_add(&p, " of ");
		paragraph_add_token(&p, STYLE_PLAIN, life->environment);
	}
	paragraph_add(&p, " ");
	add_state(&p, life);
	paragraph_end(&p);
}

/* --- what is known of it ----------------------------------------------------------------------------------------- */

static void add_file(struct explain_text *t, const struct life *life)
{
	struct paragraph p;
	size_t i;

	if (!life->path.ptr)
		return;
	paragraph_begin_labelled(&p, t->out, t->styles, "file");
	paragraph_add_token(&p, STYLE_PLAIN, life->path);
	if (life->why_unparsable && life->migration->unreadable_line)
		paragraph_addf(&p, ":%u", life->migration->unreadable_line);
	paragraph_end(&p);
	for (i = 1; i < life->path_count && i < EXPLAIN_NAMES_SHOWN; i++) {
		paragraph_begin_labelled(&p, t->out, t->styles, "");
		paragraph_add_token(&p, STYLE_PLAIN, life->paths[i]);
		paragraph_end(&p);
	}
	if (life->state != LIFE_LOST || oid_is_null(&life->blob))
		return;
	paragraph_begin_labelled(&p, t->out, t->styles, "original");
	paragraph_add(&p, "blob ");
	paragraph_add_oid(&p, &life->blob);
	if (life->refs.count) {
		paragraph_add(&p,
			oid_equal(&life->refs_blob, &life->blob) ? ", still in " : "; this or another version is in ");
		paragraph_add_list(
			&p, STYLE_PLAIN, life->refs.names, life->refs.count, life->refs.more, EXPLAIN_NAMES_SHOWN);
	}
	paragraph_end(&p);
}

static void add_child(struct explain_text *t, const char *label, const struct child *child)
{
	struct paragraph p;

	paragraph_begin_labelled(&p, t->out, t->styles, label);
	paragraph_add_token(&p, STYLE_ID, child->revision.ptr ? child->revision : TEXT_LITERAL("(no id)"));
	paragraph_add(&p, " in ");
	paragraph_add_token(&p, STYLE_PLAIN, child->path);
	if (child->line)
		paragraph_addf(&p, ":%u", child->line);
	if (child->by_dependency)
		paragraph_add(&p, " (depends_on)");
	if (!child->at_head)
		paragraph_add(&p, " (not at HEAD)");
	paragraph_end(&p);
}

static void add_children(struct explain_text *t, const struct life *life)
{
	struct paragraph p;
	size_t i;

	if (!life->child_count && life->at_head)
		text_add_labelled(t->out, t->styles, "children", "none: it is a head");
	for (i = 0; i < life->child_count && i < CHILDREN_SHOWN; i++)
		add_child(t, i ? "" : life->child_count > 1 ? "children" : "child", &life->children[i]);
	if (life->child_count > CHILDREN_SHOWN) {
		paragraph_begin_labelled(&p, t->out, t->styles, "");
		paragraph_addf(&p, "and %zu more", life->child_count - CHILDREN_SHOWN);
		paragraph_end(&p);
	}
	if (life->state == LIFE_LOST && !life->child_count && life->former_child_count) {
		paragraph_begin_labelled(&p, t->out, t->styles, "children");
		paragraph_add(&p, "none now; once ");
		paragraph_add_list(
			&p, STYLE_ID, life->former_children, life->former_child_count, 0, EXPLAIN_NAMES_SHOWN);
		paragraph_end(&p);
	}
}

static void add_life(struct explain_text *t, const struct life *life)
{
	text_add_gap(t->out);
	add_headline(t, life);
	explain_text_events(t, life);
	add_file(t, life);
	add_children(t, life);
	if (life->state == LIFE_LOST)
		text_add_labelled(t->out, t->styles, "published",
			life->published ? "yes: databases may have run it" : "never, as far as this clone knows");
	explain_text_next(t, life);
}

/* --- around the answer ------------------------------------------------------------------------------------------- */

static void add_meaning(struct explain_text *t)
{
	const struct question *q = &t->explanation->question;
	struct paragraph p;

	if (!q->message)
		return;
	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	if (!q->is_key_error) {
		paragraph_add(&p, "The message: ");
		paragraph_add(&p, q->meaning);
	} else if (q->is_other_traceback) {
		paragraph_add(&p,
			"The traceback does not pass through Alembic's script/revision.py, so this KeyError is "
			"not about a revision: look at the last file that the traceback names.");
	} else {
		paragraph_add(&p, q->meaning);
		paragraph_add(&p, " But a KeyError whose traceback does not pass through Alembic's revision.py is not "
				  "about a revision at all.");
	}
	paragraph_end(&p);
}

static void add_matches(struct explain_text *t)
{
	const struct explanation *e = t->explanation;
	struct paragraph p;
	size_t i;

	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_add_count(&p, e->match_count, "revision");
	paragraph_add(&p, " fit; which one is meant?");
	paragraph_end(&p);
	for (i = 0; i < e->match_count && i < MATCHES_SHOWN; i++) {
		const struct match *match = &e->matches[i];

		paragraph_begin(&p, t->out, t->styles, 2, MESSAGE_COLUMN);
		paragraph_add_token(&p, STYLE_ID, match->revision);
		paragraph_pad(&p, STATE_COLUMN);
		paragraph_add(&p,
			match->state == LIFE_PRESENT && !match->at_head ? "elsewhere" : life_state_name(match->state));
		paragraph_pad(&p, MESSAGE_COLUMN);
		paragraph_add_prose(&p, match->message, EXPLAIN_PROSE_CELLS);
		if (e->searched.environments > 1) {
			paragraph_add(&p, " (");
			paragraph_add_token(&p, STYLE_PLAIN, match->environment);
			paragraph_add(&p, ")");
		}
		paragraph_end(&p);
	}
	if (e->match_count > MATCHES_SHOWN) {
		paragraph_begin(&p, t->out, t->styles, 2, 2);
		paragraph_addf(&p, "and %zu more", e->match_count - MATCHES_SHOWN);
		paragraph_end(&p);
	}
}

static void add_heads(struct explain_text *t)
{
	const struct explanation *e = t->explanation;
	struct paragraph p;
	size_t i;

	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_add(&p, "HEAD's commit has ");
	paragraph_add_count(&p, e->head_count, "head");
	if (e->head_count == 1 && e->question.is_about_several_heads)
		paragraph_add(&p, ", so the code that printed this is another commit's, or has files that are not "
				  "committed");
	paragraph_add(&p, e->head_count ? ":" : ".");
	paragraph_end(&p);
	for (i = 0; i < e->head_count && i < HEADS_SHOWN; i++) {
		const struct head_revision *head = &e->heads[i];

		paragraph_begin(&p, t->out, t->styles, 2, STATE_COLUMN);
		paragraph_add_token(&p, STYLE_ID, head->revision);
		paragraph_pad(&p, STATE_COLUMN);
		if (head->message.len) {
			paragraph_add_quoted(&p, head->message, EXPLAIN_PROSE_CELLS);
			paragraph_add(&p, " ");
		}
		paragraph_add_token(&p, STYLE_PLAIN, head->path);
		paragraph_end(&p);
	}
	if (e->head_count > HEADS_SHOWN) {
		paragraph_begin(&p, t->out, t->styles, 2, 2);
		paragraph_addf(&p, "and %zu more", e->head_count - HEADS_SHOWN);
		paragraph_end(&p);
	}
}

static void add_unknown_file(struct explain_text *t)
{
	const struct question *q = &t->explanation->question;
	struct paragraph p;

	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_add(&p, "No migration ever stood at ");
	paragraph_add_list(&p, STYLE_ID, q->subjects, q->subject_count, 0, EXPLAIN_NAMES_SHOWN);
	paragraph_add(&p, " in any commit that was read: it does not belong into a versions directory, or was never "
			  "committed.");
	paragraph_end(&p);
}

int explain_render_text(const struct explanation *explanation, const struct render_options *options, struct strbuf *out,
	struct err *err)
{
	struct explain_text t = { explanation, out, styles_find(options->color), false };
	size_t i;

	(void)err;
	if (explanation->is_ambiguous)
		add_matches(&t);
	for (i = 0; i < explanation->life_count; i++)
		add_life(&t, &explanation->lives[i]);
	if (explanation->life_count)
		explain_text_limits(&t);
	if (explanation->question.is_about_file && !explanation->match_count)
		add_unknown_file(&t);
	add_meaning(&t);
	if (explanation->question.asks_for_heads)
		add_heads(&t);
	return 0;
}
