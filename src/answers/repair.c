#include "revident/answers/repair.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "revident/git/index.h"
#include "revident/git/object.h"
#include "revident/git/patch.h"
#include "revident/git/worktree.h"
#include "revident/git/worktree_edit.h"
#include "revident/model/migration.h"

/* A plan on its way into the work tree. */
struct job {
	struct repo *repo;
	struct arena *arena;
	const struct recover *plan;
	const struct repair_options *options;
	struct worktree_edit *edits;
	size_t count, cap;
	struct worktree_edit *copies; /* of what --force replaces; written before anything else, in one go */
	size_t copy_count, copy_cap;
	struct worktree_differences differences;
	struct err *err;
};

static int read_blob(struct job *job, const struct oid *id, struct text *out)
{
	struct object object;
	char hex[OID_HEX + 1];
	int found = object_read(job->repo, id, MIGRATION_BYTES_MAX, &object, job->err);

	if (found == 0)
		return err_set(job->err, ERR_UNDECIDED, "blob %s is not in this clone", oid_hex(id, hex));
	if (found < 0)
		return -1;
	out->ptr = arena_memdup(job->arena, object.bytes, object.len);
	out->len = object.len;
	object_release(&object);
	return 0;
}

/* The bytes that a step leaves at its path. */
static int step_bytes(struct job *job, const struct recover_step *step, struct text *out)
{
	if (step->bytes.ptr) {
		*out = step->bytes;
		return 0;
	}
	return read_blob(job, &step->blob, out);
}

static struct worktree_edit *edit_of(struct job *job, struct text path)
{
	struct worktree_edit *edit;
	size_t i;

	for (i = 0; i < job->count; i++)
		if (text_equal(text_of(job->edits[i].path), path))
			return &job->edits[i];
	VEC_GROW(job->edits, job->count, job->cap);
	edit = &job->edits[job->count++];
	memset(edit, 0, sizeof(*edit));
	edit->path = arena_memdup(job->arena, path.ptr, path.len);
	edit->is_removal = true;
	return edit;
}

/* What the steps come to, file by file: a later step at the same path wins over an earlier removal. */
static int collect_edits(struct job *job)
{
	size_t i;

	for (i = 0; i < job->plan->step_count; i++) {
		const struct recover_step *step = &job->plan->steps[i];
		struct worktree_edit *edit;

		if (step->kind == STEP_RENAME)
			edit_of(job, step->from);
		edit = edit_of(job, step->path);
		edit->is_removal = false;
		edit->executable = step->executable;
		if (step_bytes(job, step, &edit->bytes) < 0)
			return -1;
	}
	return 0;
}

static int refuse(struct job *job, const char *path, const char *why)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, path, strlen(path));
	err_set(job->err, ERR_UNDECIDED, "\"%s\" %s; nothing was changed", shown.buf, why);
	strbuf_release(&shown);
	return -1;
}

static bool is_dirty(const struct job *job, const char *path)
{
	size_t i;

	for (i = 0; i < job->differences.count; i++)
		if (text_equal(job->differences.items[i].path, text_of(path)))
			return true;
	return false;
}

static bool renames_to(const struct recover *plan, struct text path)
{
	size_t i;

	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].kind == STEP_RENAME && text_equal(plan->steps[i].path, path))
			return true;
	return false;
}

/* The blob that HEAD has at a path which the plan changes; NULL where the plan makes the file. */
static const struct oid *head_blob(const struct job *job, const char *path)
{
	size_t i;

	for (i = 0; i < job->plan->step_count; i++) {
		const struct recover_step *step = &job->plan->steps[i];

		if (step->kind == STEP_RENAME && text_equal(step->from, text_of(path)))
			return &step->blob;
		if (step->kind == STEP_RENAME || !text_equal(step->path, text_of(path)))
			continue;
		if (step->kind == STEP_RELINK)
			return &step->blob;
		if (step->kind == STEP_RESTORE && step->replaces && !renames_to(job->plan, step->path))
			return &step->replaced_blob;
	}
	return NULL;
}

/* Is what is staged at the path HEAD's own, or (where HEAD has nothing there) nothing but what is to be written? */
static int check_staged(struct job *job, const struct worktree_edit *edit, const struct oid *expected, bool *clean)
{
	const char *const paths[] = { edit->path };
	struct index_list list;
	struct oid written;
	size_t i;

	if (index_read(job->repo, job->arena, paths, 1, &list, job->err) < 0)
		return -1;
	object_blob_id(edit->bytes.ptr ? edit->bytes.ptr : "", edit->bytes.len, &written);
	*clean = expected ? list.count == 1 && list.items[0].stage == 0 && oid_equal(&list.items[0].id, expected)
			  : list.count == 0;
	for (i = 0; !expected && i < list.count; i++)
		*clean = *clean || oid_equal(&list.items[i].id, &written);
	return 0;
}

