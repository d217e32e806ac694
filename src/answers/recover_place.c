#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recover_parts.h"
#include "revident/base/printable.h"
#include "revident/base/shell.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

static const struct tree_env *env_at(const struct planner *p, struct text path)
{
	size_t e;

	for (e = 0; e < p->view->envs.count; e++)
		if (text_equal(p->view->envs.items[e].path, path))
			return &p->view->envs.items[e];
	return NULL;
}

static const struct tree_env *env_covering(const struct planner *p, struct text path)
{
	const struct tree_env *best = NULL;
	size_t e, k, best_len = 0;

	for (e = 0; e < p->view->envs.count; e++) {
		const struct tree_env *env = &p->view->envs.items[e];

		for (k = 0; k < env->version_count; k++) {
			struct text dir = study_path_text(&p->inv.study, env->versions[k]);

			if ((dir.len == 0 || (path.len > dir.len && memcmp(path.ptr, dir.ptr, dir.len) == 0 &&
						     path.ptr[dir.len] == '/')) &&
				dir.len + 1 > best_len) {
				best = env;
				best_len = dir.len + 1;
			}
		}
	}
	return best;
}

/* The only environment that names the revision, or else that holds one of its parents; NULL if none or several do. */
static const struct tree_env *env_by_kinship(struct planner *p, struct text revision, const struct migration *m)
{
	const struct tree_env *found = NULL;
	size_t e, i, count = 0;

	for (e = 0; e < p->view->envs.count; e++)
		if (plan_names(p, &p->view->envs.items[e], revision, TEXT_NONE)) {
			found = &p->view->envs.items[e];
			count++;
		}
	if (count == 1 || !m)
		return count == 1 ? found : NULL;
	for (e = 0, count = 0; e < p->view->envs.count; e++)
		for (i = 0; i < m->down_revision.count; i++)
			if (plan_holds(p, &p->view->envs.items[e], m->down_revision.values[i])) {
				count += found != &p->view->envs.items[e] || count == 0;
				found = &p->view->envs.items[e];
			}
	return count == 1 ? found : NULL;
}

/* The file belonged to an environment that HEAD has not: among another's migrations it would only be a second head. */
static int environment_is_gone(struct planner *p, const struct wanted *wanted, const struct salvage_source *source)
{
	struct strbuf id = STRBUF_INIT, environment = STRBUF_INIT, command = STRBUF_INIT;
	char hex[OID_HEX + 1];

	strbuf_add_printable(&id, wanted->revision.ptr, wanted->revision.len);
	strbuf_add_printable(&environment, source->environment.ptr, source->environment.len);
	if (source->has_commit) {
		strbuf_addf(&command, " ('git checkout %s -- ", oid_hex(&source->commit, hex));
		strbuf_add_shell_pathspec(&command, source->environment);
		strbuf_addstr(&command, "')");
	}
	err_set(p->err, ERR_USAGE,
		"\"%s\" belongs to the environment \"%s\", which HEAD has no more: bring that back first%s, or say "
		"with --env into which other the file is to go",
		id.buf, environment.buf, command.buf);
	strbuf_release(&id);
	strbuf_release(&environment);
	strbuf_release(&command);
	return 0;
}

int choose_environment(struct planner *p, const struct wanted *wanted, const struct salvage_source *source,
	const struct tree_env **out)
{
	const struct migration *m = NULL;
	struct strbuf known = STRBUF_INIT, shown = STRBUF_INIT;
	size_t e;

	*out = wanted->environment.ptr ? env_at(p, wanted->environment) : NULL;
	if (!*out && source && source->path.ptr)
		*out = env_covering(p, source->path);
	if (!*out && source && source->environment.ptr) /* it moved since, and history knows where to */
		*out = env_at(p, source->environment);
	if (!*out && source) {
		uint32_t number = study_blob_number(&p->inv.study, &source->blob);
		const struct blob *blob = study_blob(&p->inv.study, number, p->err);

		if (!blob)
			return -1;
		m = blob->migration;
	}
	if (!*out)
		*out = env_by_kinship(p, wanted->revision, m);
	if (!*out && source && source->path.ptr && source->environment.ptr)
		return environment_is_gone(p, wanted, source);
	if (!*out && p->view->envs.count == 1)
		*out = &p->view->envs.items[0];
	if (*out)
		return 1;
	for (e = 0; e < p->view->envs.count; e++) {
		strbuf_addstr(&known, e ? ", \"" : "\"");
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): `count` of them are there */
		strbuf_add_printable(&known, p->view->envs.items[e].path.ptr, p->view->envs.items[e].path.len);
		strbuf_addch(&known, '"');
	}
	strbuf_add_printable(&shown, wanted->revision.ptr, wanted->revision.len);
	err_set(p->err, ERR_USAGE,
		"nothing tells to which environment \"%s\" belongs; say so with --env, which takes %s", shown.buf,
		known.len ? known.buf : "none: HEAD has none");
	strbuf_release(&known);
	strbuf_release(&shown);
	return 0;
}

