#include "revident/answers/provenance.h"

#include <string.h>

#include "revident/git/refs.h"
#include "revident/git/remote.h"

static struct text branch_of(struct text ref)
{
	static const char branches[] = "refs/heads/";
	const size_t skip = sizeof(branches) - 1;

	return ref.len > skip && !memcmp(ref.ptr, branches, skip) ? (struct text){ ref.ptr + skip, ref.len - skip }
								  : TEXT_NONE;
}

int provenance_read(
	struct repo *repo, struct arena *arena, const struct oid *commit, struct provenance *out, struct err *err)
{
	struct err ignored = { 0 };
	struct ref head;
	bool has_head = refs_head(repo, arena, &head, &ignored) == 1;

	memset(out, 0, sizeof(*out));
	if (remote_find_uri(repo, arena, &out->remote, err) < 0)
		return -1;
	if (!commit || oid_is_null(commit)) {
		if (!has_head)
			return 0;
		commit = &head.commit;
	}
	out->has_commit = true;
	out->commit = *commit;
	if (has_head && oid_equal(commit, &head.commit))
		out->branch = branch_of(head.symbolic);
	return 0;
}