static bool is_copy_path(const struct job *job, const char *path)
{
	size_t i;

	for (i = 0; i < job->copy_count; i++)
		if (strcmp(job->copies[i].path, path) == 0)
			return true;
	return false;
}

/* Plans a copy beside the path, under a name that is free. */
static int add_copy(struct job *job, const char *path, struct text bytes)
{
	const char *name = arena_printf(job->arena, "%s.revident-saved", path);
	unsigned n;
	int there;

	for (n = 2; (there = is_copy_path(job, name) ? 1 : worktree_exists(job->repo, name, job->err)) == 1; n++)
		name = arena_printf(job->arena, "%s.revident-saved-%u", path, n);
	if (there < 0)
		return -1;
	VEC_GROW(job->copies, job->copy_count, job->copy_cap);
	job->copies[job->copy_count++] = (struct worktree_edit){ .path = name, .bytes = bytes };
	return 0;
}

/* Keeps what stands at the path, and says which content that is. */
static int keep_file(struct job *job, const char *path, struct oid *id)
{
	struct strbuf bytes = STRBUF_INIT;
	int rc = -1;

	if (worktree_read(job->repo, path, MIGRATION_BYTES_MAX, &bytes, job->err) == 1) {
		object_blob_id(bytes.buf, bytes.len, id);
		rc = add_copy(job, path, arena_text(job->arena, (struct text){ bytes.buf, bytes.len }));
	} else if (job->err->kind == ERR_NONE) {
		refuse(job, path, "is no regular file");
	}
	strbuf_release(&bytes);
	return rc;
}

/* Keeps what is staged at the path, all stages of it, where neither HEAD nor the file has it. */
static int keep_staged(struct job *job, const char *path, const struct oid *in_head, const struct oid *in_file)
{
	const char *const paths[] = { path };
	struct index_list list;
	struct text bytes;
	size_t i;

	if (index_read(job->repo, job->arena, paths, 1, &list, job->err) < 0)
		return -1;
	for (i = 0; i < list.count; i++) {
		const struct oid *id = &list.items[i].id;

		if ((in_head && oid_equal(id, in_head)) || oid_equal(id, in_file))
			continue;
		if (read_blob(job, id, &bytes) < 0 || add_copy(job, path, bytes) < 0)
			return -1;
	}
	return 0;
}

static int check_edit(struct job *job, const struct worktree_edit *edit)
{
	const struct oid *expected = head_blob(job, edit->path);
	struct oid in_file = { { 0 } };
	bool clean = true;
	int there;

	if (worktree_check_path(job->repo, edit->path, job->err) < 0 || check_staged(job, edit, expected, &clean) < 0)
		return -1;
	there = worktree_exists(job->repo, edit->path, job->err);
	if (there < 0)
		return -1;
	if (expected && there && clean && !is_dirty(job, edit->path))
		return 0;
	if (!expected && !there && clean)
		return 0;
	if (!job->options->force)
		return refuse(job, edit->path,
			expected ? "has changes that are not committed: commit or stash them (after 'git update-index "
				   "--no-assume-unchanged --no-skip-worktree PATH' where git is told not to look), "
				   "or use --force, which keeps a copy"
				 : "is in the way and not in HEAD: move it, or use --force, which keeps a copy");
	if (there && keep_file(job, edit->path, &in_file) < 0)
		return -1;
	return job->options->stage ? keep_staged(job, edit->path, expected, &in_file) : 0;
}

static int check_all(struct job *job)
{
	struct index_list index;
	size_t i;

	if (!repo_work_tree(job->repo))
		return err_set(job->err, ERR_USAGE, "a bare repository has no work tree: use --patch or -o DIR");
	if (index_read(job->repo, job->arena, NULL, 0, &index, job->err) < 0 ||
		index_compare_worktree(job->repo, job->arena, &index, NULL, &job->differences, job->err) < 0)
		return -1;
	for (i = 0; i < job->count; i++)
		if (check_edit(job, &job->edits[i]) < 0)
			return -1;
	return job->copy_count ? worktree_apply(job->repo, job->copies, job->copy_count, job->err) : 0;
}

