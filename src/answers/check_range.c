#include <string.h>

#include "check_parts.h"
#include "revident/base/printable.h"
#include "revident/git/commit_info.h"

/* Both ends of "A..B" or "A...B"; one that is left out is HEAD. */
static int split_range(struct checking *c, const char **from, const char **to)
{
	const char *range = c->options->range, *dots = strstr(range, "..");
	struct strbuf shown = STRBUF_INIT;

	if (!dots) {
		strbuf_add_printable(&shown, range, strlen(range));
		err_set(c->err, ERR_USAGE, "\"%s\" is no range; --range takes A..B or A...B", shown.buf);
		strbuf_release(&shown);
		return -1;
	}
	*from = arena_memdup(&c->study->arena, range, (size_t)(dots - range));
	*to = arena_strdup(&c->study->arena, dots + (dots[2] == '.' ? 3 : 2));
	if (!**from)
		*from = "HEAD";
	if (!**to)
		*to = "HEAD";
	return 0;
}

/*
 * What stood before a commit that is its own merge base: --before, else its first parent; a root has none. Whoever
 * names the commit itself would have nothing judged: that is no answer either.
 */
static int take_before(struct checking *c, const struct oid *tip, struct merge_bases *bases)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	const char *before = c->options->before;
	struct commit_info info;

	if (before && strcmp(before, zeros) != 0) {
		if (check_resolve(c, before, &bases->items[0]) < 0)
			return -1;
		if (!oid_equal(&bases->items[0], tip))
			return 0;
	}
	if (commit_info_read(c->study->repo, &c->study->arena, tip, &info, c->err) < 1)
		return err_set(c->err, ERR_UNDECIDED, "the commit to be judged cannot be read");
	bases->count = info.parent_count ? 1 : 0;
	if (info.parent_count)
		bases->items[0] = info.parents[0];
	return 0;
}

static bool is_only(const struct merge_bases *bases, const struct oid *id)
{
	return bases->count == 1 && oid_equal(&bases->items[0], id);
}

int check_parted(
	struct checking *c, const struct oid *tip, const struct oid *others, size_t count, struct judge_case *judged)
{
	struct merge_bases bases;
	struct judge_side *sides;
	bool share_history;

	if (!c->finder)
		c->finder = merge_finder_new(c->study->repo, NULL, 0);
	if (check_side(c, tip, &judged->target) < 0 || merge_finder_find(c->finder, &c->study->arena, tip, others,
							       count, c->options->progress, &bases, c->err) < 0)
		return -1;
	share_history = bases.count > 0;
	if (is_only(&bases, tip) && take_before(c, tip, &bases) < 0)
		return -1;
	if (bases.count == 0 && bases.is_cut)
		return err_set(c->err, ERR_UNDECIDED,
			"this clone's history is too short to tell where the two histories parted; get it all with "
			"'fetch-depth: 0' for actions/checkout, 'GIT_DEPTH: 0' in GitLab CI, or 'git fetch "
			"--unshallow'");
	if (bases.count && bases.is_doubtful)
		judge_add_limit(c->judge, "this clone's history is too short to tell whether the two histories "
					  "parted later than where they "
					  "are seen to; 'git fetch --unshallow' gets it all");
	if (check_sides(c, bases.items, bases.count, &sides) < 0)
		return -1;
	judged->bases = sides;
	judged->base_count = bases.count;
	return share_history;
}

int check_range(struct checking *c)
{
	struct judge_case judged = { .with_history = true };
	const char *from, *to;
	struct oid base, tip;
	struct strbuf shown = STRBUF_INIT;
	struct text name;
	int share_history;

	if (split_range(c, &from, &to) < 0 || check_resolve(c, from, &base) < 0 || check_resolve(c, to, &tip) < 0)
		return -1;
	share_history = check_parted(c, &tip, &base, 1, &judged);
	if (share_history < 0)
		return -1;
	if (!share_history)
		return err_set(c->err, ERR_UNDECIDED, "the two ends of the range have no history in common");
	strbuf_add_printable(&shown, c->options->range, strlen(c->options->range));
	name = study_sentence(c->study, "%s", shown.buf);
	strbuf_release(&shown);
	return check_case(c, &judged, name);
}
