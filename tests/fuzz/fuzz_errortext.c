/*
 * Reads bytes as a pasted text: whatever is found in it lies within the limits, and the same bytes give the same
 * answer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "revident/answers/errortext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MAX = 100 };

static void require(bool held)
{
	if (!held)
		abort();
}

static void check_read(const struct error_text *read)
{
	size_t i;

	require(read->count <= ERROR_SUBJECTS_MAX);
	require(read->message || read->count == 0);
	for (i = 0; i < read->count; i++) {
		struct text target = errortext_target(read->subjects[i]);

		require(read->subjects[i].len > 0 && read->subjects[i].len <= ERROR_SUBJECT_LENGTH_MAX);
		require(!memchr(read->subjects[i].ptr, '\n', read->subjects[i].len));
		require(target.len <= read->subjects[i].len);
	}
}

static void check_same(const struct error_text *a, const struct error_text *b)
{
	size_t i;

	require(a->message == b->message && a->count == b->count);
	for (i = 0; i < a->count; i++)
		require(text_equal(a->subjects[i], b->subjects[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct text text = { (const char *)data, size };
	struct error_text read, again;
	struct text words[WORDS_MAX];
	struct arena arena;
	size_t i, count;

	arena_init(&arena);
	errortext_read(text, &arena, &read);
	check_read(&read);
	errortext_read(text, &arena, &again);
	check_same(&read, &again);
	count = errortext_words(text, &arena, words, WORDS_MAX);
	require(count <= WORDS_MAX);
	for (i = 0; i < count; i++)
		require(words[i].len > 0 && words[i].len <= ERROR_SUBJECT_LENGTH_MAX);
	arena_release(&arena);
	return 0;
}
