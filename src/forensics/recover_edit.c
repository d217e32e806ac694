#include <stdlib.h>
#include <string.h>

#include "recover_parts.h"
#include "revident/forensics/audit_tables.h"
#include "revident/base/printable.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

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

/* Replaces `from` by `to` where it stands in quotes (or, in a docstring, as a word) from `start` on; whether it did. */
static bool replace_in(struct strbuf *out, size_t start, struct text from, struct text to, bool quoted)
{
	size_t end =
		line_start((struct text){ out->buf + start, out->len - start }, quoted ? BINDING_LINES_MAX : 2) + start;
	char *found = memmem(out->buf + start, end - start, from.ptr, from.len);
	struct strbuf rest = STRBUF_INIT;
	size_t at;

	while (found && quoted && !((found[-1] == '\'' || found[-1] == '"') && found[from.len] == found[-1]))
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

static bool names(const struct binding *binding, struct text revision)
{
	size_t i;

	for (i = 0; i < binding->count; i++)
		if (text_equal(binding->values[i], revision))
			return true;
	return false;
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
	if ((names(&m->down_revision, wanted->revision) &&
		    !replace_in(&bytes, line_start((struct text){ bytes.buf, bytes.len }, m->down_revision.line),
			    wanted->revision, other, true)) ||
		(names(&m->depends_on, wanted->revision) &&
			!replace_in(&bytes, line_start((struct text){ bytes.buf, bytes.len }, m->depends_on.line),
				wanted->revision, other, true))) {
		err_set(p->err, ERR_UNDECIDED,
			"the binding in \"%.*s\" is not written as a plain string: change it by hand",
			(int)file->path.len, file->path.ptr);
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
	uint32_t number = intern_find(&p->inv.study.revisions, wanted->revision.ptr, wanted->revision.len);
	struct text found = TEXT_NONE;
	size_t i;

	for (i = 0; number != INTERN_NONE && i < p->inv.history.count; i++) {
		const struct change *change = &p->inv.history.changes[i];

		if (change->revision == number && event_kind_is_loss(change->kind) &&
			change->continues_as.path != INTERN_NONE)
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
			(!names(&m->down_revision, wanted->revision) && !names(&m->depends_on, wanted->revision)))
			continue;
		if (relink_child(p, wanted, &file, m, other) < 0)
			return -1;
		p->after.files[i] = file;
		done++;
	}
	if (done)
		touch_environment(p, plan_text(p, env->path));
	return done > 0;
}

/* The parent of a stand-in: what was asked for; none if the environment would have no base otherwise. */
static struct text stub_parent(struct planner *p, const struct tree_env *env)
{
	size_t i;
	bool has_base = false;

	if (p->options->stub_parent)
		return text_of(p->options->stub_parent);
	for (i = 0; i < env->file_count; i++) {
		const struct tree_file *file = &env->files[i];
		const struct migration *m = file->blob == BLOB_NONE ? NULL : p->inv.study.blobs[file->blob].migration;

		has_base = has_base || (m && file->is_loaded && file->revision != INTERN_NONE &&
					       m->down_revision.kind == BINDING_LITERAL && m->down_revision.count == 0);
	}
	if (has_base)
		add_note(p, "the stand-in becomes a second base, since nothing tells its parent: say it with "
			    "--down-revision");
	return TEXT_NONE;
}

/* A Python string literal: what is not plain ASCII is escaped, so that the file says the id and nothing else. */
static void add_literal(struct strbuf *out, struct text text)
{
	size_t i;

	strbuf_addch(out, '\'');
	for (i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c == '\'' || c == '\\')
			strbuf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			strbuf_addf(out, "\\x%02x", c);
		else
			strbuf_addch(out, (char)c);
	}
	strbuf_addch(out, '\'');
}

/* The audited environment of that path; NULL if there is none. */
static const struct audit_environment *audited(const struct audit *audit, struct text path)
{
	size_t i;

	for (i = 0; i < audit->environment_count; i++)
		if (text_equal(audit->environments[i].path, path))
			return &audit->environments[i];
	return NULL;
}

