#include <stdlib.h>
#include <string.h>

#include "judge_parts.h"
#include "revident/base/xalloc.h"

/* The findings that a base's tree has already: a change did not introduce them. */
struct known {
	struct intern findings; /* key_of(): each with its environment and without, at its level and those below */
	const struct audit_environment *environments;
	size_t count;
};

static struct strbuf key_of(struct text environment, const struct finding *finding, enum level level)
{
	struct text subject = finding->revision.ptr ? finding->revision : finding->path;
	struct strbuf key = STRBUF_INIT;

	strbuf_addf(&key, "%d %d ", (int)finding->rule, (int)level);
	if (environment.ptr)
		strbuf_add(&key, environment.ptr, environment.len);
	strbuf_addch(&key, '\0');
	if (subject.ptr)
		strbuf_add(&key, subject.ptr, subject.len);
	return key;
}

static void add_key(struct known *known, struct text environment, const struct finding *finding, enum level level)
{
	struct strbuf key = key_of(environment, finding, level);

	intern_add(&known->findings, key.buf, key.len);
	strbuf_release(&key);
}

static void add_findings(struct known *known, const struct audit_environment *env)
{
	size_t i;

	for (i = 0; i < env->finding_count; i++) {
		int level;

		for (level = LEVEL_OFF + 1; level <= (int)env->findings[i].level; level++) {
			add_key(known, env->path, &env->findings[i], (enum level)level);
			add_key(known, TEXT_NONE, &env->findings[i], (enum level)level);
		}
	}
}

static const struct audit_environment *find_environment(const struct known *known, struct text path)
{
	size_t i;

	for (i = 0; i < known->count; i++)
		if (text_equal(known->environments[i].path, path))
			return &known->environments[i];
	return NULL;
}

static bool has_key(const struct known *known, struct text environment, const struct finding *finding)
{
	struct strbuf key = key_of(environment, finding, finding->level);
	bool found = intern_find(&known->findings, key.buf, key.len) != INTERN_NONE;

	strbuf_release(&key);
	return found;
}

/*
 * Was it so before, and as bad? Of heads and bases it matters how many there are; an environment that moved is known by
 * its ids.
 */
static bool is_known(const struct known *known, const struct audit_environment *env, const struct finding *finding)
{
	const struct audit_environment *before = find_environment(known, env->path);

	if (finding->rule == RULE_MULTIPLE_HEADS && before && before->chain.head_count < env->chain.head_count)
		return false;
	if (finding->rule == RULE_MULTIPLE_BASES && before)
		return before->chain.base_count >= env->chain.base_count;
	return has_key(known, before ? env->path : TEXT_NONE, finding);
}

static bool same_files(const struct tree_env *a, const struct tree_env *b)
{
	size_t i;

	if (a->file_count != b->file_count)
		return false;
	for (i = 0; i < a->file_count; i++)
		if (a->files[i].path != b->files[i].path || a->files[i].blob != b->files[i].blob ||
			a->files[i].is_loaded != b->files[i].is_loaded)
			return false;
	return true;
}

/*
 * How many of the sides tell by themselves that a tree brings nothing: a merge may bring heads to what it is merged
 * into.
 */
static size_t sides_that_tell(const struct judging *j)
{
	return j->judged->only_findings ? 1 : j->side_count - 1;
}

/* Has some base the same environment, file by file, configured the same way? Then nothing in it is new. */
static bool is_unchanged(const struct judging *j, const struct tree_env *env)
{
	size_t s, i;

	for (s = 0; s < sides_that_tell(j); s++) {
		const struct tree_envs *envs = &j->sides[s].envs;

		for (i = 0; i < envs->count; i++)
			if (text_equal(envs->items[i].path, env->path) && same_files(&envs->items[i], env) &&
				envs->items[i].version_count == env->version_count)
				return true;
	}
	return false;
}

/* The ids of all bases: a file may be named after one that it no longer is. */
static void list_former(struct judging *j, struct audit_options *options)
{
	size_t count = j->study->revisions.count, s, i, k, n = 0;
	struct text *former = arena_calloc(&j->study->arena, count + 1, sizeof(*former));
	bool *is_listed = xcalloc(count + 1, sizeof(*is_listed));

	for (s = 0; s + 1 < j->side_count; s++) {
		for (i = 0; i < j->sides[s].envs.count; i++) {
			const struct tree_env *env = &j->sides[s].envs.items[i];

			for (k = 0; k < env->file_count; k++) {
				uint32_t revision = env->files[k].revision;

				if (revision == INTERN_NONE || is_listed[revision])
					continue;
				is_listed[revision] = true;
				former[n++] = study_revision_text(j->study, revision);
			}
		}
	}
	free(is_listed);
	options->former = former;
	options->former_count = n;
}

