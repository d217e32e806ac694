#include <string.h>

#include "internal.h"
#include "process.h"
#include "revident/base/child.h"
#include "revident/git/worktree_edit.h"

enum { ANSWER_MAX = 1024 * 1024 };

static int run_git(
	struct repo *repo, const char *const *args, const struct strbuf *input, struct strbuf *out, struct err *err)
{
	struct strbuf said = STRBUF_INIT;
	int status = 0, rc;

	rc = process_git_writing(repo, args, input, ANSWER_MAX, out, &said, &status, err);
	if (rc == 0 && status != 0)
		rc = child_complain(&said, err, "git cannot stage the repair");
	strbuf_release(&said);
	return rc;
}

/* Writes the bytes as a blob, unfiltered; its id as text. 0 or -1. */
static int write_blob(struct repo *repo, struct text bytes, struct strbuf *id, struct err *err)
{
	static const char *const args[] = { "hash-object", "-w", "--no-filters", "--stdin", NULL };
	struct strbuf input = STRBUF_INIT;
	int rc;

	strbuf_add(&input, bytes.ptr, bytes.len);
	strbuf_clear(id);
	rc = run_git(repo, args, &input, id, err);
	if (rc == 0 && id->len && id->buf[id->len - 1] == '\n')
		strbuf_setlen(id, id->len - 1);
	strbuf_release(&input);
	return rc;
}

int index_stage(struct repo *repo, const struct index_change *changes, size_t count, struct err *err)
{
	static const char *const args[] = { "update-index", "-z", "--index-info", NULL };
	struct strbuf input = STRBUF_INIT, id = STRBUF_INIT, out = STRBUF_INIT;
	size_t i;
	int rc = -1;

	for (i = 0; i < count; i++) {
		if (changes[i].is_removal) {
			strbuf_addf(&input, "0 0000000000000000000000000000000000000000\t%s", changes[i].path);
		} else {
			if (write_blob(repo, changes[i].bytes, &id, err) < 0)
				goto done;
			strbuf_addf(&input, "%s %s\t%s", changes[i].executable ? "100755" : "100644", id.buf,
				changes[i].path);
		}
		strbuf_addch(&input, '\0');
	}
	rc = run_git(repo, args, &input, &out, err);
done:
	strbuf_release(&input);
	strbuf_release(&id);
	strbuf_release(&out);
	return rc;
}