static struct text join(struct planner *p, struct text dir, struct text name)
{
	struct strbuf path = STRBUF_INIT;
	struct text out;

	strbuf_add(&path, dir.ptr, dir.len);
	strbuf_add_component(&path, name.ptr, name.len);
	out = plan_text(p, (struct text){ path.buf, path.len });
	strbuf_release(&path);
	return out;
}

static struct text dir_name(struct text path)
{
	const char *slash = memrchr(path.ptr, '/', path.len);

	return (struct text){ path.ptr, slash ? (size_t)(slash - path.ptr) : 0 };
}

/* The path itself, else with _2, _3 … before ".py": never over another file. */
static struct text free_path(struct planner *p, struct text path)
{
	struct text stem = path;
	unsigned n;

	if (stem.len > 3 && memcmp(stem.ptr + stem.len - 3, ".py", 3) == 0)
		stem.len -= 3;
	for (n = 2; plan_tree_find(p, path); n++)
		path = text_of(arena_printf(p->arena, "%.*s_%u.py", (int)stem.len, stem.ptr, n));
	return path;
}

struct text plan_path_in(struct planner *p, const struct tree_env *env, struct text name)
{
	return free_path(p, join(p, study_path_text(&p->inv.study, env->versions[0]), name));
}

/* "2025-09-17 16:42:11.123456", as far as it can be read. */
static struct create_date parse_date(struct text date)
{
	struct create_date out = { .year = 1970, .month = 1, .day = 1 };
	char *copy = xmemdup(date.ptr ? date.ptr : "", date.len);
	struct create_date read = out;

	/* NOLINTNEXTLINE(cert-err34-c): four digits fit */
	if (sscanf(copy, "%4d-%2d-%2d%*1[ T]%2d:%2d:%2d", &read.year, &read.month, &read.day, &read.hour, &read.minute,
		    &read.second) >= 3)
		out = read;
	free(copy);
	return out;
}

/* A name that the revision once had, in the directory where its file is; none if it never had another. */
static struct text former_name(struct planner *p, struct text path, uint32_t revision)
{
	const struct history *history = &p->inv.history;
	struct text found = TEXT_NONE;
	uint32_t at;

	for (at = history_first(history, revision); at; at = history->changes[at - 1].next) {
		const struct change *change = &history->changes[at - 1];
		const struct place *places[2] = { &change->before, &change->after };
		size_t k;

		for (k = 0; k < 2; k++) {
			struct text name;

			if (places[k]->path == INTERN_NONE || places[k]->blob == BLOB_NONE ||
				p->inv.study.blobs[places[k]->blob].revision != revision)
				continue;
			name = text_base_name(study_path_text(&p->inv.study, places[k]->path));
			if (!text_equal(name, text_base_name(path)))
				found = name;
		}
	}
	return found;
}

/* A free path for a file of this revision: the name it once had, else Alembic's. 0 or -1. */
static int own_name(struct planner *p, const struct tree_env *env, struct text path, uint32_t revision,
	const struct migration *migration, struct text *out)
{
	struct text name = former_name(p, path, revision);
	struct create_date date = parse_date(migration->create_date);

	if (!name.ptr &&
		config_migration_name(env->def ? env->def->section : NULL, study_revision_text(&p->inv.study, revision),
			migration->message, &date, p->arena, &name, p->err) < 0)
		return -1;
	*out = free_path(p, join(p, dir_name(path), text_base_name(name)));
	return 0;
}

