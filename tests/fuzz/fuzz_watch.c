/*
 * Any bytes as what an earlier watch told of trees. What makes sense of them is told again, and then again as the same
 * bytes. A watch that is given them answers, each time the same: what may be wrong, for it believes them, but within
 * its bounds. Given nothing, it answers what is true.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"
#include "revident/git/commits.h"
#include "revident/git/watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A few commits whose authors and times are fixed, so that a corpus can name their trees. */
static const char make_repository[] =
	"{ commit() { printf 'commit refs/heads/main\\ncommitter A <a@b.example> %s +0000\\ndata 0\\n' $1; }\n"
	"file() { printf 'M 100644 inline %s\\ndata 2\\n%s\\n' $1 $2; }\n"
	"commit 1; file x 1; file a/b/x 1; file a/x 1; commit 2; file x 2; commit 3; file a/b/x 2; echo D x; } | "
	"git fast-import --quiet";

static const char *const paths[] = { "x", "a", "a/b", "a/b/x", "a/x", "b/x" };
enum { PATHS = sizeof(paths) / sizeof(*paths) };

static struct repo *repo;
static struct commits commits;

static void end(void)
{
	commits_release(&commits);
	repo_close(repo);
}

static void begin(void)
{
	struct strbuf ref = STRBUF_INIT;
	struct oid tip;
	struct err err;

	if (repo)
		return;
	place_run(make_repository);
	place_keep();
	place_read("refs/heads/main", &ref);
	require(oid_parse(&tip, ref.buf, OID_HEX));
	strbuf_release(&ref);
	repo = place_open();
	require(repo != NULL);
	require(commits_load(&commits, repo, &tip, 1, NULL, &err) == 0);
	atexit(end);
}

/* A new watch that was given the bytes. */
static struct watch *watch_given(struct text kept)
{
	struct watch *watch;

	watch_init(&watch, repo);
	watch_remember(watch, kept);
	return watch;
}

static struct text text_in(const struct strbuf *buf)
{
	return (struct text){ buf->buf, buf->len };
}

/* What a watch tells that was given the bytes and looked at nothing. */
static void tell(struct text kept, struct strbuf *out)
{
	struct watch *watch = watch_given(kept);

	strbuf_clear(out);
	watch_tell(watch, out);
	watch_free(watch);
}

/* Looks at all paths: a letter for each in each commit, and then all that is known. */
static void look(struct text kept, struct strbuf *kinds, struct strbuf *told)
{
	struct watch *watch = watch_given(kept);
	struct err err;
	size_t i, k;

	for (i = 0; i < PATHS; i++)
		watch_add(watch, paths[i], strlen(paths[i]));
	require(watch_resolve(watch, &commits, NULL, &err) == 0);
	strbuf_clear(kinds);
	for (i = 0; i < commits.count; i++) {
		uint32_t row = watch_row(watch, (uint32_t)i);

		if (row == WATCH_UNKNOWN) /* the bytes led to a tree that is not there */
			strbuf_addch(kinds, '?');
		for (k = 0; row != WATCH_UNKNOWN && k < PATHS; k++) {
			uint32_t entry = watch_entries(watch, row)[k];

			strbuf_addch(kinds, entry == WATCH_ABSENT ? '-' : "tfo"[watch_entry(watch, entry)->kind]);
		}
		strbuf_addch(kinds, ' ');
	}
	strbuf_clear(told);
	watch_tell(watch, told);
	watch_free(watch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT, thrice = STRBUF_INIT;
	struct strbuf kinds = STRBUF_INIT, again = STRBUF_INIT;
	struct text kept = { (const char *)data, size };

	begin();
	tell(kept, &once);
	tell(text_in(&once), &twice); /* by the order of the trees, now */
	tell(text_in(&twice), &thrice);
	require(text_equal(text_in(&twice), text_in(&thrice)));
	look(kept, &kinds, &once);
	look(kept, &again, &twice);
	require(text_equal(text_in(&kinds), text_in(&again)));
	require(text_equal(text_in(&once), text_in(&twice)));
	require(size > 0 || text_equal(text_in(&kinds), text_of("fttff- fttff- -ttff- ")));
	strbuf_release(&once);
	strbuf_release(&twice);
	strbuf_release(&thrice);
	strbuf_release(&kinds);
	strbuf_release(&again);
	return 0;
}
