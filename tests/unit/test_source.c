#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/forensics/source.h"

/* A script that writes a raw tree of 4,000 files, the last two of one name, with `tail` behind them; prints its id. */
#define LARGE_TREE(tail)                                                                                    \
	"cd r; blob=$(echo x | git hash-object -w --stdin); { i=0; while [ $i -lt 4000 ]; do "              \
	"printf '100644 f%05d\\0' $((i < 3999 ? i : 3998)); printf 'aaaabbbbccccddddee%02d' $((i % 100)); " \
	"i=$((i + 1)); done; printf '" tail "'; } | git hash-object -t tree -w --literally --stdin"

struct fixture {
	struct repo *repo;
	struct study study;
	struct source *source;
	struct err err;
};

static void begin(struct fixture *f, struct sandbox *sandbox, const char *script)
{
	struct oid root;

	memset(f, 0, sizeof(*f));
	sandbox_run(sandbox, "git init -q r");
	root = sandbox_id(sandbox, script);
	f->repo = sandbox_open(sandbox, "r");
	assert_int_equal(study_init(&f->study, f->repo, &f->err), 0);
	f->source = source_of_tree(&f->study, &root);
}

static void end(struct fixture *f)
{
	study_release(&f->study);
	repo_close(f->repo);
}

static int find(struct fixture *f, const char *name, struct source_entry *out)
{
	return source_find(f->source, text_of(name), out, &f->err);
}

static void source_find__many_names_of_a_large_tree__read_it_once(void **state)
{
	struct source_entry entry;
	struct fixture f;
	char name[16];
	int i;

	begin(&f, *state, LARGE_TREE(""));
	for (i = 0; i < 3999; i++) {
		snprintf(name, sizeof(name), "f%05d", i);
		assert_int_equal(find(&f, name, &entry), 1);
		assert_int_equal(entry.kind, SOURCE_FILE);
	}
	assert_memory_equal(entry.id.bytes, "aaaabbbbccccddddee98", OID_BYTES); /* the first of two */
	assert_int_equal(find(&f, "f04000", &entry), 0);
	assert_int_equal(find(&f, "f0000", &entry), 0);
	assert_int_equal(object_count_read(f.repo, OBJECT_TREE), 1);
	end(&f);
}

static void source_find__large_tree_damaged_at_its_end__has_what_comes_before(void **state)
{
	struct source_entry entry;
	struct fixture f;
	int round;

	begin(&f, *state, LARGE_TREE("100644 cut"));
	for (round = 0; round < 2; round++) {
		assert_int_equal(find(&f, "f00007", &entry), 1);
		assert_int_equal(find(&f, "f04000", &entry), -1);
		assert_non_null(strstr(f.err.msg, "is damaged"));
	}
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(source_find__many_names_of_a_large_tree__read_it_once),
		SANDBOXED(source_find__large_tree_damaged_at_its_end__has_what_comes_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
