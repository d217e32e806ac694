#include "revident/answers/check.h"

#include <stdlib.h>
#include <string.h>

#include "check_parts.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/policy_load.h"
#include "revident/answers/provenance.h"
#include "revident/git/commit_info.h"

static int read_side(struct checking *c, const struct oid *commit, struct judge_side *out)
{
	struct commit_info info;
	char hex[OID_HEX + 1];
	int found = commit_info_read(c->study->repo, &c->study->arena, commit, &info, c->err);

	if (found == 0)
		return err_set(c->err, ERR_UNDECIDED, "commit %s is not in this clone; 'git fetch origin %s' brings it",
			oid_hex(commit, hex), hex);
	if (found < 0)
		return -1;
	*out = (struct judge_side){ info.tree, info.id };
	return 0;
}

int check_side(struct checking *c, const struct oid *commit, struct judge_side *out)
{
	uint32_t number = intern_find(&c->commits, commit->bytes, OID_BYTES);

	if (number != INTERN_NONE) {
		*out = c->sides[number];
		return 0;
	}
	if (read_side(c, commit, out) < 0)
		return -1;
	VEC_GROW(c->sides, c->commits.count, c->side_cap);
	c->sides[c->commits.count] = *out;
	intern_add(&c->commits, commit->bytes, OID_BYTES);
	return 0;
}

int check_sides(struct checking *c, const struct oid *commits, size_t count, struct judge_side **out)
{
	size_t i;

	*out = arena_calloc(&c->study->arena, count + 1, sizeof(**out));
	for (i = 0; i < count; i++)
		if (check_side(c, &commits[i], &(*out)[i]) < 0)
			return -1;
	return 0;
}

int check_resolve(struct checking *c, const char *expression, struct oid *out)
{
	struct ref ref;
	int found = refs_resolve(c->study->repo, &c->study->arena, expression, &ref, c->err);

	if (found == 1) {
		*out = ref.commit;
		return 0;
	}
	if (found == 0) {
		c->err->kind = repo_is_shallow(c->study->repo) ? ERR_UNDECIDED : ERR_USAGE;
		if (repo_is_shallow(c->study->repo))
			err_prefix(c->err,
				"this clone is shallow ('fetch-depth: 0' for actions/checkout, 'GIT_DEPTH: 0' in "
				"GitLab CI, 'git fetch --unshallow' by hand gets it all): ");
	}
	return -1;
}

/* --- the policy -------------------------------------------------------------------------------------------------- */

static void add_extra(struct checking *c, struct env_defs *extra)
{
	size_t i;

	for (i = 0; i < c->options->versions_dir_count; i++)
		env_defs_add_versions(c->study, extra, c->options->versions_dirs[i], "--versions-dir");
	policy_add_versions(c->policy, c->study, extra);
}

static void describe_protection(struct checking *c, const struct protection *protection)
{
	struct policy_use *use = &c->uses[c->use];
	size_t i;

	if (!use->protected_refs) {
		use->protected_refs =
			arena_calloc(&c->study->arena, protection->ref_count + 1, sizeof(*use->protected_refs));
		for (i = 0; i < protection->ref_count; i++)
			use->protected_refs[i] = protection->refs[i].name;
	}
	c->out->refs = use->protected_refs;
	c->out->ref_count = protection->ref_count;
	c->out->tag_count = protection->tag_count;
	if (c->policy->protect == PROTECT_ALL)
		c->out->protection = TEXT_LITERAL("everything in the base is protected");
	else if (!protection->is_default && protection->ref_count + protection->tag_count == 0)
		c->out->protection = TEXT_LITERAL("nothing is protected: no ref that would be is there");
	else if (c->policy->protected_refs.count)
		c->out->protection = TEXT_LITERAL("protected is what the configured refs or a tag hold");
	else if (protection->is_default && c->has_lost_refs)
		c->out->protection =
			TEXT_LITERAL("protected is everything in the base: the refs could not be read whole");
	else if (protection->is_default)
		c->out->protection =
			TEXT_LITERAL("protected is everything in the base: there is no remote and no protected ref");
	else
		c->out->protection = TEXT_LITERAL("protected is what the remote's branches or a tag hold");
}