/* Where the file goes: where it was, if the environment still lives there; else where it lives now. */
static int target_path(
	struct planner *p, const struct tree_env *env, const struct salvage_source *source, struct text *out)
{
	struct text name = source->path;
	struct text dir = study_path_text(&p->inv.study, env->versions[0]);

	if (source->path.ptr && env_covering(p, source->path) == env) {
		*out = source->path;
		return 0;
	}
	if (!name.ptr) {
		struct create_date date = parse_date(source->create_date);

		if (config_migration_name(env->def ? env->def->section : NULL, source->revision, source->message, &date,
			    p->arena, &name, p->err) < 0)
			return -1;
	}
	*out = join(p, dir, text_base_name(name));
	return 0;
}

static void step_rename(
	struct planner *p, const struct source_file *file, struct text to, struct text revision, const char *reason)
{
	struct recover_step *step = add_step(p, STEP_RENAME);
	struct source_file moved = *file;

	step->from = file->path;
	step->path = moved.path = to;
	step->revision = plan_text(p, revision);
	step->blob = file->id;
	step->has_blob = true;
	step->executable = file->executable;
	step->reason = text_of(reason);
	plan_tree_remove(p, step->from);
	plan_tree_put(p, &moved);
}

/* Does a step of the plan put a file there? */
static bool is_planned_at(const struct planner *p, struct text path)
{
	size_t i;

	for (i = 0; i < p->step_count; i++)
		if (text_equal(p->steps[i].path, path))
			return true;
	return false;
}

/* Makes room at the path: what stands there goes to a name of its own, or is what the lost file became. 0 or -1. */
static int clear_path(struct planner *p, const struct tree_env *env, const struct salvage_source *source,
	struct text path, struct recover_step *restore)
{
	struct source_file *file = plan_tree_find(p, path);
	const struct blob *blob;
	struct text to;
	uint32_t number;
	bool same = false;

	if (!file)
		return 0;
	number = file->kind == SOURCE_FILE ? plan_blob(p, file) : INTERN_NONE;
	if (number == INTERN_NONE || p->inv.study.blobs[number].revision == INTERN_NONE) {
		to = free_path(p, text_of(arena_printf(p->arena, "%.*s.stripped", (int)path.len, path.ptr)));
		step_rename(p, file, to, TEXT_NONE, "it stands in the way and declares no revision");
		return 0;
	}
	if (study_much_the_same(&p->inv.study, study_blob_number(&p->inv.study, &source->blob), number, &same, p->err) <
		0)
		return -1;
	blob = &p->inv.study.blobs[number];
	if (same && !plan_names(p, env, study_revision_text(&p->inv.study, blob->revision), path)) {
		restore->replaces = true;
		restore->replaced_blob = file->id;
		return 0;
	}
	if (own_name(p, env, path, blob->revision, blob->migration, &to) < 0)
		return -1;
	step_rename(p, file, to, study_revision_text(&p->inv.study, blob->revision), "it took the lost file's name");
	return 0;
}

/* Where the loss says that the content goes on under another id: the file that has it now; NULL if none. */
static struct source_file *continuation_of(struct planner *p, struct text revision, struct text *other)
{
	uint32_t number = intern_find(&p->inv.study.revisions, revision.ptr, revision.len), at;
	const struct change *loss = NULL;
	struct source_file *file;

	for (at = history_first(&p->inv.history, number); at; at = p->inv.history.changes[at - 1].next)
		if (event_kind_is_loss(p->inv.history.changes[at - 1].kind))
			loss = &p->inv.history.changes[at - 1];
	if (!loss || loss->continues_as.path == INTERN_NONE)
		return NULL;
	file = plan_tree_find(p, study_path_text(&p->inv.study, loss->continues_as.path));
	number = p->inv.study.blobs[loss->continues_as.blob].revision;
	if (!file || number == INTERN_NONE || plan_blob(p, file) == INTERN_NONE ||
		p->inv.study.blobs[plan_blob(p, file)].revision != number)
		return NULL;
	*other = study_revision_text(&p->inv.study, number);
	return file;
}

