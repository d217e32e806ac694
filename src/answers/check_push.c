#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "check_parts.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "revident/git/object.h"

/* Commits to hold a tip against. */
struct commit_list {
	struct oid *items;
	size_t count, cap;
};

static void add_commit(struct commit_list *list, const struct oid *id)
{
	VEC_GROW(list->items, list->count, list->cap);
	list->items[list->count++] = *id;
}

static bool begins_with(struct text name, struct text prefix)
{
	return name.len > prefix.len && memcmp(name.ptr, prefix.ptr, prefix.len) == 0;
}

/* The branch behind refs/heads/, or none. */
static struct text branch_of(struct text ref)
{
	const struct text prefix = TEXT_LITERAL("refs/heads/");

	return begins_with(ref, prefix) ? (struct text){ ref.ptr + prefix.len, ref.len - prefix.len } : TEXT_NONE;
}

/* "refs/remotes/<remote>/", or "refs/remotes/" where the remote is not known by a name. */
static struct text tracking_prefix(struct checking *c, const struct ref_list *refs)
{
	struct text named = study_sentence(c->study, "refs/remotes/%.*s/", (int)c->options->remote.len,
		c->options->remote.ptr ? c->options->remote.ptr : "");
	size_t i;

	for (i = 0; c->options->remote.len && i < refs->count; i++)
		if (begins_with(refs->items[i].name, named))
			return named;
	return TEXT_LITERAL("refs/remotes/");
}

/* Is it the tracking ref of that branch: the prefix, perhaps a remote's name, and the branch? */
static bool tracks(struct text name, struct text prefix, struct text branch)
{
	if (!name.ptr || !branch.ptr || !begins_with(name, prefix) || name.len < prefix.len + branch.len)
		return false;
	if (memcmp(name.ptr + name.len - branch.len, branch.ptr, branch.len) != 0)
		return false;
	if (name.len == prefix.len + branch.len)
		return prefix.len > strlen("refs/remotes/");
	return prefix.len == strlen("refs/remotes/") && name.ptr[name.len - branch.len - 1] == '/' &&
	       !memchr(name.ptr + prefix.len, '/', name.len - prefix.len - branch.len - 1);
}

/* One ref that changes, while it is looked at. */
struct updating {
	struct checking *c;
	const struct ref_update *update;
	const struct ref_list *refs;
	const struct ref *head; /* NULL: unborn */
	const struct protection *protection;
	struct text prefix;              /* of the remote's tracking refs */
	const struct commit_list *known; /* what the other side has, as far as this clone knows */
	bool is_protected;
};

static bool push_is_protected(const struct updating *u)
{
	struct text branch = branch_of(u->update->ref);
	const struct policy *policy = u->c->policy;
	size_t i;

	if (policy->protected_refs.count && policy_ref_matches(&policy->protected_refs, u->update->ref))
		return true;
	for (i = 0; i < u->protection->ref_count && !u->protection->is_default; i++)
		if (tracks(u->protection->refs[i].name, u->prefix, branch) ||
			tracks(u->protection->refs[i].symbolic, u->prefix, branch))
			return true;
	return false;
}

/* The ref that the update changes: git follows one that is symbolic. */
static struct text landing(const struct updating *u)
{
	const struct ref_list *refs = u->refs;
	size_t at = text_lower_bound(
		refs->items, refs->count, sizeof(*refs->items), offsetof(struct ref, name), u->update->ref);
	bool is_symbolic =
		at < refs->count && text_equal(refs->items[at].name, u->update->ref) && refs->items[at].symbolic.ptr;

	return is_symbolic ? refs->items[at].symbolic : u->update->ref;
}

static bool receive_is_protected(const struct updating *u)
{
	const struct policy *policy = u->c->policy;
	struct text ref = landing(u);

	if (policy->protected_refs.count)
		return policy_ref_matches(&policy->protected_refs, ref) ||
		       policy_ref_matches(&policy->protected_refs, u->update->ref);
	return u->head && text_equal(u->head->symbolic, ref);
}

