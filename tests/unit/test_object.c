#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/git/object.h"

/* Writes the loose object `id` of repository "r" from `content`, which includes the header; cuts the file to `keep`. */
static void write_loose(struct sandbox *sandbox, const struct oid *id, const void *content, size_t len, size_t keep)
{
	unsigned char packed[8192];
	uLongf packed_len = sizeof(packed);
	char hex[OID_HEX + 1], name[128], script[256];

	oid_hex(id, hex);
	assert_int_equal(compress2(packed, &packed_len, content, len, 1), Z_OK);
	snprintf(script, sizeof(script), "mkdir -p r/.git/objects/%.2s; rm -f r/.git/objects/%.2s/%s", hex, hex,
		hex + 2);
	sandbox_run(sandbox, script);
	snprintf(name, sizeof(name), "r/.git/objects/%.2s/%s", hex, hex + 2);
	sandbox_write(sandbox, name, packed, keep < packed_len ? keep : packed_len);
}

static struct repo *empty_repo(struct sandbox *sandbox)
{
	sandbox_run(sandbox, "git init -q r");
	return sandbox_open(sandbox, "r");
}

static void object_read__loose_and_packed__give_the_bytes(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	enum object_type type;
	struct object object;
	struct repo *repo = empty_repo(sandbox);
	struct oid id = sandbox_id(sandbox, "cd r; printf 'hello\\0there' | git hash-object -w --stdin");
	struct oid again, none = { .bytes = { 1, 2, 3 } }, null = { .bytes = { 0 } };
	size_t len;
	int round;

	for (round = 0; round < 2; round++) {
		assert_int_equal(object_read(repo, &id, 1000, &object, &err), 1);
		assert_int_equal(object.type, OBJECT_BLOB);
		assert_int_equal(object.len, 11);
		assert_memory_equal(object.bytes, "hello\0there", 11);
		object_blob_id(object.bytes, object.len, &again);
		assert_true(oid_equal(&id, &again));
		object_release(&object);
		assert_int_equal(object_header(repo, &id, &type, &len, &err), 1);
		assert_int_equal(type, OBJECT_BLOB);
		assert_int_equal(len, 11);
		assert_int_equal(object_header(repo, &id, NULL, NULL, &err), 1);
		assert_int_equal(try_object(repo, &id, 10, &err), -1);
		assert_non_null(strstr(err.msg, "has 11 bytes, more than the 10"));
		assert_int_equal(try_object(repo, &none, 10, &err), 0);
		assert_int_equal(try_object(repo, &none, OBJECT_META_MAX, &err), 0);
		assert_int_equal(try_object(repo, &null, OBJECT_META_MAX, &err), 0);
		assert_int_equal(object_header(repo, &null, NULL, NULL, &err), 0);
		sandbox_run(sandbox, "cd r; git cat-file --batch-all-objects --batch-check='%(objectname)' | "
				     "git pack-objects -q .git/objects/pack/pack >packed; rm -rf .git/objects/??");
	}
	repo_close(repo);
}

/* Each of these made libgit2 hang, write outside its buffers or take wrong content. */
static void object_read__damaged_loose_object__is_an_error(void **state)
{
	static const struct {
		const char *content;
		size_t len, keep;
		const char *says;
	} cases[] = {
#define CASE(content, keep, says) { content, sizeof(content) - 1, keep, says }
		CASE("blob 20\0short", 100, "is cut short"),
		CASE("blob 3\0longer", 100, "is longer than its header says"),
		CASE("blob 0\0x", 100, "is longer than its header says"),
		CASE("blob 5\0exact", 8, "has no proper header"),
		CASE("blob 5\0exact", 15, "is cut short"),
		CASE("blob 5\0exact", 0, "is empty"),
		CASE("blob 05\0exact", 100, "has no proper header"),
		CASE("blob  5\0exact", 100, "has no proper header"),
		CASE("blob 5 \0exact", 100, "has no proper header"),
		CASE("blob \0exact", 100, "has no proper header"),
		CASE("blob -5\0exact", 100, "has no proper header"),
		CASE("blub 5\0exact", 100, "has no proper header"),
		CASE("blob 99999999999999999999999\0exact", 100, "has no proper header"),
		CASE("blob 1099511627776\0exact", 100, "is shorter than its header says"),
		CASE("", 100, "has no proper header"),
		CASE("blob 5\0other", 100, "has the content of another object"),
#undef CASE
	};
	struct sandbox *sandbox = *state;
	struct repo *repo = empty_repo(sandbox);
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct oid id = { .bytes = { 0xaa, (unsigned char)i, 7 } };

		write_loose(sandbox, &id, cases[i].content, cases[i].len, cases[i].keep);
		assert_int_equal(try_object(repo, &id, OBJECT_META_MAX, &err), -1);
		assert_int_equal(err.kind, ERR_UNDECIDED);
		if (!strstr(err.msg, cases[i].says))
			fail_msg("case %zu: '%s'", i, err.msg);
	}
	repo_close(repo);
}

