/*
 * Any bytes as a compiled file beside a versions directory, and as the source that it was compiled from. Whether it
 * counts as evidence is held against the rule in its plainest words.
 *
 * The first byte says how much of the rest is the source (in 256ths); what follows is the compiled file.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"
#include "revident/alembic/reader.h"
#include "revident/base/strbuf.h"
#include "revident/forensics/investigation.h"
#include "revident/answers/salvage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	ID_LEN = 12,
	HEADER = 16,
	RENEWED_AFTER = 512
}; /* the investigation learns every source; so many runs use one */

static const char revision[] = "189b1231afd4";
static const char source[] = "work/m/versions/lost.py";
static const char compiled[] = "work/m/versions/__pycache__/lost.cpython-311.pyc";

static struct {
	struct repo *repo;
	struct investigation inv;
	struct arena arena;
	unsigned runs;
} open;

static void close_all(void)
{
	if (!open.repo)
		return;
	investigation_close(&open.inv);
	arena_release(&open.arena);
	repo_close(open.repo);
	open.repo = NULL;
}

/* Tree `out`: its entries, each "MODE NAME" with its id, in git's order. */
static void make_tree(const char *const *entries, const struct oid *ids, size_t count, struct oid *out)
{
	struct strbuf tree = STRBUF_INIT;
	size_t i;

	for (i = 0; i < count; i++) {
		strbuf_addstr(&tree, entries[i]);
		strbuf_addch(&tree, '\0');
		strbuf_add(&tree, ids[i].bytes, OID_BYTES);
	}
	place_object("tree", tree.buf, tree.len, out);
	strbuf_release(&tree);
}

/* A repository with a work tree, whose HEAD has one migration of an environment. */
static void make_repository(void)
{
	static const char config[] = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = work\n";
	static const char ini[] = "[alembic]\nscript_location = m\n";
	static const char child[] = "revision = 'b2'\ndown_revision = '189b1231afd4'\n";
	struct strbuf commit = STRBUF_INIT;
	struct oid files[2], top[2], id;
	char hex[OID_HEX + 1], line[OID_HEX + 2];

	place_object("blob", child, sizeof(child) - 1, &id);
	make_tree((const char *const[]){ "100644 b2.py" }, &id, 1, &files[1]);
	place_object("blob", "\n", 1, &files[0]);
	make_tree((const char *const[]){ "100644 env.py", "40000 versions" }, files, 2, &top[1]);
	place_object("blob", ini, sizeof(ini) - 1, &top[0]);
	make_tree((const char *const[]){ "100644 alembic.ini", "40000 m" }, top, 2, &id);
	strbuf_addf(&commit, "tree %s\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx\n", oid_hex(&id, hex));
	place_object("commit", commit.buf, commit.len, &id);
	strbuf_release(&commit);
	place_write("config", config, sizeof(config) - 1);
	place_write("refs/heads/main", strcat(oid_hex(&id, line), "\n"), OID_HEX + 1);
	place_write("work/m/env.py", "\n", 1);
	place_keep();
}

static struct investigation *investigate(void)
{
	static const struct progress silent;
	const struct investigation_options how = { .progress = &silent };
	struct err err;

	if (open.repo && open.runs++ < RENEWED_AFTER)
		return &open.inv;
	if (!open.repo) {
		make_repository();
		atexit(close_all);
	}
	close_all();
	open.runs = 0;
	open.repo = place_open();
	require(open.repo != NULL);
	arena_init(&open.arena);
	err_clear(&err);
	require(investigation_open(&open.inv, open.repo, &open.arena, &how, &err) == 0);
	return &open.inv;
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool is_word_byte(uint8_t c)
{
	return (c < 0x80 && isalnum(c)) || c == '_';
}

/* The id at `at` is a string of its own by the length before it, or a word in one. */
static bool is_constant(const uint8_t *pyc, size_t size, size_t at)
{
	static const uint8_t length[] = { ID_LEN, 0, 0, 0 };

	return pyc[at - 1] == ID_LEN || !memcmp(pyc + at - 4, length, 4) ||
	       (!is_word_byte(pyc[at - 1]) && (at + ID_LEN == size || !is_word_byte(pyc[at + ID_LEN])));
}

/* Some constant is the id; and the docstring, where there is one, or else the source, does not say whose else it is. */
static bool is_evidence(const uint8_t *pyc, size_t size, bool is_child)
{
	static const char label[] = "Revision ID: ";
	bool has_constant = false;
	size_t at;

	for (at = HEADER; at + ID_LEN <= size; at++)
		has_constant = has_constant || (!memcmp(pyc + at, revision, ID_LEN) && is_constant(pyc, size, at));
	for (at = 0; has_constant && at + sizeof(label) - 1 <= size; at++)
		if (!memcmp(pyc + at, label, sizeof(label) - 1)) {
			at += sizeof(label) - 1;
			return size - at >= ID_LEN && !memcmp(pyc + at, revision, ID_LEN);
		}
	return has_constant && !is_child;
}

/* Does the source name the id as a parent? That is the reader's to say, which has a harness of its own. */
static bool is_child(const uint8_t *bytes, size_t size)
{
	struct migration migration;
	struct reader *reader;
	struct arena arena;
	struct err err;
	bool names;

	arena_init(&arena);
	require(reader_new(&reader, &err) == 0);
	require(reader_read(reader, &arena, (const char *)bytes, size, &migration, &err) == 0);
	names = binding_has(&migration.down_revision, text_of(revision)) ||
		binding_has(&migration.depends_on, text_of(revision));
	reader_free(reader);
	arena_release(&arena);
	return names;
}

static void check(const struct salvage_result *result, const uint8_t *pyc, bool is_expected)
{
	const struct bytecode *evidence = result->bytecode;

	require(result->outcome == SALVAGE_NOTHING && result->bytecode_count == is_expected);
	if (!is_expected)
		return;
	require(text_equal(evidence->path, text_of(compiled + strlen("work/"))));
	require(evidence->has_time == (le32(pyc + 4) == 0));
	require(evidence->source_time == (evidence->has_time ? le32(pyc + 8) : 0));
	require(evidence->is_compile_known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct progress silent = { NULL, NULL };
	const struct salvage_options options = { .progress = &silent };
	struct salvage_result result;
	struct salvager *salvager;
	const uint8_t *pyc;
	struct err err;
	size_t cut;

	if (size < 1)
		return 0;
	cut = (size - 1) * data[0] / 256;
	pyc = data + 1 + cut;
	salvager = salvager_new(investigate(), &options);
	place_write(source, data + 1, cut);
	place_write(compiled, pyc, size - 1 - cut);
	err_clear(&err);
	require(salvage_find(salvager, text_of(revision), TEXT_NONE, &result, &err) == 0);
	require(salvager_searched(salvager).bytecode_files == 1);
	check(&result, pyc, is_evidence(pyc, size - 1 - cut, is_child(data + 1, cut)));
	salvager_free(salvager);
	place_clear();
	return 0;
}
