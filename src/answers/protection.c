#include "revident/answers/protection.h"

#include <string.h>

static bool begins_with(struct text name, const char *prefix)
{
	size_t len = strlen(prefix);

	return name.len >= len && memcmp(name.ptr, prefix, len) == 0;
}

static bool is_remote_head(struct text name)
{
	static const char suffix[] = "/HEAD";
	const char *slash;

	if (!begins_with(name, "refs/remotes/") || name.len < sizeof(suffix) + 12)
		return false;
	slash = memrchr(name.ptr, '/', name.len);
	return slash && name.len - (size_t)(slash - name.ptr) == sizeof(suffix) - 1 &&
	       memcmp(slash, suffix, sizeof(suffix) - 1) == 0;
}

static bool is_origin_main(struct text name)
{
	return text_equal(name, TEXT_LITERAL("refs/remotes/origin/main")) ||
	       text_equal(name, TEXT_LITERAL("refs/remotes/origin/master"));
}

static bool is_remote_tracking(struct text name)
{
	return begins_with(name, "refs/remotes/");
}

typedef bool name_fn(struct text name);

static void take(const struct ref_list *refs, name_fn *wanted, struct protection *out)
{
	size_t i;

	for (i = 0; i < refs->count; i++)
		if (wanted(refs->items[i].name))
			out->refs[out->ref_count++] = refs->items[i];
}

int protection_refs(
	struct repo *repo, const struct policy *policy, struct arena *arena, struct ref_list *out, struct err *err)
{
	return policy->protected_refs.count ? refs_all(repo, arena, out, err) : refs_usual(repo, arena, out, err);
}

void protection_find(const struct policy *policy, const struct ref_list *refs, const struct ref *head,
	struct arena *arena, struct protection *out)
{
	static name_fn *const defaults[] = { is_remote_head, is_origin_main, is_remote_tracking };
	size_t i;

	memset(out, 0, sizeof(*out));
	out->refs = arena_calloc(arena, refs->count + 1, sizeof(*out->refs));
	out->tags = arena_calloc(arena, refs->count + 1, sizeof(*out->tags));
	for (i = 0; i < refs->count; i++)
		if (begins_with(refs->items[i].name, "refs/tags/"))
			out->tags[out->tag_count++] = refs->items[i];
	if (policy->protected_refs.count) {
		for (i = 0; i < refs->count; i++)
			if (policy_ref_matches(&policy->protected_refs, refs->items[i].name))
				out->refs[out->ref_count++] = refs->items[i];
		return;
	}
	for (i = 0; i < sizeof(defaults) / sizeof(defaults[0]) && !out->ref_count; i++)
		take(refs, defaults[i], out);
	if (!out->ref_count && head) {
		out->refs[out->ref_count++] = *head;
		out->is_default = true;
	}
}