/* A policy that is there and cannot be had might protect more, or waive something: nobody knows. */
static void look_for_lost_policy(struct checking *c, struct source *source)
{
	struct source_entry entry;
	char hex[OID_HEX + 1];

	if (source && source_find(source, TEXT_LITERAL(POLICY_FILE_NAME), &entry, c->err) == 1 &&
		entry.kind == SOURCE_FILE)
		judge_add_limit(c->judge,
			POLICY_FILE_NAME " (blob %s) is not in this clone; 'git fetch' or 'git fsck' tells "
					 "more",
			oid_hex(&entry.id, hex));
}

static const struct text *only_environments(struct checking *c)
{
	struct text *only = arena_calloc(&c->study->arena, c->options->env_count + 1, sizeof(*only));
	size_t i;

	for (i = 0; i < c->options->env_count; i++)
		only[i] = text_of(c->options->envs[i]);
	return only;
}

/* Reads a policy and makes it the one in use. */
static int load_policy(struct checking *c, struct source *source, struct err *err)
{
	struct policy_use use = { .extra = xcalloc(1, sizeof(*use.extra)) };
	size_t i;

	use.policy = arena_alloc(&c->study->arena, sizeof(*use.policy));
	if (policy_load_given(c->study->repo, source, c->options->given, c->options->given_count, &c->study->arena,
		    use.policy, &use.has_file, err) < 0) {
		free(use.extra);
		return -1;
	}
	c->policy = use.policy;
	for (i = 0; i < c->policy->ignored_count; i++)
		judge_add_note(c->judge, "%s", c->policy->ignored[i]);
	if (!use.has_file)
		look_for_lost_policy(c, source);
	add_extra(c, use.extra);
	VEC_GROW(c->uses, c->policies.count, c->use_cap);
	c->uses[c->policies.count] = use;
	return 0;
}

/* Finds the policy's number by its file, none being the null id. What cannot be looked for gets one that is no id. */
static int find_policy(struct checking *c, struct source *source)
{
	static const char unknown[] = "?";
	struct source_entry entry;
	struct oid blob = { 0 };
	struct err why = { 0 };
	const char *key = unknown;
	size_t len = strlen(unknown);
	int found = source ? source_find(source, TEXT_LITERAL(POLICY_FILE_NAME), &entry, &why) : 0;

	if (found == 1 && entry.kind == SOURCE_FILE)
		blob = entry.id;
	if (found >= 0) {
		key = (const char *)blob.bytes;
		len = OID_BYTES;
	}
	c->use = intern_find(&c->policies, key, len);
	if (c->use != INTERN_NONE)
		return 0;
	if (load_policy(c, source, c->err) < 0)
		return -1;
	c->use = intern_add(&c->policies, key, len);
	return 0;
}

int check_use_policy(struct checking *c, const struct judge_case *judged, struct text target_name)
{
	bool from_base = c->options->policy_from_base;
	const struct judge_side *side = &judged->target;
	struct judge_options options = { .progress = c->options->progress, .only_count = c->options->env_count };
	char hex[OID_HEX + 1];

	if (from_base)
		side = judged->base_count ? &judged->bases[0] : NULL;
	if (find_policy(c, side ? source_of_tree(c->study, &side->tree) : NULL) < 0)
		return -1;
	c->policy = c->uses[c->use].policy;
	if (c->uses[c->use].has_file)
		c->out->policy =
			side && !oid_is_null(&side->commit)
				? study_sentence(c->study, "%s:%s", oid_hex(&side->commit, hex), POLICY_FILE_NAME)
				: study_sentence(c->study, "%s in %.*s", POLICY_FILE_NAME, (int)target_name.len,
					  target_name.ptr);
	options.policy = c->policy;
	options.policy_is_of_base = from_base;
	options.extra = c->uses[c->use].extra;
	options.only = only_environments(c);
	judge_use(c->judge, &options);
	return 0;
}

size_t check_limits(const struct checking *c)
{
	const char *const *limits;

	return repo_limits(c->study->repo, &limits);
}

void check_take_limits(struct checking *c, size_t from)
{
	const char *const *limits;
	size_t i, count = repo_limits(c->study->repo, &limits);

	for (i = from; i < count; i++)
		judge_add_limit(c->judge, "%s", limits[i]);
	c->has_lost_refs = c->has_lost_refs || count > from;
}

