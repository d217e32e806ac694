/*
 * Any bytes as what a sweep noted of a pack: whoever may write there says what the pack holds. The search goes on, and
 * what it finds is an object that declares the revision. With an odd first byte, any bytes as the file of a note, which
 * is no note then.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"
#include "revident/base/digest.h"
#include "revident/answers/salvage.h"
#include "revident/git/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char lost_id[] = "b1b1b1b1b1b1";

/* A pack of a migration, of one that only a lost commit has, of one that nothing has, and of much else. */
static const char make_repository[] =
	"{ commit() { printf 'commit refs/heads/%s\\ncommitter A <a@b.example> 1758120131 +0200\\ndata 1\\n-\\n' $1; "
	"}\n"
	"file() { printf 'M 100644 inline %s\\ndata <<END\\n%s\\nEND\\n' \"$1\" \"$2\"; }\n"
	"migration() { printf 'revision = \"%s\"\\ndown_revision = %s\\n# %s' $1 $2 $3; }\n"
	"commit main; file alembic.ini \"$(printf '[alembic]\\nscript_location = m')\"; file m/env.py 'import "
	"alembic'\n"
	"file m/versions/a1.py \"$(migration a1 None 1)\"; file m/versions/c1.py \"$(migration c1 '\"b1b1b1b1b1b1\"' "
	"1)\"\n"
	"commit lost; echo from refs/heads/main; file m/versions/b1.py \"$(migration b1b1b1b1b1b1 '\"a1\"' lost)\"\n"
	"printf 'blob\\ndata <<END\\n%s\\nEND\\n' \"$(migration b1b1b1b1b1b1 '\"a1\"' stray)\"\n"
	"seq 1000 1999 | sed 's/.*/blob\\ndata 4\\n&/'; } | git -c fastimport.unpackLimit=1 fast-import --quiet\n"
	"git update-ref -d refs/heads/lost";

static struct strbuf name = STRBUF_INIT, head = STRBUF_INIT; /* of the note */

/* Looks for the lost revision among all objects. */
static void search(enum salvage_notes notes)
{
	static const struct progress quiet = { 0 };
	const struct investigation_options wanted = { .progress = &quiet };
	const struct salvage_options options = {
		.places = 1u << SALVAGE_UNREACHABLE, .notes = notes, .progress = &quiet
	};
	struct repo *repo = place_open();
	struct investigation inv;
	struct salvage_result result;
	struct salvager *salvager;
	struct object object;
	struct arena arena;
	struct err err;
	struct text *completions;

	require(repo != NULL);
	arena_init(&arena);
	err_clear(&err);
	require(investigation_open(&inv, repo, &arena, &wanted, &err) == 0);
	salvager = salvager_new(&inv, &options);
	require(salvage_find(salvager, text_of(lost_id), TEXT_NONE, &result, &err) == 0);
	if (result.outcome == SALVAGE_FOUND) {
		require(object_read(repo, &result.source.blob, OBJECT_META_MAX, &object, &err) == 1);
		require(memmem(object.bytes, object.len, lost_id, sizeof(lost_id) - 1) != NULL);
		object_release(&object);
	}
	salvager_completions(salvager, text_of("b"), &completions);
	salvager_free(salvager);
	investigation_close(&inv);
	arena_release(&arena);
	repo_close(repo);
}

static void release_names(void)
{
	strbuf_release(&name);
	strbuf_release(&head);
}

/* The program makes the note that is then forged: its name and the lines before what it says. */
static void begin(void)
{
	if (name.len)
		return;
	place_run(make_repository);
	search(NOTES_KEPT);
	place_run("printf %s revident/sweep/* >name; head -n 3 revident/sweep/* >head");
	place_read("name", &name);
	place_read("head", &head);
	atexit(release_names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf note = STRBUF_INIT;
	unsigned char digest[SHA256_BYTES];

	begin();
	if (size > 0 && *data % 2 == 1) {
		strbuf_add(&note, data + 1, size - 1);
	} else if (size > 0) {
		strbuf_add(&note, head.buf, head.len);
		strbuf_add(&note, data + 1, size - 1);
		sha256(note.buf, note.len, digest);
		strbuf_add(&note, digest, sizeof(digest));
	}
	place_write(name.buf, note.buf, note.len);
	search(NOTES_READ);
	place_clear();
	strbuf_release(&note);
	return 0;
}
