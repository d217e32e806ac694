#include <string.h>

#include "check_parts.h"
#include "revident/forensics/source_open.h"
#include "revident/forensics/survey.h"
#include "revident/git/index.h"

/* HEAD, and while merging the other parents. */
struct parents {
	bool has_head;
	struct oid *ids; /* HEAD first */
	size_t count;
	struct merge_bases ancestors; /* of a merge */
};

/* An ancestor of HEAD is no parent: the variable that names it was left over from another merge. */
static int drop_ancestors(struct checking *c, struct parents *p)
{
	size_t i, n = 1;

	for (i = 1; i < p->count; i++) {
		struct merge_bases bases;

		if (merge_bases_find(c->study->repo, &c->study->arena, &p->ids[0], &p->ids[i], 1, c->options->progress,
			    &bases, c->err) < 0)
			return -1;
		if (bases.count != 1 || !oid_equal(&bases.items[0], &p->ids[i]))
			p->ids[n++] = p->ids[i];
	}
	p->count = n;
	return 0;
}

static int find_parents(struct checking *c, struct parents *p)
{
	struct oid *merge_heads;
	struct ref head;
	size_t count, i;
	int found = refs_head(c->study->repo, &c->study->arena, &head, c->err);

	if (found < 0)
		return -1;
	memset(p, 0, sizeof(*p));
	if (found == 0)
		return 0;
	if (refs_merge_heads(c->study->repo, &c->study->arena, &merge_heads, &count, c->err) < 0)
		return -1;
	p->has_head = true;
	p->ids = arena_calloc(&c->study->arena, 1 + count + c->options->other_head_count, sizeof(*p->ids));
	p->ids[p->count++] = head.commit;
	for (i = 0; i < count; i++)
		p->ids[p->count++] = merge_heads[i];
	for (i = 0; count == 0 && i < c->options->other_head_count; i++)
		p->ids[p->count++] = c->options->other_heads[i];
	if (count == 0 && p->count > 1 && drop_ancestors(c, p) < 0)
		return -1;
	if (p->count < 2)
		return 0;
	return merge_bases_find(c->study->repo, &c->study->arena, &p->ids[0], p->ids + 1, p->count - 1,
		c->options->progress, &p->ancestors, c->err);
}

static int judge_on_parents(struct checking *c, const struct parents *p, const struct oid *tree, const char *name)
{
	struct judge_side *bases, *ancestors;
	struct oid *trees = arena_calloc(&c->study->arena, p->ancestors.count + 1, sizeof(*trees));
	struct judge_case judged = {
		.base_count = p->count,
		.target = { .tree = *tree },
		.restore_from = TEXT_LITERAL("HEAD"),
		.is_merge = p->count > 1,
	};
	size_t i;

	if (check_sides(c, p->ids, p->count, &bases) < 0 ||
		check_sides(c, p->ancestors.items, p->ancestors.count, &ancestors) < 0)
		return -1;
	for (i = 0; i < p->ancestors.count; i++)
		trees[i] = ancestors[i].tree;
	judged.bases = bases;
	judged.ancestors = trees;
	judged.ancestor_count = p->ancestors.count;
	return check_case(c, &judged, text_of(name));
}

/* --- what is staged ---------------------------------------------------------------------------------------------- */

/* What the index tells of HEAD's trees, none of which need be read. */
static void note_dull(struct checking *c, const struct index_changes *changes)
{
	struct strbuf inside = STRBUF_INIT;
	size_t i;

	for (i = 0; i < changes->dull_count; i++) {
		strbuf_clear(&inside);
		strbuf_add(&inside, changes->dull[i].path.ptr, changes->dull[i].path.len);
		strbuf_addch(&inside, '/');
		study_add_dull(
			c->study, &changes->dull[i].id, survey_is_in_versions((struct text){ inside.buf, inside.len }));
	}
	strbuf_release(&inside);
}

int check_staged(struct checking *c)
{
	struct index_changes changes;
	struct judge_side head;
	struct parents parents;
	struct oid tree;

	if (repo_is_bare(c->study->repo))
		return err_set(c->err, ERR_USAGE, "this repository is bare: nothing is staged in it");
	if (find_parents(c, &parents) < 0 || (parents.has_head && check_side(c, &parents.ids[0], &head) < 0))
		return -1;
	if (index_compare_tree(c->study->repo, &c->study->arena, parents.has_head ? &head.tree : NULL,
		    survey_path_matters, &changes, c->err) < 0)
		return -1;
	note_dull(c, &changes);
	if (memory_tree(c->study->repo, parents.has_head ? &head.tree : NULL, changes.items, changes.count, &tree,
		    c->err) < 0 ||
		check_conflicts(
			c, changes.conflicts, changes.conflict_count, &tree, "resolve it and 'git add' it first") < 0)
		return -1;
	return judge_on_parents(c, &parents, &tree, "the index");
}

/* --- what lies in the work tree ---------------------------------------------------------------------------------- */

/* The listed files as a tree. */
static int tree_of_files(struct checking *c, const struct source_file *files, size_t count, struct oid *out)
{
	struct tree_change *changes = arena_calloc(&c->study->arena, count + 1, sizeof(*changes));
	size_t i;

	for (i = 0; i < count; i++) {
		changes[i] =
			(struct tree_change){ files[i].path, files[i].executable ? 0100755 : 0100644, files[i].id };
		if (files[i].kind != SOURCE_FILE)
			changes[i].mode = files[i].kind == SOURCE_LINK ? MODE_LINK : MODE_GITLINK;
		if (changes[i].mode != MODE_GITLINK && files[i].bytes.ptr &&
			memory_blob(c->study->repo, files[i].bytes.ptr, files[i].bytes.len, &changes[i].id, c->err) < 0)
			return -1;
	}
	return memory_tree(c->study->repo, NULL, changes, count, out, c->err);
}

/*
 * Opens the work tree. A file that cannot be read is not one that is no migration any more: nothing can be said then.
 */
static int open_files(struct checking *c, struct source **source)
{
	size_t limits = check_limits(c);
	const char *const *list;

	if (source_open_worktree(c->discovery, c->study, NULL, source, c->err) < 0)
		return -1;
	if (repo_limits(c->study->repo, &list) > limits)
		return err_set(c->err, ERR_UNDECIDED, "the work tree cannot be judged: %s", list[limits]);
	return 0;
}

int check_worktree(struct checking *c)
{
	const struct source_file *files;
	struct parents parents;
	struct source *source;
	struct oid tree;
	size_t count;

	if (find_parents(c, &parents) < 0 || open_files(c, &source) < 0)
		return -1;
	files = source_files(source, &count);
	if (tree_of_files(c, files, count, &tree) < 0)
		return -1;
	return judge_on_parents(c, &parents, &tree, "the work tree");
}