static struct known audit_base(struct judging *j, const struct side_view *side, const struct audit_options *options)
{
	struct known known = { .count = side->envs.count };
	struct audit_environment *items = arena_calloc(&j->study->arena, side->envs.count + 1, sizeof(*items));
	size_t i;

	intern_init(&known.findings);
	for (i = 0; i < side->envs.count; i++) {
		audit_environment(j->study, &side->envs.items[i], options, &items[i]);
		add_findings(&known, &items[i]);
	}
	known.environments = items;
	return known;
}

/* The child of what looks like a head may be in a file that cannot be read. */
static bool has_unread_file(const struct judging *j, const struct tree_env *env)
{
	size_t i;

	for (i = 0; i < env->file_count; i++)
		if (env->files[i].is_loaded && study_blob_is_absent(j->study, env->files[i].blob))
			return true;
	return false;
}

/* Only what lands on a protected ref must leave it with the heads that it had. */
static enum level level_in_case(const struct judging *j, const struct tree_env *env, const struct finding *finding)
{
	if (finding->rule == RULE_MULTIPLE_HEADS && finding->level == LEVEL_WARNING && j->judged->forbids_heads &&
		!j->judge->options.policy->has_level[RULE_MULTIPLE_HEADS] && !has_unread_file(j, env))
		return LEVEL_ERROR;
	return finding->level;
}

/* What a branch has by itself, as a warning, and brings to what it is merged into, as an error, is said once. */
static void withdraw_lesser(struct judge *judge, const struct finding *finding)
{
	size_t i, n = 0;

	for (i = 0; i < judge->violation_count; i++) {
		const struct finding *v = &judge->violations[i];

		if (v->rule != finding->rule || v->level >= finding->level ||
			!text_equal(v->environment, finding->environment) || !text_equal(v->message, finding->message))
			judge->violations[n++] = *v;
	}
	judge->violation_count = n;
}

/* What is named and not there may be in a file that is too long to be read: then nobody can judge it. */
static void say_too_large(struct judging *j, const struct tree_env *env)
{
	size_t i;

	for (i = 0; i < env->file_count; i++)
		if (study_blob_is_too_large(j->study, env->files[i].blob))
			judge_add_limit(j->judge,
				"'%s' has more than %d MiB, and is not read: what it declares is not known",
				study_shown(j->study, study_path_text(j->study, env->files[i].path)),
				MIGRATION_BYTES_MAX / (1024 * 1024));
}

static void keep_new(struct judging *j, const struct tree_env *env, const struct finding *finding)
{
	struct finding kept = *finding;
	struct source_entry entry;
	struct err why = { 0 };
	bool has_blob = finding->path.ptr && source_find(judging_target(j)->source, finding->path, &entry, &why) == 1 &&
			entry.kind == SOURCE_FILE;

	kept.level = level_in_case(j, env, finding);
	kept.environment = env->path;
	if (kept.rule == RULE_MISSING_REVISION && kept.level == LEVEL_WARNING)
		say_too_large(j, env);
	if (kept.level == LEVEL_ERROR && kept.rule == RULE_MULTIPLE_HEADS)
		withdraw_lesser(j->judge, &kept);
	judge_keep(j, kept, has_blob ? &entry.id : NULL);
}

int judge_new_findings(struct judging *j)
{
	struct policy policy = *j->judge->options.policy;
	struct audit_options options = { .policy = &policy };
	struct known *known = xcalloc(j->side_count, sizeof(*known));
	const struct tree_envs *envs = &judging_target(j)->envs;
	size_t s, i, k, bases = 0;

	policy.waiver_count = 0; /* judge_keep() asks for waivers, so that they show */
	list_former(j, &options);
	for (i = 0; i < envs->count; i++) {
		struct audit_environment found;

		if (is_unchanged(j, &envs->items[i]) || judge_leaves_out(j, envs->items[i].path))
			continue;
		audit_environment(j->study, &envs->items[i], &options, &found);
		for (; found.finding_count && bases + 1 < j->side_count; bases++)
			known[bases] = audit_base(j, &j->sides[bases], &options);
		for (k = 0; k < found.finding_count; k++) {
			const struct finding *finding = &found.findings[k];
			size_t asked = finding->rule == RULE_MULTIPLE_HEADS ? sides_that_tell(j) : bases;
			bool is_new = true;

			for (s = 0; s < asked && is_new; s++)
				is_new = !is_known(&known[s], &found, finding);
			if (is_new)
				keep_new(j, &envs->items[i], finding);
		}
	}
	for (s = 0; s < bases; s++)
		intern_release(&known[s].findings);
	free(known);
	return 0;
}