/* The commit that the ref has now: 1; 0 if it is new, or what it has is not in this clone; -1. */
static int before_of(const struct updating *u, struct oid *out)
{
	if (oid_is_null(&u->update->before))
		return 0;
	return object_peel_to_commit(u->c->study->repo, &u->update->before, out, u->c->err);
}

/*
 * What the other side has, as far as this clone knows: tracking refs of the remote, or all refs that are received into.
 */
static void list_known(
	const struct checking *c, const struct ref_list *refs, struct text prefix, struct commit_list *out)
{
	size_t i;

	for (i = 0; i < refs->count; i++) {
		const struct ref *ref = &refs->items[i];

		if (c->options->mode == CHECK_RECEIVE ? branch_of(ref->name).ptr != NULL
						      : begins_with(ref->name, prefix))
			add_commit(out, &ref->commit);
	}
}

/* The branch that the remote had when it was last looked at. */
static bool find_tracked(const struct updating *u, struct commit_list *out)
{
	size_t i;

	for (i = 0; i < u->refs->count; i++)
		if (tracks(u->refs->items[i].name, u->prefix, branch_of(u->update->ref)))
			add_commit(out, &u->refs->items[i].commit);
	return out->count > 0;
}

static int against_commit(const struct updating *u, const struct oid *base, struct judge_case *judged)
{
	struct judge_side *sides;

	if (check_sides(u->c, base, 1, &sides) < 0)
		return -1;
	judged->bases = sides;
	judged->base_count = 1;
	return 0;
}

static int unknown_before(const struct updating *u)
{
	char hex[OID_HEX + 1];
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable_text(&shown, u->update->ref);
	err_set(u->c->err, ERR_UNDECIDED,
		"'%s' is at %s on the other side, a commit that is not in this clone: 'git fetch' first", shown.buf,
		oid_hex(&u->update->before, hex));
	strbuf_release(&shown);
	return -1;
}

/* A ref that could not be read may be where this one began: what is there already must not look new. Returns -1. */
static int unknown_base(const struct updating *u)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable_text(&shown, u->update->ref);
	err_set(u->c->err, ERR_UNDECIDED, "'%s' is not judged: a ref that could not be read may be where it began",
		shown.buf);
	strbuf_release(&shown);
	return -1;
}

/* The bases: a protected ref's present tip; else where the tip parted from the protected refs; else what is there. */
static int choose_bases(const struct updating *u, const struct oid *tip, struct judge_case *judged)
{
	struct commit_list others = { .items = NULL };
	const struct commit_list *list = &others;
	bool is_new = oid_is_null(&u->update->before), from_head;
	struct oid before;
	size_t i;
	int rc = -1, found = before_of(u, &before);

	if (found < 0)
		return -1;
	if (u->is_protected && found)
		return against_commit(u, &before, judged);
	from_head = !u->is_protected && u->c->options->mode == CHECK_RECEIVE && !u->c->policy->protected_refs.count;
	if (u->c->has_lost_refs && !(from_head && u->head))
		return unknown_base(u);
	if (u->is_protected && !is_new) {
		if (!find_tracked(u, &others))
			return unknown_before(u);
	} else if (from_head) {
		if (u->head)
			add_commit(&others, &u->head->commit);
	} else if (!u->is_protected && !u->protection->is_default) {
		for (i = 0; i < u->protection->ref_count; i++)
			add_commit(&others, &u->protection->refs[i].commit);
	}
	if (!others.count && found)
		return against_commit(u, &before, judged);
	if (!others.count)
		list = u->known;
	if (!list->count && !is_new)
		return unknown_before(u);
	rc = list->count ? check_parted(u->c, tip, list->items, list->count, judged) : 0;
	free(others.items);
	return rc < 0 ? -1 : 0;
}

/* The policy that says which refs are protected: with --policy-from base that of the present tip, or of HEAD. */
static int use_first_policy(const struct updating *u, const struct judge_case *judged)
{
	struct judge_case first = *judged;
	struct judge_side base;
	struct oid before;
	int found = before_of(u, &before);

	if (found < 0)
		return -1;
	if (!found && u->head) {
		before = u->head->commit;
		found = 1;
	}
	if (found) {
		if (check_side(u->c, &before, &base) < 0)
			return -1;
		first.bases = &base;
		first.base_count = 1;
	}
	return check_use_policy(u->c, &first, u->update->ref);
}