/* Is every file as its edit wants it? 1, 0, -1. */
static int holds(struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++) {
		const struct worktree_edit *edit = &job->edits[i];
		struct strbuf bytes = STRBUF_INIT;
		int same, there = worktree_read(job->repo, edit->path, MIGRATION_BYTES_MAX, &bytes, job->err);

		same = there == 1 && bytes.len == edit->bytes.len &&
		       (bytes.len == 0 || memcmp(bytes.buf, edit->bytes.ptr, bytes.len) == 0);
		strbuf_release(&bytes);
		if (there < 0)
			return -1;
		if (edit->is_removal ? worktree_exists(job->repo, edit->path, job->err) != 0 : !same)
			return 0;
	}
	return 1;
}

static int stage(struct job *job)
{
	struct index_change *changes = xcalloc(job->count, sizeof(*changes));
	size_t i;
	int rc;

	for (i = 0; i < job->count; i++)
		changes[i] = (struct index_change){ .path = job->edits[i].path,
			.is_removal = job->edits[i].is_removal,
			.bytes = job->edits[i].bytes,
			.executable = job->edits[i].executable };
	rc = index_stage(job->repo, changes, job->count, job->err);
	free(changes);
	return rc;
}

int repair_is_done(struct repo *repo, struct arena *arena, const struct recover *plan, struct err *err)
{
	struct job job = { .repo = repo, .arena = arena, .plan = plan, .err = err };
	int rc = 0;

	if (!repo_work_tree(repo) || plan->step_count == 0)
		return 0;
	rc = collect_edits(&job) < 0 ? -1 : holds(&job);
	free(job.edits);
	return rc;
}

int repair_apply(struct repo *repo, struct arena *arena, const struct recover *plan,
	const struct repair_options *options, struct err *err)
{
	struct job job = { .repo = repo, .arena = arena, .plan = plan, .options = options, .err = err };
	int rc = -1;

	if (collect_edits(&job) < 0 || check_all(&job) < 0)
		goto done;
	if (worktree_apply(repo, job.edits, job.count, err) < 0)
		goto done;
	rc = holds(&job);
	if (rc == 0)
		rc = err_set(err, ERR_UNDECIDED,
			"what was written is not what the objects hold: something else changes these files");
	else if (rc == 1)
		rc = options->stage ? stage(&job) : 0;
done:
	free(job.copies);
	free(job.edits);
	return rc;
}

/* May a file of this path be written below some directory? 0, or -1 with the reason. */
static int check_path(struct text path, struct err *err)
{
	const char *why = worktree_bad_path(path);
	struct strbuf shown = STRBUF_INIT;

	if (!why)
		return 0;
	strbuf_add_printable(&shown, path.ptr, path.len);
	err_set(err, ERR_UNDECIDED, "\"%s\" is not written: %s", shown.buf, why);
	strbuf_release(&shown);
	return -1;
}

int repair_patch(
	struct repo *repo, struct arena *arena, const struct recover *plan, struct strbuf *out, struct err *err)
{
	struct job job = { .repo = repo, .arena = arena, .plan = plan, .err = err };
	struct patch_change *changes = xcalloc(plan->step_count, sizeof(*changes));
	size_t i;
	int rc = -1;

	for (i = 0; i < plan->step_count; i++) {
		const struct recover_step *step = &plan->steps[i];
		struct patch_change *change = &changes[i];

		if (check_path(step->path, err) < 0)
			goto done;
		change->path = step->path;
		change->executable = step->executable;
		change->from = step->kind == STEP_RENAME ? step->from : TEXT_NONE;
		change->has_before = step->kind == STEP_RELINK || (step->kind == STEP_RESTORE && step->replaces);
		if (step_bytes(&job, step, &change->after) < 0 ||
			(change->has_before &&
				read_blob(&job, step->kind == STEP_RELINK ? &step->blob : &step->replaced_blob,
					&change->before) < 0))
			goto done;
	}
	rc = patch_write(changes, plan->step_count, out, err);
done:
	free(changes);
	return rc;
}

int repair_files(struct repo *repo, struct arena *arena, const struct recover *plan, struct repair_file **out,
	size_t *count, struct err *err)
{
	struct job job = { .repo = repo, .arena = arena, .plan = plan, .err = err };
	struct repair_file *files = arena_calloc(arena, plan->step_count, sizeof(*files));
	size_t i, n = 0;

	for (i = 0; i < plan->step_count; i++) {
		const struct recover_step *step = &plan->steps[i];

		if (step->kind == STEP_RENAME)
			continue;
		if (check_path(step->path, err) < 0 || step_bytes(&job, step, &files[n].bytes) < 0)
			return -1;
		files[n].path = step->path;
		files[n++].executable = step->executable;
	}
	*out = files;
	*count = n;
	return 0;
}