static void object_read__truncated_at_every_length__never_hangs(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo = empty_repo(sandbox);
	unsigned char content[3000], packed[4096];
	uLongf packed_len = sizeof(packed);
	char hex[OID_HEX + 1], name[100];
	unsigned seed = 1;
	struct err err;
	struct oid id;
	size_t i, keep;
	int len;

	len = snprintf((char *)content, sizeof(content), "blob %zu", sizeof(content) - 10) + 1;
	for (i = (size_t)len; i < sizeof(content); i++)
		content[i] = (unsigned char)((seed = seed * 1103515245 + 12345) >> 28);
	assert_int_equal(sizeof(content) - 10, sizeof(content) - (size_t)len);
	assert_int_equal(compress2(packed, &packed_len, content, sizeof(content), 1), Z_OK);
	object_blob_id(content + len, sizeof(content) - (size_t)len, &id);
	oid_hex(&id, hex);
	snprintf(name, sizeof(name), "r/.git/objects/%.2s/%s", hex, hex + 2);
	write_loose(sandbox, &id, content, sizeof(content), SIZE_MAX);
	assert_int_equal(try_object(repo, &id, 100000, &err), 1);
	for (keep = 0; keep < packed_len; keep += keep < 64 ? 1 : 17) {
		sandbox_write(sandbox, name, packed, keep);
		assert_int_equal(try_object(repo, &id, 100000, &err), -1);
	}
	packed[packed_len++] = 'x';
	sandbox_write(sandbox, name, packed, packed_len);
	assert_int_equal(try_object(repo, &id, 100000, &err), -1);
	repo_close(repo);
}

static void object_read__no_regular_file__is_an_error(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo = empty_repo(sandbox);
	struct oid id = { .bytes = { 0xbb } };
	struct err err;

	sandbox_run(
		sandbox, "mkdir -p r/.git/objects/bb; mkfifo r/.git/objects/bb/00000000000000000000000000000000000000");
	assert_int_equal(try_object(repo, &id, 1000, &err), -1);
	assert_non_null(strstr(err.msg, "is no regular file"));
	sandbox_run(sandbox, "cd r/.git/objects/bb; rm *; ln -s /etc/passwd 00000000000000000000000000000000000000");
	assert_int_equal(try_object(repo, &id, 1000, &err), -1);
	repo_close(repo);
}

static void object_read__zlib_bomb__is_refused_by_size(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo = empty_repo(sandbox);
	struct oid id = sandbox_id(sandbox, "cd r; head -c 50000000 /dev/zero | git hash-object -w --stdin");
	struct err err;

	assert_int_equal(try_object(repo, &id, 4 * 1024 * 1024, &err), -1);
	assert_non_null(strstr(err.msg, "has 50000000 bytes"));
	repo_close(repo);
}

static void object_read__good_copy_elsewhere__is_preferred_to_a_damaged_one(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err;
	struct repo *repo;
	struct oid id;

	sandbox_run(sandbox, "git init -q other; git init -q between; git init -q r; "
			     "echo '# comment' >r/.git/objects/info/alternates; "
			     "echo ../../../between/.git/objects >>r/.git/objects/info/alternates; "
			     "echo /missing >>r/.git/objects/info/alternates; "
			     "echo '\"'$PWD'/oth\\145r/.git/objects\"' >between/.git/objects/info/alternates; "
			     "echo $PWD/r/.git/objects >other/.git/objects/info/alternates");
	id = sandbox_id(sandbox, "cd other; echo text | git hash-object -w --stdin");
	repo = sandbox_open(sandbox, "r");
	assert_true(has_limit(repo, "'/missing', which this repository borrows from, cannot be read: No such file"));
	assert_int_equal(try_object(repo, &id, 100, &err), 1);
	write_loose(sandbox, &id, "blob 99\0", 8, 100);
	assert_int_equal(try_object(repo, &id, 100, &err), 1);
	sandbox_run(sandbox, "rm -rf other");
	assert_int_equal(try_object(repo, &id, 100, &err), -1);
	repo_close(repo);
}