/* The file was given another id: say what the two ways out are, and take the id back where nobody names the new one. */
static int give_id_back(struct planner *p, const struct tree_env *env, const struct wanted *wanted, struct text path,
	struct recover_step *restore)
{
	struct text other;
	struct source_file *file = continuation_of(p, wanted->revision, &other);

	if (!file || is_planned_at(p, file->path))
		return 0;
	add_note(p,
		"%.*s goes on as %.*s with much the same content: this plan gives the old id back; --relink instead "
		"points "
		"the children to the new one, which is right where databases are stamped with it",
		(int)wanted->revision.len, wanted->revision.ptr, (int)other.len, other.ptr);
	if (text_equal(file->path, path) || plan_names(p, env, other, file->path))
		return 0;
	restore->replaces = true;
	restore->replaced_blob = file->id;
	if (plan_tree_find(p, path)) /* something else stands there; clear_path() sees to it */
		return 0;
	step_rename(p, file, path, other, "its content is the lost file's, which gets its id back");
	return 1;
}

/* Another file of the plan has the path by now: this one goes beside it. 0 or -1. */
static int go_beside(struct planner *p, const struct tree_env *env, const struct salvage_source *source,
	struct text *path, struct recover_step *restore)
{
	const struct blob *blob = study_blob(&p->inv.study, study_blob_number(&p->inv.study, &source->blob), p->err);

	if (!blob)
		return -1;
	restore->reason = TEXT_LITERAL("its name has gone to another file of this plan");
	if (blob->revision != INTERN_NONE && blob->migration)
		return own_name(p, env, *path, blob->revision, blob->migration, path);
	*path = free_path(p, *path);
	return 0;
}

/*
 * Where the file goes, and what is to happen to what stands there: the file that has the id now is replaced; else the
 * id is given back, or the path cleared. 0 or -1.
 */
static int settle_path(struct planner *p, const struct tree_env *env, const struct wanted *wanted,
	const struct salvage_source *source, struct text *path, struct recover_step *restore)
{
	const struct source_file *holder = plan_holder(p, env, wanted->revision);
	int cleared;

	if (holder) {
		*path = holder->path;
		restore->replaces = true;
		restore->replaced_blob = holder->id;
		restore->reason = TEXT_LITERAL("what stands there has the same id and other content, and is replaced");
		return 0;
	}
	if (target_path(p, env, source, path) < 0)
		return -1;
	if (is_planned_at(p, *path))
		return go_beside(p, env, source, path, restore);
	cleared = give_id_back(p, env, wanted, *path, restore);
	if (cleared < 0 || (!cleared && clear_path(p, env, source, *path, restore) < 0))
		return -1;
	if (restore->replaces)
		restore->reason = TEXT_LITERAL("what stands there is its content under another id, and is replaced");
	return 0;
}

int plan_restore(struct planner *p, const struct wanted *wanted, const struct salvage_source *source)
{
	struct recover_step restore = { .kind = STEP_RESTORE }, *step;
	const struct tree_env *env;
	struct source_file file = { .kind = SOURCE_FILE, .executable = source->executable, .id = source->blob };
	const struct migration *m;
	struct text *parents;
	uint32_t number;
	size_t i;

	if (choose_environment(p, wanted, source, &env) != 1 ||
		settle_path(p, env, wanted, source, &file.path, &restore) < 0)
		return -1;
	number = study_blob_number(&p->inv.study, &source->blob);
	if (!study_blob(&p->inv.study, number, p->err))
		return -1;
	m = p->inv.study.blobs[number].migration;
	parents = arena_calloc(p->arena, m ? m->down_revision.count : 0, sizeof(*parents));
	for (i = 0; m && i < m->down_revision.count; i++)
		parents[i] = plan_text(p, m->down_revision.values[i]);
	step = add_step(p, STEP_RESTORE);
	*step = restore;
	step->path = file.path;
	step->revision = source->revision;
	step->blob = source->blob;
	step->has_blob = true;
	step->executable = source->executable;
	step->down_revision = parents;
	step->down_count = m ? m->down_revision.count : 0;
	plan_tree_put(p, &file);
	touch_environment(p, plan_text(p, env->path));
	return 0;
}
