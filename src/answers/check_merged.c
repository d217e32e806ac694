#include "check_parts.h"
#include "revident/base/printable.h"
#include "revident/git/merge.h"

int check_conflicts(
	struct checking *c, const struct text *paths, size_t count, const struct oid *tree, const char *what_to_do)
{
	struct env_defs defs = { .count = 0 };
	struct strbuf shown = STRBUF_INIT;
	size_t i;

	if (!count)
		return 0;
	if (discover(c->discovery, source_of_tree(c->study, tree), &defs, c->err) < 0)
		return -1;
	for (i = 0; i < c->options->versions_dir_count; i++)
		env_defs_add_versions(c->study, &defs, c->options->versions_dirs[i], "--versions-dir");
	for (i = 0; i < count; i++) {
		if (!text_equal(paths[i], TEXT_LITERAL(POLICY_FILE_NAME)) &&
			!env_defs_cover(&defs, c->study, study_path(c->study, paths[i].ptr, paths[i].len)))
			continue;
		strbuf_clear(&shown);
		strbuf_add_printable_text(&shown, paths[i]);
		judge_add_limit(c->judge, "'%s' is in a conflict: %s", shown.buf, what_to_do);
	}
	strbuf_release(&shown);
	env_defs_release(&defs);
	return 0;
}

/* Where the two parted; the tip may be no commit yet: then the commits that it stands on. */
static int find_ancestor(struct checking *c, const struct judge_case *judged, const struct oid *into,
	struct judge_side *out, bool *found)
{
	struct merge_bases bases;
	struct oid *tips = arena_calloc(&c->study->arena, judged->base_count + 1, sizeof(*tips));
	size_t count = 0, i;

	if (!oid_is_null(&judged->target.commit))
		tips[count++] = judged->target.commit;
	for (i = 0; count == 0 && i < judged->base_count; i++)
		tips[i] = judged->bases[i].commit;
	count = count ? count : judged->base_count;
	*found = false;
	if (!count)
		return 0;
	if (merge_bases_find(
		    c->study->repo, &c->study->arena, into, tips, count, c->options->progress, &bases, c->err) < 0)
		return -1;
	if (bases.count == 0 && bases.is_cut)
		return err_set(c->err, ERR_UNDECIDED,
			"this clone's history is too short to merge; 'fetch-depth: 0' for actions/checkout, "
			"'GIT_DEPTH: 0' "
			"in GitLab CI, or 'git fetch --unshallow' gets it all");
	*found = bases.count > 0;
	return bases.count ? check_side(c, &bases.items[0], out) : 0;
}

int check_merged(struct checking *c, const struct judge_case *judged)
{
	struct judge_side sides[2], ancestor;
	struct judge_case merged = { .bases = sides, .base_count = 2, .forbids_heads = true, .only_findings = true };
	struct merged_tree result;
	struct oid into;
	bool has_ancestor;

	if (check_resolve(c, c->options->merged_with, &into) < 0 || check_side(c, &into, &sides[0]) < 0 ||
		find_ancestor(c, judged, &into, &ancestor, &has_ancestor) < 0)
		return -1;
	sides[1] = judged->target;
	if (merge_trees(c->study->repo, &c->study->arena, has_ancestor ? &ancestor.tree : NULL, &sides[0].tree,
		    &sides[1].tree, &result, c->err) < 0)
		return -1;
	if (check_conflicts(c, result.conflicts, result.conflict_count, &result.tree,
		    "merge by hand, and judge what comes of it") < 0)
		return -1;
	merged.target.tree = result.tree;
	if (!check_protection(c))
		return -1;
	return judge_change(c->judge, &merged, check_published(c), c->err);
}