static int judge_tip(struct updating *u, const struct oid *tip)
{
	struct checking *c = u->c;
	struct judge_case judged = { .with_history = true };
	bool receives = c->options->mode == CHECK_RECEIVE;

	if (check_side(c, tip, &judged.target) < 0 || use_first_policy(u, &judged) < 0)
		return -1;
	u->protection = check_protection(c);
	if (!u->protection)
		return -1;
	u->is_protected = receives ? receive_is_protected(u) : push_is_protected(u);
	judged.bases_are_protected = u->is_protected;
	judged.forbids_heads = u->is_protected || receives;
	if (choose_bases(u, tip, &judged) < 0)
		return -1;
	return check_case(c, &judged, u->update->ref);
}

/* Nothing is lost by deleting a ref that is not protected, nor by a tag of something else than a commit. */
static int judge_update(struct updating *u)
{
	struct checking *c = u->c;
	char hex[OID_HEX + 1];
	struct oid tip;
	int found;

	if (oid_is_null(&u->update->after))
		return 0;
	found = object_peel_to_commit(c->study->repo, &u->update->after, &tip, c->err);
	if (found == 0 && object_header(c->study->repo, &u->update->after, NULL, NULL, c->err) == 0)
		return err_set(c->err, ERR_UNDECIDED, "object %s, which is pushed, is not here",
			oid_hex(&u->update->after, hex));
	if (found < 1)
		return found;
	return judge_tip(u, &tip);
}

/* All that is pushed lies in one history, which is read once. What is not there is told when its turn comes. */
static void expect_tips(struct checking *c, const struct ref_update *updates, size_t count)
{
	struct commit_list tips = { .items = NULL };
	struct err ignored = { 0 };
	struct oid tip;
	size_t i;

	for (i = 0; i < count; i++)
		if (!oid_is_null(&updates[i].after) &&
			object_peel_to_commit(c->study->repo, &updates[i].after, &tip, &ignored) == 1)
			add_commit(&tips, &tip);
	c->finder = merge_finder_new(c->study->repo, tips.items, tips.count);
	free(tips.items);
}

/* Each ref for itself: one that cannot be judged does not keep the others from it. */
static int judge_each(struct updating *u, const struct ref_update *updates, size_t count)
{
	struct checking *c = u->c;
	size_t i;

	for (i = 0; i < count; i++) {
		u->update = &updates[i];
		u->protection = NULL;
		u->is_protected = false;
		if (judge_update(u) == 0)
			continue;
		if (c->err->kind != ERR_UNDECIDED)
			return -1;
		judge_add_limit(c->judge, "%s", c->err->msg);
		err_clear(c->err);
	}
	return 0;
}

static int judge_updates(struct checking *c, const struct ref_update *updates, size_t count)
{
	struct commit_list known = { .items = NULL };
	struct updating u = { .c = c, .known = &known };
	struct ref_list refs;
	struct ref head;
	size_t limits = check_limits(c);
	int has_head, rc;

	if (refs_all(c->study->repo, &c->study->arena, &refs, c->err) < 0)
		return -1;
	check_take_limits(c, limits);
	has_head = refs_head(c->study->repo, &c->study->arena, &head, c->err);
	if (has_head < 0)
		return -1;
	u.refs = &refs;
	u.head = has_head ? &head : NULL;
	u.prefix = tracking_prefix(c, &refs);
	list_known(c, &refs, u.prefix, &known);
	expect_tips(c, updates, count);
	rc = judge_each(&u, updates, count);
	free(known.items);
	return rc;
}

int check_push(struct checking *c)
{
	struct ref_update update = { .ref = TEXT_LITERAL("refs/heads/HEAD") };
	struct ref head;
	int found;

	if (!c->options->push_head)
		return judge_updates(c, c->options->updates, c->options->update_count);
	found = refs_head(c->study->repo, &c->study->arena, &head, c->err);
	if (found < 1)
		return found;
	update.after = head.commit;
	return judge_updates(c, &update, 1);
}

int check_receive(struct checking *c)
{
	return judge_updates(c, c->options->updates, c->options->update_count);
}
