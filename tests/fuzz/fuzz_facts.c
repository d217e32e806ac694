/*
 * Any bytes as what an earlier run found out about objects. What makes sense of them can be kept and taken in again,
 * with the same answers to whatever may be asked, and kept once more as the same bytes. With an odd first byte they are
 * one record, which is refused or read, and of which every shorter one is refused.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/forensics/facts.h"
#include "place.h"
#include "revident/base/xalloc.h"
#include "revident/git/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ASKED_MAX = 1024, CUT_MAX = 512 }; /* bytes: each is the beginning of an id, or the end of a record */

/* Of the length that it has: a sanitizer sees what is read behind it. */
static struct text copy_of(const void *bytes, size_t len)
{
	char *copy = xmalloc(len + !len);

	if (len)
		memcpy(copy, bytes, len);
	return (struct text){ copy, len };
}

static void free_copy(struct text copy)
{
	free((char *)copy.ptr);
}

static bool same_content(bool has, const struct content *a, bool has_too, const struct content *b)
{
	return has == has_too && (!has || (a->count == b->count && a->is_sorted == b->is_sorted &&
						  memcmp(a->lines, b->lines, a->count * sizeof(*a->lines)) == 0));
}

/* --- one record --------------------------------------------------------------------------------------------------- */

/* Refused, or as much as a run keeps of it. */
static bool tell_again(struct text record, struct arena *arena, struct strbuf *out)
{
	struct migration migration;
	struct content content;

	if (!fact_read_migration(record, arena, &migration))
		return false;
	fact_write(out, &migration, fact_read_content(record, arena, &content) ? &content : NULL);
	return true;
}

static void try_cut(struct text record, size_t len, struct arena *arena)
{
	const struct text part = copy_of(record.ptr, len);
	struct content whole, content;
	struct migration migration;

	require(!fact_read_migration(part, arena, &migration));
	if (fact_read_content(part, arena, &content))
		require(same_content(fact_read_content(record, arena, &whole), &whole, true, &content));
	free_copy(part);
}

static void try_record(struct text record)
{
	struct strbuf told = STRBUF_INIT, again = STRBUF_INIT;
	struct content content;
	struct arena arena;
	size_t len;

	arena_init(&arena);
	require(fact_read_content(record, &arena, &content) == fact_has_content(record));
	if (tell_again(record, &arena, &told)) {
		require(tell_again((struct text){ told.buf, told.len }, &arena, &again));
		require(told.len == again.len && memcmp(told.buf, again.buf, told.len) == 0);
		for (len = 0; len < record.len && len < CUT_MAX; len++)
			try_cut(record, len, &arena);
	}
	strbuf_release(&told);
	strbuf_release(&again);
	arena_release(&arena);
}

/* --- all that was kept -------------------------------------------------------------------------------------------- */

static void same_records(const struct facts *a, const struct facts *b, const struct oid *id)
{
	struct strbuf of_a = STRBUF_INIT, of_b = STRBUF_INIT;
	struct content content_a, content_b;
	struct migration in_a, in_b;
	struct arena arena;
	bool known;

	arena_init(&arena);
	known = facts_migration(a, id, &arena, &in_a);
	require(known == facts_migration(b, id, &arena, &in_b));
	if (known) {
		fact_write(&of_a, &in_a, NULL);
		fact_write(&of_b, &in_b, NULL);
		require(of_a.len == of_b.len && memcmp(of_a.buf, of_b.buf, of_a.len) == 0);
	}
	known = facts_content(a, id, &arena, &content_a);
	require(same_content(known, &content_a, facts_content(b, id, &arena, &content_b), &content_b));
	strbuf_release(&of_a);
	strbuf_release(&of_b);
	arena_release(&arena);
}

/* As the survey goes through it, and to the end that it finds. */
static void walk_tree(struct text entries)
{
	struct tree_iter it = { (const unsigned char *)entries.ptr, entries.len };
	struct tree_entry entry;

	while (tree_next(&it, &entry) == 1)
		require(memchr(entry.name, '\0', entry.name_len) == NULL);
}

static void same_trees(const struct facts *a, const struct facts *b, const struct oid *id, bool in_versions)
{
	struct text entries, of_b;
	size_t size, size_b;
	bool known = facts_tree(a, id, in_versions, &size, &entries);

	require(known == facts_tree(b, id, in_versions, &size_b, &of_b));
	if (known) {
		require(size == size_b && text_equal(entries, of_b));
		walk_tree(entries);
	}
	/* what is not in order may be overlooked, until it was put in order */
	require(!facts_is_dull(a, id, in_versions) || facts_is_dull(b, id, in_versions));
}

static void same_answers(const struct facts *a, const struct facts *b, struct text asked)
{
	struct oid id;
	size_t at;

	for (at = 0; at + OID_BYTES <= asked.len && at < ASKED_MAX; at++) {
		memcpy(id.bytes, asked.ptr + at, OID_BYTES);
		same_records(a, b, &id);
		same_trees(a, b, &id, false);
		same_trees(a, b, &id, true);
	}
}

static struct study study; /* reads nothing: all that it knows is what was kept */

static void release_study(void)
{
	study.facts = NULL;
	study_release(&study);
}

static void begin(void)
{
	struct err err;

	if (study.reader)
		return;
	require(study_init(&study, NULL, &err) == 0);
	atexit(release_study);
}

static void tell(struct facts *facts, struct strbuf *out)
{
	study.facts = facts;
	facts_tell(&study, NULL, true, out);
}

static void try_facts(struct text kept)
{
	struct strbuf told = STRBUF_INIT, again = STRBUF_INIT;
	struct facts *first, *second;
	struct text exact;

	begin();
	first = facts_take(kept, study.reader);
	tell(first, &told);
	exact = copy_of(told.buf, told.len);
	second = facts_take(exact, study.reader);
	same_answers(first, second, kept);
	tell(second, &again);
	require(told.len == again.len && memcmp(told.buf, again.buf, told.len) == 0);
	study.facts = NULL;
	facts_free(first);
	facts_free(second);
	free_copy(exact);
	strbuf_release(&told);
	strbuf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text input;

	if (!size)
		return 0;
	input = copy_of(data + 1, size - 1);
	if (*data % 2 == 1)
		try_record(input);
	else
		try_facts(input);
	free_copy(input);
	return 0;
}
