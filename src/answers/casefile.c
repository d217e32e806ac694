#include "revident/answers/casefile.h"

#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "revident/base/digest.h"
#include "revident/base/xalloc.h"
#include "revident/answers/audit.h"
#include "revident/answers/audit_tables.h"
#include "revident/answers/recover.h"
#include "revident/git/commit_info.h"
#include "revident/git/object.h"
#include "revident/git/tree_changes.h"
#include "scan_parts.h"

enum { EVIDENCE_BYTES_MAX = 64 * 1024 * 1024 };

/* --- facts of one case ------------------------------------------------------------------------------------------- */

static void read_file(
	struct clerk *clerk, struct text path, struct text revision, const struct oid *blob, struct case_file *out)
{
	struct err ignored = { 0 };
	struct object object;

	*out = (struct case_file){ .path = path, .revision = revision, .blob = *blob };
	if (!path.ptr || oid_is_null(blob) ||
		object_read(clerk->inv->repo, blob, EVIDENCE_BYTES_MAX, &object, &ignored) != 1)
		return;
	if (object.type == OBJECT_BLOB) {
		out->is_read = true;
		out->size = object.len;
		sha256(object.bytes, object.len, out->sha256);
		out->bytes.len = object.len < CASE_FILE_MAX ? object.len : CASE_FILE_MAX;
		out->bytes.ptr = arena_memdup(clerk->arena, object.bytes, out->bytes.len);
	}
	object_release(&object);
}

static void read_files(struct clerk *clerk, struct lost_case *c)
{
	const struct event *loss = c->loss;
	const struct event_side *after;

	if (!loss) {
		read_file(clerk, c->life->path, c->life->revision, &c->life->blob, &c->lost);
		return;
	}
	read_file(clerk, loss->before.path, c->life->revision, &loss->before.blob, &c->lost);
	after = &loss->after;
	if (loss->continues_as.path.ptr)
		read_file(clerk, loss->continues_as.path, loss->continues_as.revision, &loss->continues_as.blob,
			&c->usurper);
	else if (after->path.ptr)
		read_file(clerk, after->path, after->revision, &after->blob, &c->usurper);
	else if (c->is_replaced)
		read_file(clerk, c->life->path, c->life->revision, &c->life->blob, &c->usurper);
}

static bool holds(struct text haystack, struct text needle)
{
	return haystack.ptr && needle.len && needle.len <= haystack.len &&
	       memmem(haystack.ptr, haystack.len, needle.ptr, needle.len);
}

static void find_telltales(struct lost_case *c)
{
	const struct migration *before = c->loss ? c->loss->before.migration : NULL;
	const struct migration *after = c->loss ? c->loss->after.migration : NULL;
	struct telltales *t = &c->telltales;

	if (before)
		t->lost_date = before->create_date;
	if (!after)
		return;
	t->date = after->create_date;
	t->doc_revision = after->doc_revision;
	t->docstring_has_lost_id = text_equal(after->doc_revision, c->life->revision);
	t->name_has_lost_id = holds(text_base_name(c->loss->after.path), c->life->revision);
}

static void lack_changes(struct clerk *clerk, const struct oid *commit, const struct err *why)
{
	char hex[OID_HEX + 1];

	repo_add_limit(clerk->inv->repo, "what commit %s changed cannot be listed: %s", oid_hex(commit, hex), why->msg);
}

static void read_changes(struct clerk *clerk, struct lost_case *c)
{
	struct err why = { 0 };
	struct commit_info parent;
	struct path_changes found;
	struct case_change *changes;
	size_t i;

	if (!c->loss)
		return;
	if (c->loss->has_parent &&
		commit_info_read(clerk->inv->repo, clerk->arena, &c->loss->parent, &parent, &why) != 1) {
		if (why.kind == ERR_NONE)
			err_set(&why, ERR_UNDECIDED, "its parent is missing");
		lack_changes(clerk, &c->loss->commit->id, &why);
		return;
	}
	if (tree_changes_read(clerk->inv->repo, c->loss->has_parent ? &parent.tree : NULL, &c->loss->commit->tree,
		    CASE_CHANGES_MAX, clerk->arena, &found, &why) < 0) {
		lack_changes(clerk, &c->loss->commit->id, &why);
		return;
	}
	changes = arena_calloc(clerk->arena, found.count + 1, sizeof(*changes));
	for (i = 0; i < found.count; i++)
		changes[i] = (struct case_change){ found.items[i].status, found.items[i].path, found.items[i].before,
			found.items[i].after };
	c->changes = changes;
	c->change_count = found.count;
	c->change_more = found.more;
	c->has_changes = true;
}

