#include "revident/forensics/policy_load.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/git/commit_info.h"
#include "revident/git/object.h"

/* Notes as a limit that the object is not there (`found` 0) or damaged (-1). Returns 0, as a policy that is absent. */
static int note_unreadable(struct repo *repo, const struct oid *id, int found, struct err *err)
{
	char hex[OID_HEX + 1];

	if (found == 0)
		repo_add_limit(
			repo, "object %s, which " POLICY_FILE_NAME " needs, is not in this clone", oid_hex(id, hex));
	else
		repo_add_limit(repo, "%s", err->msg);
	err_clear(err);
	return 0;
}

/* The blob of the policy file in a root tree: 1 with *out, 0 if there is none. */
static int find_file(struct repo *repo, const struct oid *tree, struct oid *out, struct err *err)
{
	struct tree_entry entry;
	struct tree_iter it;
	struct object object;
	int found = object_read(repo, tree, OBJECT_META_MAX, &object, err), rc = 0;

	if (found <= 0)
		return note_unreadable(repo, tree, found, err);
	it = (struct tree_iter){ object.bytes, object.len };
	while (tree_next(&it, &entry) > 0) {
		if ((entry.mode & MODE_TYPE) == MODE_FILE &&
			text_equal((struct text){ entry.name, entry.name_len }, TEXT_LITERAL(POLICY_FILE_NAME))) {
			*out = entry.id;
			rc = 1;
			break;
		}
	}
	object_release(&object);
	return rc;
}

/* The file's bytes in the arena: 1, 0 if there are none, -1. */
static int read_file(
	struct repo *repo, const struct oid *commit, struct arena *arena, struct text *out, struct err *err)
{
	struct commit_info info;
	struct object object;
	struct oid blob;
	size_t len;
	int found = commit_info_read(repo, arena, commit, &info, err);

	if (found <= 0)
		return note_unreadable(repo, commit, found, err);
	if (find_file(repo, &info.tree, &blob, err) == 0)
		return 0;
	found = object_header(repo, &blob, NULL, &len, err);
	if (found > 0 && len > POLICY_BYTES_MAX)
		return err_set(err, ERR_USAGE, POLICY_FILE_NAME " is longer than %d bytes", POLICY_BYTES_MAX);
	if (found > 0)
		found = object_read(repo, &blob, POLICY_BYTES_MAX, &object, err);
	if (found <= 0)
		return note_unreadable(repo, &blob, found, err);
	*out = (struct text){ arena_memdup(arena, object.bytes, object.len), object.len };
	object_release(&object);
	return 1;
}

struct pairs {
	struct arena *arena;
	struct policy_pair *items;
	size_t count, cap;
};

static void add_pair(const char *key, const char *value, void *data)
{
	struct pairs *pairs = data;

	VEC_GROW(pairs->items, pairs->count, pairs->cap);
	pairs->items[pairs->count++] =
		(struct policy_pair){ arena_strdup(pairs->arena, key), arena_strdup(pairs->arena, value) };
}

/* Settings of the command line. */
struct given {
	const struct policy_pair *pairs;
	size_t count;
};

/* The policy of the file's bytes (none: there is no file), overridden by git's configuration and what was given. */
static int load(struct repo *repo, struct text bytes, struct given given, struct arena *arena, struct policy *out,
	struct err *err)
{
	struct policy_source sources[3] = { 0 };
	struct pairs pairs = { .arena = arena };
	size_t count = 0;
	int rc = -1;

	if (bytes.ptr)
		sources[count++] =
			(struct policy_source){ .name = POLICY_FILE_NAME, .bytes = bytes.ptr, .len = bytes.len };
	if (repo_config_each(repo, "revident.", add_pair, &pairs, err) < 0)
		goto done;
	if (pairs.count)
		sources[count++] =
			(struct policy_source){ .name = "git config", .pairs = pairs.items, .pair_count = pairs.count };
	if (given.count)
		sources[count++] = (struct policy_source){
			.name = "the command line", .pairs = given.pairs, .pair_count = given.count
		};
	rc = policy_parse(sources, count, arena, out, err);
done:
	free(pairs.items);
	return rc;
}

int policy_load_commit(
	struct repo *repo, const struct oid *commit, struct arena *arena, struct policy *out, struct err *err)
{
	struct text bytes = TEXT_NONE;

	if (commit && read_file(repo, commit, arena, &bytes, err) < 0)
		return -1;
	return load(repo, bytes, (struct given){ NULL, 0 }, arena, out, err);
}

int policy_load_source(
	struct repo *repo, struct source *source, struct arena *arena, struct policy *out, struct err *err)
{
	bool has_file;

	return policy_load_given(repo, source, NULL, 0, arena, out, &has_file, err);
}

int policy_load_given(struct repo *repo, struct source *source, const struct policy_pair *given, size_t count,
	struct arena *arena, struct policy *out, bool *has_file, struct err *err)
{
	struct strbuf content = STRBUF_INIT;
	struct text bytes = TEXT_NONE;
	struct source_entry entry;
	int found = source ? source_find(source, TEXT_LITERAL(POLICY_FILE_NAME), &entry, err) : 0, rc = -1;

	if (found == 1 && entry.kind != SOURCE_FILE)
		found = 0;
	else if (found == 1)
		found = source_read(source, &entry, POLICY_BYTES_MAX, &content, err);
	*has_file = found == 1;
	if (found == 1)
		bytes = (struct text){ arena_memdup(arena, content.buf, content.len), content.len };
	if (found < 0)
		goto done;
	rc = load(repo, bytes, (struct given){ given, count }, arena, out, err);
done:
	strbuf_release(&content);
	return rc;
}

void policy_add_versions(const struct policy *policy, struct study *study, struct env_defs *defs)
{
	size_t i, k;

	for (i = 0; i < policy->environment_count; i++) {
		const struct text_list *versions = &policy->environments[i].versions;

		for (k = 0; k < versions->count; k++)
			env_defs_add_versions(
				study, defs, arena_text(&study->arena, versions->items[k]).ptr, POLICY_FILE_NAME);
	}
}