/* The tables that the lost migration is the likeliest to have made: later ones assume them, and none makes them. 0 or -1. */
static int list_tables(struct planner *p, const struct wanted *wanted, struct text path, struct strbuf *out)
{
	struct source *source = source_of_files(&p->inv.study, p->after.files, p->after.count);
	struct audit_options options = { .policy = p->options->policy };
	struct audit audit = { .environment_count = 0 };
	const struct audit_environment *env;
	const struct text *names;
	size_t count, i;

	if (audit_source(p->inv.discovery, &p->inv.study, source, &p->inv.extra, &options, &audit, p->err) < 0)
		return -1;
	env = audited(&audit, path);
	if (!env)
		return 0;
	if (audit_tables_after(&p->inv.study, source, env, wanted->revision, &names, &count, p->err) < 0)
		return -1;
	if (count)
		strbuf_addstr(out, "    # Later migrations assume these tables, and no migration creates them:\n");
	for (i = 0; i < count; i++) {
		strbuf_addstr(out, "    #   ");
		strbuf_add_printable(out, names[i].ptr, names[i].len);
		strbuf_addch(out, '\n');
	}
	return 0;
}

static int write_stub(
	struct planner *p, const struct wanted *wanted, struct text path, struct text parent, struct strbuf *out)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, wanted->revision.ptr, wanted->revision.len);
	strbuf_addf(out,
		"\"\"\"stand-in for the lost migration %s\n\n"
		"This is not the original: its file is gone, and no object in the repository where this was made\n"
		"declares the id. It only lets Alembic load the chain. Written by `revident recover --stub`.\n\n"
		"Revision ID: %s\nRevises: %.*s\n\"\"\"\n",
		shown.buf, shown.buf, (int)parent.len, parent.ptr ? parent.ptr : "");
	strbuf_addstr(out, "revision = ");
	add_literal(out, wanted->revision);
	strbuf_addstr(out, "\ndown_revision = ");
	if (parent.ptr)
		add_literal(out, parent);
	else
		strbuf_addstr(out, "None");
	strbuf_addstr(out, "\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n");
	if (list_tables(p, wanted, path, out) < 0) {
		strbuf_release(&shown);
		return -1;
	}
	if (p->options->stub == STUB_RAISE)
		strbuf_addf(out,
			"    raise NotImplementedError(\n        'migration %s is lost: write what it did here, or "
			"stamp a "
			"database that has it'\n    )\n",
			shown.buf);
	else
		strbuf_addstr(out, "    pass\n");
	strbuf_addstr(out, "\n\ndef downgrade():\n    raise NotImplementedError('nobody knows what to undo')\n");
	strbuf_release(&shown);
	return 0;
}

int plan_stub(struct planner *p, const struct wanted *wanted)
{
	struct source_file file = { .kind = SOURCE_FILE };
	struct strbuf bytes = STRBUF_INIT;
	const struct create_date date = { .year = 1970, .month = 1, .day = 1 };
	const struct tree_env *env;
	struct recover_step *step;
	struct text parent, name, *parents;

	if (choose_environment(p, wanted, NULL, &env) != 1)
		return -1;
	parent = stub_parent(p, env);
	if (config_migration_name(env->def ? env->def->section : NULL, wanted->revision, TEXT_LITERAL("stand in"),
		    &date, p->arena, &name, p->err) < 0)
		return -1;
	file.path = plan_path_in(p, env, name);
	if (write_stub(p, wanted, env->path, parent, &bytes) < 0) {
		strbuf_release(&bytes);
		return -1;
	}
	step = add_step(p, STEP_STUB);
	step->path = file.path;
	step->revision = wanted->revision;
	step->bytes = file.bytes = plan_text(p, (struct text){ bytes.buf, bytes.len });
	object_blob_id(bytes.buf, bytes.len, &file.id);
	step->blob = file.id;
	parents = arena_calloc(p->arena, 1, sizeof(*parents));
	parents[0] = parent;
	step->down_revision = parents;
	step->down_count = parent.ptr != NULL;
	step->reason = TEXT_LITERAL("nothing in the repository declares it");
	plan_tree_put(&p->after, &file);
	touch_environment(p, plan_text(p, env->path));
	strbuf_release(&bytes);
	return 0;
}