/* --- the trees --------------------------------------------------------------------------------------------------- */

/* Audits HEAD's tree; its tables only where something is missing, since every module is read for models. 0 or -1. */
static int audit_head(struct clerk *clerk, struct err *err)
{
	const struct audit_options how = { .policy = clerk->options->policy };
	uint32_t head = teller_head_view(&clerk->teller);
	struct audit_environment *items;
	const struct tree_envs *envs;
	bool is_missing = false;
	size_t i;

	if (head == INTERN_NONE)
		return 0;
	envs = &clerk->inv->views[head].envs;
	items = arena_calloc(clerk->arena, envs->count + 1, sizeof(*items));
	for (i = 0; i < envs->count; i++)
		audit_environment(&clerk->inv->study, &envs->items[i], &how, &items[i]);
	clerk->head = (struct audit){ .environments = items, .environment_count = envs->count };
	for (i = 0; i < clerk->out->case_count; i++)
		is_missing = is_missing || clerk->out->cases[i].is_missing;
	if (!is_missing || !clerk->out->head)
		return 0;
	return audit_tables(&clerk->inv->study, source_of_tree(&clerk->inv->study, &clerk->out->head->tree), &how,
		&clerk->head, err);
}

static const struct chain *planned_chain(const struct clerk *clerk, const struct lost_case *c)
{
	const struct recover *plan = &clerk->out->plan;
	size_t i, k;

	if (!clerk->out->has_plan || plan->refusal.ptr)
		return NULL;
	for (i = 0; i < plan->environment_count; i++) {
		const struct chain *after = &plan->environments[i].after;

		if (!text_equal(plan->environments[i].path, c->life->environment))
			continue;
		for (k = 0; k < after->count; k++)
			if (text_equal(after->nodes[k].revision, c->life->revision) &&
				after->nodes[k].state == CHAIN_PRESENT)
				return after;
	}
	return NULL;
}

static void draw_chains(struct clerk *clerk, struct lost_case *c)
{
	struct chain *drawn;

	c->environment = audit_find_environment(&clerk->head, c->life->environment);
	if (!c->environment || (c->life->at_head && !c->is_planned))
		return;
	c->should_be = planned_chain(clerk, c);
	c->is_whole_plan = c->should_be != NULL;
	if (c->should_be || c->life->at_head)
		return;
	drawn = arena_alloc(clerk->arena, sizeof(*drawn));
	if (casefile_chain_with(clerk->arena, &c->environment->chain, c, drawn))
		c->should_be = drawn;
}

/* --- the whole --------------------------------------------------------------------------------------------------- */

/* What a case is about: the loss that HEAD suffers from, else what replaced it, else the last loss, mended since. */
static const struct event *find_loss(const struct life *life)
{
	size_t i;

	if (life->loss || life->replacement)
		return life->loss ? life->loss : life->replacement;
	for (i = life->event_count; i-- > 0;)
		if (event_kind_is_loss(life->events[i].event.kind))
			return &life->events[i].event;
	return NULL;
}

static int tell_case(struct clerk *clerk, const struct identity *identity, struct lost_case *c, struct err *err)
{
	struct life *life = arena_alloc(clerk->arena, sizeof(*life));

	if (tell_life(&clerk->teller, identity, life, err) < 0)
		return -1;
	c->life = life;
	c->loss = find_loss(life);
	c->is_replaced = life->at_head && life->replacement;
	c->is_missing = identity->missing && missing_is_at_head(clerk, identity->missing);
	c->has_rule = c->loss != NULL;
	if (c->loss) {
		c->rule = loss_rule(c->loss->kind);
		c->rule_level = policy_level(clerk->options->policy, c->rule);
		c->is_excused = find_excuse(&clerk->prunings, c->loss, identity->revision, identity->lineages,
			identity->lineage_count, &c->excuse);
	}
	read_files(clerk, c);
	find_telltales(c);
	read_changes(clerk, c);
	casefile_write_refs(clerk, identity, c);
	casefile_write_times(clerk, c);
	return 0;
}

static bool is_named_for_repair(const struct clerk *clerk, const struct lost_case *c)
{
	return clerk->options->revision_count &&
	       (!c->life->at_head || (c->is_replaced && c->loss->kind == EVENT_REPLACED));
}

