#include <string.h>

#include "recover_parts.h"
#include "revident/base/printable.h"
#include "revident/base/strbuf.h"
#include "revident/base/utf8.h"
#include "revident/base/xalloc.h"
#include "revident/answers/audit_tables.h"

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

/* As the inside of a Python string, in quotes or in a docstring: it says the id and nothing else. */
static void add_escaped(struct strbuf *out, struct text text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c == '\'' || c == '"' || c == '\\')
			strbuf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			strbuf_addf(out, "\\x%02x", c);
		else
			strbuf_addch(out, (char)c);
	}
}

static void add_literal(struct strbuf *out, struct text text)
{
	strbuf_addch(out, '\'');
	add_escaped(out, text);
	strbuf_addch(out, '\'');
}

static void write_docstring(struct strbuf *out, struct text revision, struct text parent)
{
	strbuf_addstr(out, "\"\"\"stand-in for the lost migration ");
	add_escaped(out, revision);
	strbuf_addstr(out,
		"\n\nThis is not the original: its file is gone, and no object in the repository where this was made\n"
		"declares the id. It only lets Alembic load the chain. Written by `revident recover --stub`.\n\n"
		"Revision ID: ");
	add_escaped(out, revision);
	strbuf_addstr(out, parent.ptr ? "\nRevises: " : "\nRevises:");
	add_escaped(out, parent);
	strbuf_addstr(out, "\n\"\"\"\n");
}

/*
 * The tables that the lost migration is the likeliest to have made: later ones assume them, and none makes them. 0 or
 * -1.
 */
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
	env = audit_find_environment(&audit, path);
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

static int write_upgrade(struct planner *p, const struct wanted *wanted, struct text path, struct strbuf *out)
{
	strbuf_addstr(out, "def upgrade():\n");
	if (list_tables(p, wanted, path, out) < 0)
		return -1;
	if (p->options->stub == STUB_RAISE) {
		strbuf_addstr(out, "    raise NotImplementedError(\n        'migration ");
		add_escaped(out, wanted->revision);
		strbuf_addstr(out, " is lost: write what it did here, or stamp a database that has it'\n    )\n");
	} else {
		strbuf_addstr(out, "    pass\n");
	}
	return 0;
}

static int write_stub(struct planner *p, const struct tree_env *env, const struct wanted *wanted, struct text parent,
	struct strbuf *out)
{
	write_docstring(out, wanted->revision, parent);
	strbuf_addstr(out, "revision = ");
	add_literal(out, wanted->revision);
	strbuf_addstr(out, "\ndown_revision = ");
	if (parent.ptr)
		add_literal(out, parent);
	else
		strbuf_addstr(out, "None");
	strbuf_addstr(out, "\nbranch_labels = None\ndepends_on = None\n\n\n");
	if (write_upgrade(p, wanted, env->path, out) < 0)
		return -1;
	strbuf_addstr(out, "\n\ndef downgrade():\n    raise NotImplementedError('nobody knows what to undo')\n");
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

	if (!utf8_is_valid(wanted->revision.ptr, wanted->revision.len) ||
		(p->options->stub_parent && !utf8_is_valid(p->options->stub_parent, strlen(p->options->stub_parent))))
		return err_set(p->err, ERR_USAGE, "a stand-in needs ids in UTF-8, as Python sources do");
	if (choose_environment(p, wanted, NULL, &env) != 1)
		return -1;
	parent = stub_parent(p, env);
	if (config_migration_name(env->def ? env->def->section : NULL, wanted->revision, TEXT_LITERAL("stand in"),
		    &date, p->arena, &name, p->err) < 0)
		return -1;
	file.path = plan_path_in(p, env, name);
	if (write_stub(p, env, wanted, parent, &bytes) < 0) {
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
	plan_tree_put(p, &file);
	touch_environment(p, plan_text(p, env->path));
	strbuf_release(&bytes);
	return 0;
}
