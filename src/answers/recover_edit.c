#include <stdlib.h>
#include <string.h>

#include "recover_parts.h"
#include "revident/base/printable.h"
#include "revident/base/strbuf.h"

enum { BINDING_LINES_MAX = 200 }; /* a binding that spans more lines is not edited */

/* Where line `line` (from 1) begins. */
static size_t line_start(struct text bytes, unsigned line)
{
	size_t at = 0;

	while (line > 1 && at < bytes.len) {
		const char *eol = memchr(bytes.ptr + at, '\n', bytes.len - at);

		if (!eol)
			return bytes.len;
		at = (size_t)(eol - bytes.ptr) + 1;
		line--;
	}
	return at;
}

/* Is it the whole of a string, as far as the quotes around it tell? */
static bool is_quoted(const struct strbuf *source, const char *at, size_t len)
{
	return at > source->buf && (at[-1] == '\'' || at[-1] == '"') && at[len] == at[-1];
}

/* Replaces `from` by `to` where it stands in quotes (or, in a docstring, as a word) from `start` on; whether it did. */
static bool replace_in(struct strbuf *out, size_t start, struct text from, struct text to, bool quoted)
{
	size_t end =
		line_start((struct text){ out->buf + start, out->len - start }, quoted ? BINDING_LINES_MAX : 2) + start;
	char *found = memmem(out->buf + start, end - start, from.ptr, from.len);
	struct strbuf rest = STRBUF_INIT;
	size_t at;

	while (found && quoted && !is_quoted(out, found, from.len))
		found = memmem(found + 1, end - (size_t)(found + 1 - out->buf), from.ptr, from.len);
	if (!found)
		return false;
	at = (size_t)(found - out->buf);
	strbuf_add(&rest, out->buf + at + from.len, out->len - at - from.len);
	strbuf_setlen(out, at);
	strbuf_add(out, to.ptr, to.len);
	strbuf_add(out, rest.buf, rest.len);
	strbuf_release(&rest);
	return true;
}

/* One child: its bindings name the new id, and its docstring too where that named the old one. 0 or -1. */
static int relink_child(struct planner *p, const struct wanted *wanted, struct source_file *file,
	const struct migration *m, struct text other)
{
	struct source *source = source_of_files(&p->inv.study, file, 1);
	struct source_entry entry;
	struct strbuf bytes = STRBUF_INIT;
	struct recover_step *step;
	int rc = -1;

	if (source_find(source, file->path, &entry, p->err) != 1 ||
		source_read(source, &entry, MIGRATION_BYTES_MAX, &bytes, p->err) != 1)
		goto done;
	if (m->doc_revises_line)
		replace_in(&bytes, line_start((struct text){ bytes.buf, bytes.len }, m->doc_revises_line),
			wanted->revision, other, false);
	if ((binding_has(&m->down_revision, wanted->revision) &&
		    !replace_in(&bytes, line_start((struct text){ bytes.buf, bytes.len }, m->down_revision.line),
			    wanted->revision, other, true)) ||
		(binding_has(&m->depends_on, wanted->revision) &&
			!replace_in(&bytes, line_start((struct text){ bytes.buf, bytes.len }, m->depends_on.line),
				wanted->revision, other, true))) {
		strbuf_clear(&bytes);
		strbuf_add_printable(&bytes, file->path.ptr, file->path.len);
		err_set(p->err, ERR_UNDECIDED,
			"the binding in \"%s\" is not written as a plain string: change it by hand", bytes.buf);
		goto done;
	}
	step = add_step(p, STEP_RELINK);
	step->path = file->path;
	step->blob = file->id;
	step->has_blob = true;
	step->executable = file->executable;
	step->reason = text_of(arena_printf(p->arena, "it names %.*s instead of %.*s", (int)other.len, other.ptr,
		(int)wanted->revision.len, wanted->revision.ptr));
	step->bytes = plan_text(p, (struct text){ bytes.buf, bytes.len });
	step->revision = plan_text(p, migration_id(m));
	file->bytes = step->bytes;
	object_blob_id(bytes.buf, bytes.len, &file->id);
	rc = 0;
done:
	strbuf_release(&bytes);
	return rc;
}

/* The id under which much the same content goes on, by the last loss; none if it does not, or HEAD lacks it. */
static struct text continuing_id(struct planner *p, const struct wanted *wanted)
{
	uint32_t number = intern_find(&p->inv.study.revisions, wanted->revision.ptr, wanted->revision.len), at;
	struct text found = TEXT_NONE;

	for (at = history_first(&p->inv.history, number); at; at = p->inv.history.changes[at - 1].next) {
		const struct change *change = &p->inv.history.changes[at - 1];

		if (event_kind_is_loss(change->kind) && change->continues_as.path != INTERN_NONE)
			found = study_revision_text(
				&p->inv.study, p->inv.study.blobs[change->continues_as.blob].revision);
	}
	return found;
}

int plan_relink(struct planner *p, const struct wanted *wanted)
{
	struct text other = continuing_id(p, wanted);
	const struct tree_env *env;
	size_t i, done = 0;

	if (!other.ptr || choose_environment(p, wanted, NULL, &env) != 1 || !plan_holds(p, env, other)) {
		add_note(p, "%.*s goes on under no other id in HEAD: there is nothing to re-link to",
			(int)wanted->revision.len, wanted->revision.ptr);
		err_clear(p->err);
		return 0;
	}
	for (i = 0; i < p->after.count; i++) {
		struct source_file file = p->after.files[i];
		const struct migration *m;
		uint32_t number;

		if (file.kind != SOURCE_FILE || file.path.len < 3 ||
			memcmp(file.path.ptr + file.path.len - 3, ".py", 3) != 0 || !env_covers_path(p, env, file.path))
			continue;
		number = plan_blob(p, &file);
		if (number == INTERN_NONE)
			return -1;
		m = p->inv.study.blobs[number].migration;
		if (!m || !migration_has_identity(m) ||
			(!binding_has(&m->down_revision, wanted->revision) &&
				!binding_has(&m->depends_on, wanted->revision)))
			continue;
		if (relink_child(p, wanted, &file, m, other) < 0)
			return -1;
		p->after.files[i] = file;
		plan_tree_note(p, &file);
		done++;
	}
	if (done)
		touch_environment(p, plan_text(p, env->path));
	else
		add_note(p, "%.*s goes on as %.*s, and nothing in HEAD names the old id: there is nothing to re-link",
			(int)wanted->revision.len, wanted->revision.ptr, (int)other.len, other.ptr);
	return 1;
}