static void object_peel_to_commit__tags__lead_to_their_commit(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err;
	struct oid commit, tag, blob_tag, tree, out;
	struct repo *repo;

	sandbox_run(sandbox, "git init -q -b main r; cd r; git commit -q --allow-empty -m x; git tag -a -m t t1; "
			     "git -c advice.nestedTag=false tag -a -m t t2 t1; git tag -a -m b b $(echo b | git "
			     "hash-object -w --stdin)");
	commit = sandbox_id(sandbox, "git -C r rev-parse main");
	tag = sandbox_id(sandbox, "git -C r rev-parse t2");
	blob_tag = sandbox_id(sandbox, "git -C r rev-parse b");
	tree = sandbox_id(sandbox, "git -C r rev-parse main:");
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(object_peel_to_commit(repo, &tag, &out, &err), 1);
	assert_true(oid_equal(&out, &commit));
	assert_int_equal(object_peel_to_commit(repo, &commit, &out, &err), 1);
	assert_int_equal(object_peel_to_commit(repo, &blob_tag, &out, &err), 0);
	assert_int_equal(object_peel_to_commit(repo, &tree, &out, &err), 0);
	sandbox_run(sandbox, "cd r; name=$(git rev-parse t1); rm -f .git/objects/$(echo $name | sed 's,..,&/,')");
	assert_int_equal(object_peel_to_commit(repo, &tag, &out, &err), 0);
	repo_close(repo);
}

static void tree_next__well_formed_and_not__tells_them_apart(void **state)
{
#define ID "01234567890123456789"
	static const struct {
		const char *bytes;
		size_t len;
		int entries, end;
	} cases[] = {
#define CASE(bytes, entries, end) { bytes, sizeof(bytes) - 1, entries, end }
		CASE("", 0, 0),
		CASE("100644 a\0" ID "40000 b\0" ID, 2, 0),
		CASE("100644 a/b\0" ID, 1, 0),
		CASE("100644 \0" ID, 0, -1),
		CASE("100644\0" ID, 0, -1),
		CASE(" a\0" ID, 0, -1),
		CASE("100644 a\0short", 0, -1),
		CASE("100644 a\0" ID "1", 1, -1),
		CASE("100944 a\0" ID, 0, -1),
		CASE("10000000000 a\0" ID, 0, -1),
		CASE("100644 a", 0, -1),
#undef CASE
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tree_iter it = { (const unsigned char *)cases[i].bytes, cases[i].len };
		struct tree_entry entry;
		int count = 0, got;

		while ((got = tree_next(&it, &entry)) > 0)
			count++;
		assert_int_equal(count, cases[i].entries);
		assert_int_equal(got, cases[i].end);
	}
}

static void tree_next__odd_modes__are_what_git_takes_them_for(void **state)
{
	static const struct {
		const char *stored;
		unsigned taken;
	} cases[] = { { "100644", 0100644 }, { "100664", 0100644 }, { "100755", 0100755 }, { "100100", 0100755 },
		{ "40000", MODE_TREE }, { "040000", MODE_TREE }, { "40755", MODE_TREE }, { "120777", MODE_LINK },
		{ "160000", MODE_GITLINK }, { "0", MODE_GITLINK }, { "20666", MODE_GITLINK } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct strbuf tree = STRBUF_INIT;
		struct tree_entry entry;
		struct tree_iter it;

		strbuf_addstr(&tree, cases[i].stored);
		strbuf_add(&tree, " a\0" ID, sizeof(" a\0" ID) - 1);
		it = (struct tree_iter){ (const unsigned char *)tree.buf, tree.len };
		assert_int_equal(tree_next(&it, &entry), 1);
		assert_int_equal(entry.mode, cases[i].taken);
		strbuf_release(&tree);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(object_read__loose_and_packed__give_the_bytes),
		SANDBOXED(object_read__damaged_loose_object__is_an_error),
		SANDBOXED(object_read__truncated_at_every_length__never_hangs),
		SANDBOXED(object_read__no_regular_file__is_an_error),
		SANDBOXED(object_read__zlib_bomb__is_refused_by_size),
		SANDBOXED(object_read__good_copy_elsewhere__is_preferred_to_a_damaged_one),
		SANDBOXED(object_peel_to_commit__tags__lead_to_their_commit),
		cmocka_unit_test(tree_next__well_formed_and_not__tells_them_apart),
		cmocka_unit_test(tree_next__odd_modes__are_what_git_takes_them_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