const struct protection *check_protection(struct checking *c)
{
	struct published **published = &c->uses[c->use].published;

	if (!*published) {
		size_t limits = check_limits(c);

		*published = published_new(c->study, c->discovery, c->policy, c->err);
		if (!*published)
			return NULL;
		check_take_limits(c, limits);
	}
	describe_protection(c, published_protection(*published));
	return published_protection(*published);
}

struct published *check_published(const struct checking *c)
{
	return c->uses[c->use].published;
}

/* --- cases ------------------------------------------------------------------------------------------------------- */

static void note_comparison(struct checking *c, const struct judge_case *judged, struct text name)
{
	struct oid *bases = arena_calloc(&c->study->arena, judged->base_count + 1, sizeof(*bases));
	size_t i;

	for (i = 0; i < judged->base_count; i++)
		bases[i] = judged->bases[i].commit;
	VEC_GROW(c->comparisons, c->comparison_count, c->comparison_cap);
	c->comparisons[c->comparison_count++] =
		(struct comparison){ name, bases, judged->base_count, judged->target.commit };
}

/* Was the same change judged by the same policy? What it says of it would not be new. */
static bool note_judged(struct checking *c, const struct judge_case *judged)
{
	size_t before = c->judged.count, i;
	struct strbuf key = STRBUF_INIT;
	uint32_t number;

	strbuf_addf(&key, "%u %d %d %d %zu\n", (unsigned)c->use, judged->bases_are_protected, judged->forbids_heads,
		judged->with_history, judged->base_count);
	strbuf_add(&key, (const char *)&judged->target, sizeof(judged->target));
	for (i = 0; i < judged->base_count; i++)
		strbuf_add(&key, (const char *)&judged->bases[i], sizeof(judged->bases[i]));
	number = intern_add(&c->judged, key.buf, key.len);
	strbuf_release(&key);
	return number < before;
}

int check_case(struct checking *c, struct judge_case *judged, struct text name)
{
	const struct protection *protection;
	int concerned;

	note_comparison(c, judged, name);
	if (check_use_policy(c, judged, name) < 0)
		return -1;
	if (note_judged(c, judged))
		return 0;
	concerned = judge_is_concerned(c->judge, judged, c->err);
	if (concerned < 0)
		return -1;
	if (concerned) {
		protection = check_protection(c);
		if (!protection)
			return -1;
		if (protection->is_default) /* nobody says what is published: then all that was there is */
			judged->bases_are_protected = true;
		if (judge_change(c->judge, judged, check_published(c), c->err) < 0)
			return -1;
	}
	return c->options->merged_with ? check_merged(c, judged) : 0;
}

static int run_mode(struct checking *c)
{
	switch (c->options->mode) {
	case CHECK_STAGED:
		return check_staged(c);
	case CHECK_WORKTREE:
		return check_worktree(c);
	case CHECK_RANGE:
		return check_range(c);
	case CHECK_PUSH:
		return check_push(c);
	case CHECK_RECEIVE:
		return check_receive(c);
	}
	return -1;
}

static void release(struct checking *c)
{
	size_t i;

	judge_free(c->judge);
	for (i = 0; i < c->policies.count; i++) {
		published_free(c->uses[i].published);
		env_defs_release(c->uses[i].extra);
		free(c->uses[i].extra);
	}
	free(c->uses);
	free(c->sides);
	intern_release(&c->policies);
	intern_release(&c->commits);
	intern_release(&c->judged);
	merge_finder_free(c->finder);
	free(c->comparisons);
}

int check_run(struct study *study, struct discovery *discovery, const struct check_options *options, struct check *out,
	struct err *err)
{
	struct checking c = { .study = study, .discovery = discovery, .options = options, .out = out, .err = err };
	struct err why = { 0 };
	int rc;

	memset(out, 0, sizeof(*out));
	c.judge = judge_new(study, discovery);
	intern_init(&c.policies);
	intern_init(&c.commits);
	intern_init(&c.judged);
	rc = run_mode(&c);
	if (rc == 0) {
		judge_finish(c.judge, out);
		out->comparisons = arena_copy(&study->arena, c.comparisons, c.comparison_count, sizeof(*c.comparisons));
		out->comparison_count = c.comparison_count;
		if (provenance_read(study->repo, &study->arena,
			    out->comparison_count ? &out->comparisons[0].target : NULL, &out->provenance,
			    &why) < 0) /* an ornament: no verdict is given up for it */
			memset(&out->provenance, 0, sizeof(out->provenance));
	}
	release(&c);
	return rc;
}
