#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/git/commit_info.h"

#define TREE "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
#define AUTHOR "author Ann Author <ann@x> 1758120131 +0200\n"
#define COMMITTER "committer Carl <carl@x> 1758120132 -0930\n"

struct fixture {
	struct sandbox *sandbox;
	struct repo *repo;
	struct arena arena;
	struct commit_info info;
};

static void start(struct fixture *f, void **state)
{
	f->sandbox = *state;
	sandbox_run(f->sandbox, "git init -q r");
	f->repo = sandbox_open(f->sandbox, "r");
	arena_init(&f->arena);
}

static void stop(struct fixture *f)
{
	arena_release(&f->arena);
	repo_close(f->repo);
}

static void read_bytes(struct fixture *f, const char *bytes, size_t len)
{
	struct err err = { .kind = ERR_NONE };
	struct oid id;

	sandbox_write(f->sandbox, "raw", bytes, len);
	id = sandbox_id(f->sandbox, "git -C r hash-object -t commit --literally -w ../raw");
	if (commit_info_read(f->repo, &f->arena, &id, &f->info, &err) != 1)
		fail_msg("%s", err.msg);
	assert_true(oid_equal(&f->info.id, &id));
}

#define READ(f, literal) read_bytes(f, literal, sizeof(literal) - 1)

static void expect_text(struct text actual, const char *expected)
{
	assert_non_null(actual.ptr);
	assert_int_equal(actual.len, strlen(expected));
	assert_memory_equal(actual.ptr, expected, actual.len);
}

static void commit_info_read__ordinary_commit__is_taken_apart(void **state)
{
	char hex[OID_HEX + 1];
	struct fixture f;

	start(&f, state);
	READ(&f, TREE "parent 0123456789012345678901234567890123456789\nparent "
		      "abcdefabcdefabcdefabcdefabcdefabcdefabcd\n" AUTHOR COMMITTER
		      "gpgsig -----BEGIN\n \n author Fake <f> 1 +0000\n -----END\n\n"
		      "\n  first line \nsecond line\n \nbody: x\n");
	assert_string_equal(oid_hex(&f.info.tree, hex), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	assert_int_equal(f.info.parent_count, 2);
	assert_string_equal(oid_hex(&f.info.parents[1], hex), "abcdefabcdefabcdefabcdefabcdefabcdefabcd");
	expect_text(f.info.author.name, "Ann Author");
	expect_text(f.info.author.email, "ann@x");
	assert_true(f.info.author.has_time);
	assert_int_equal(f.info.author.time, 1758120131);
	assert_int_equal(f.info.author.offset, 120);
	expect_text(f.info.committer.name, "Carl");
	assert_int_equal(f.info.committer.time, 1758120132);
	assert_int_equal(f.info.committer.offset, -570);
	expect_text(f.info.summary, "  first line second line");
	expect_text(f.info.message, "\n  first line \nsecond line\n \nbody: x\n");
	assert_true(f.info.is_signed);
	stop(&f);
}

static void commit_info_read__malformed_parts__are_empty(void **state)
{
	struct fixture f;

	start(&f, state);
	READ(&f, TREE "author nobody\ncommitter A <b 12 +0000\n\n");
	expect_text(f.info.author.name, "");
	expect_text(f.info.author.email, "");
	assert_false(f.info.author.has_time);
	expect_text(f.info.committer.name, "A");
	expect_text(f.info.committer.email, "");
	assert_false(f.info.committer.has_time);
	expect_text(f.info.summary, "");
	expect_text(f.info.message, "");
	assert_false(f.info.is_signed);
	READ(&f, TREE "committer <> 99999999999999999999 +0000");
	expect_text(f.info.committer.name, "");
	assert_false(f.info.committer.has_time);
	assert_int_equal(f.info.committer.time, 0);
	READ(&f, TREE "committer X <x> 5 GMT\n\nm");
	assert_true(f.info.committer.has_time);
	assert_int_equal(f.info.committer.offset, 0);
	expect_text(f.info.summary, "m");
	READ(&f, TREE "\n");
	expect_text(f.info.committer.name, "");
	READ(&f, "");
	assert_int_equal(f.info.parent_count, 0);
	READ(&f, "junk");
	expect_text(f.info.message, "");
	READ(&f, TREE "author A\0B <a\0b> 7 +0000\n\nx\0y\n");
	assert_int_equal(f.info.author.name.len, 3);
	assert_int_equal(f.info.message.len, 4);
	stop(&f);
}

static void commit_info_read__other_encoding__becomes_utf_8(void **state)
{
	struct fixture f;

	start(&f, state);
	READ(&f, TREE "author J\xf6rg <j@x> 1 +0000\n" COMMITTER "encoding ISO-8859-1\n\nGr\xfc\xdf"
		      "e\n");
	expect_text(f.info.author.name, "J\xc3\xb6rg");
	expect_text(f.info.summary, "Gr\xc3\xbc\xc3\x9f"
				    "e");
	READ(&f, TREE AUTHOR COMMITTER "encoding no-such-thing\n\nGr\xfc\xdf\n");
	expect_text(f.info.summary, "Gr\xfc\xdf");
	READ(&f, TREE AUTHOR COMMITTER "encoding UTF-8\n\nGr\xfc\xdf\n");
	expect_text(f.info.summary, "Gr\xfc\xdf");
	READ(&f, TREE AUTHOR COMMITTER "encoding UTF-16LE\n\nodd\n");
	assert_int_equal(f.info.summary.len > 0, 1);
	stop(&f);
}

static void commit_info_read__missing_or_no_commit__says_so(void **state)
{
	struct oid none = { .bytes = { 1 } }, blob;
	struct err err = { .kind = ERR_NONE };
	struct fixture f;

	start(&f, state);
	blob = sandbox_id(f.sandbox, "echo | git -C r hash-object -w --stdin");
	assert_int_equal(commit_info_read(f.repo, &f.arena, &none, &f.info, &err), 0);
	assert_int_equal(commit_info_read(f.repo, &f.arena, &blob, &f.info, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(commit_info_read__ordinary_commit__is_taken_apart),
		SANDBOXED(commit_info_read__malformed_parts__are_empty),
		SANDBOXED(commit_info_read__other_encoding__becomes_utf_8),
		SANDBOXED(commit_info_read__missing_or_no_commit__says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