/* The plan is for what is missing at HEAD, and for what was named and HEAD lacks or has other content for. */
static int plan_repair(struct clerk *clerk, struct lost_case *cases, struct err *err)
{
	const struct casefile_options *given = clerk->options;
	const char **ids = arena_calloc(clerk->arena, clerk->out->case_count + 1, sizeof(*ids));
	struct recover_options how = { .revisions = ids,
		.envs = given->envs,
		.env_count = given->env_count,
		.versions_dirs = given->versions_dirs,
		.versions_dir_count = given->versions_dir_count,
		.places = SALVAGE_EVERYWHERE,
		.notes = NOTES_READ,
		.policy = given->policy,
		.progress = given->progress };
	struct err why = { 0 };
	size_t i;

	for (i = 0; i < clerk->out->case_count; i++) {
		struct lost_case *c = &cases[i];

		c->is_planned = c->is_missing || is_named_for_repair(clerk, c);
		if (c->is_planned && (i == 0 || !cases[i - 1].is_planned ||
					     !text_equal(cases[i - 1].life->revision, c->life->revision)))
			ids[how.revision_count++] =
				arena_memdup(clerk->arena, c->life->revision.ptr, c->life->revision.len);
	}
	if (!how.revision_count || !clerk->inv->has_head)
		return 0;
	if (recover_plan(clerk->inv->repo, clerk->arena, &how, &clerk->out->plan, &why) == 0)
		clerk->out->has_plan = true;
	else if (why.kind == ERR_USAGE)
		clerk->out->plan_failure = arena_strdup(clerk->arena, why.msg);
	else
		return err_set(err, why.kind, "%s", why.msg);
	return 0;
}

static const struct salvage_source *source_of(const struct clerk *clerk, struct text revision)
{
	size_t i;

	for (i = 0; clerk->out->has_plan && i < clerk->out->plan.source_count; i++)
		if (text_equal(clerk->out->plan.sources[i].revision, revision))
			return &clerk->out->plan.sources[i];
	return NULL;
}

/* A file that no walked commit holds, but the plan found. */
static void take_source(struct clerk *clerk, struct lost_case *c)
{
	c->source = source_of(clerk, c->life->revision);
	if (c->source && !c->lost.is_read)
		read_file(clerk, c->source->path.ptr ? c->source->path : TEXT_LITERAL("(no path is known)"),
			c->life->revision, &c->source->blob, &c->lost);
}

static void write_facts(struct clerk *clerk)
{
	clerk->out->protects_all = clerk->options->policy->protect == PROTECT_ALL;
	scan_write_facts(clerk->inv, &clerk->teller.facts);
	clerk->out->repository = clerk->teller.facts.repository;
}

static int fill(struct clerk *clerk, struct err *err)
{
	struct identity *subjects;
	struct lost_case *cases;
	size_t i, count;
	int rc = -1;

	if (casefile_choose_subjects(clerk, &subjects, &count, err) < 0)
		goto done;
	if (clerk->teller.head != INTERN_NONE && clerk->inv->tip_commits[clerk->teller.head] != COMMIT_NONE)
		clerk->out->head = model_commit(&clerk->teller.model, clerk->inv->tip_commits[clerk->teller.head]);
	cases = arena_calloc(clerk->arena, count + 1, sizeof(*cases));
	clerk->out->cases = cases;
	for (i = 0; i < count; i++)
		if (tell_case(clerk, &subjects[i], &cases[i], err) < 0)
			goto done;
	clerk->out->case_count = count;
	if (plan_repair(clerk, cases, err) < 0 || audit_head(clerk, err) < 0)
		goto done;
	for (i = 0; i < count; i++) {
		take_source(clerk, &cases[i]);
		draw_chains(clerk, &cases[i]);
		if (casefile_write_tables(clerk, &cases[i], err) < 0)
			goto done;
		if (!cases[i].life->at_head)
			casefile_write_stamps(
				clerk->arena, cases[i].is_whole_plan ? &clerk->out->plan : NULL, &cases[i]);
	}
	casefile_write_exhibits(clerk);
	if (clerk->options->redact_authors)
		casefile_write_secrets(clerk);
	if (tell_searched(&clerk->teller, &clerk->out->searched, err) < 0)
		goto done;
	write_facts(clerk);
	rc = 0;
done:
	free(subjects);
	return rc;
}

int casefile_build(
	struct investigation *inv, const struct casefile_options *options, struct casefile *out, struct err *err)
{
	const struct scan_options scan_options = { .all = true,
		.deep = options->deep,
		.envs = options->envs,
		.env_count = options->env_count,
		.policy = options->policy };
	struct clerk clerk = { .inv = inv, .arena = inv->arena, .options = options, .out = out };
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (teller_open(&clerk.teller, inv, &scan_options, err) < 0)
		goto done;
	prunings_init(&clerk.prunings, inv, options->policy);
	rc = fill(&clerk, err);
done:
	teller_close(&clerk.teller);
	return rc;
}
