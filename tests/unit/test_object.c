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

static int read_blob(struct repo *repo, const struct oid *id, size_t max, struct err *err)
{
	struct object object;
	int got = object_read(repo, id, max, &object, err);

	if (got > 0)
		object_release(&object);
	return got;
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
		assert_int_equal(read_blob(repo, &id, 10, &err), -1);
		assert_non_null(strstr(err.msg, "has 11 bytes, more than the 10"));
		assert_int_equal(read_blob(repo, &none, 10, &err), 0);
		assert_int_equal(read_blob(repo, &none, OBJECT_META_MAX, &err), 0);
		assert_int_equal(read_blob(repo, &null, OBJECT_META_MAX, &err), 0);
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
		assert_int_equal(read_blob(repo, &id, OBJECT_META_MAX, &err), -1);
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
	assert_int_equal(read_blob(repo, &id, 100000, &err), 1);
	for (keep = 0; keep < packed_len; keep += keep < 64 ? 1 : 17) {
		sandbox_write(sandbox, name, packed, keep);
		assert_int_equal(read_blob(repo, &id, 100000, &err), -1);
	}
	packed[packed_len++] = 'x';
	sandbox_write(sandbox, name, packed, packed_len);
	assert_int_equal(read_blob(repo, &id, 100000, &err), -1);
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
	assert_int_equal(read_blob(repo, &id, 1000, &err), -1);
	assert_non_null(strstr(err.msg, "is no regular file"));
	sandbox_run(sandbox, "cd r/.git/objects/bb; rm *; ln -s /etc/passwd 00000000000000000000000000000000000000");
	assert_int_equal(read_blob(repo, &id, 1000, &err), -1);
	repo_close(repo);
}

static void object_read__zlib_bomb__is_refused_by_size(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo = empty_repo(sandbox);
	struct oid id = sandbox_id(sandbox, "cd r; head -c 50000000 /dev/zero | git hash-object -w --stdin");
	struct err err;

	assert_int_equal(read_blob(repo, &id, 4 * 1024 * 1024, &err), -1);
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
	assert_int_equal(read_blob(repo, &id, 100, &err), 1);
	write_loose(sandbox, &id, "blob 99\0", 8, 100);
	assert_int_equal(read_blob(repo, &id, 100, &err), 1);
	sandbox_run(sandbox, "rm -rf other");
	assert_int_equal(read_blob(repo, &id, 100, &err), -1);
	repo_close(repo);
}

/* In the first pack by name it is damaged; the other copy, in a pack or loose, comes late to whoever goes by packs. */
static void object_read__damaged_in_one_pack__is_taken_from_elsewhere(void **state)
{
	static const char *const elsewhere[] = { "mv aside/* .git/objects/pack",
		"mkdir .git/o; mv .git/objects/pack/* .git/o; git unpack-objects -q <$(echo aside/*.pack); "
		"mv .git/o/* .git/objects/pack" };
	struct sandbox *sandbox = *state;
	enum object_type type;
	struct repo *repo;
	char script[300];
	struct err err;
	struct oid id;
	size_t i, len;

	err_clear(&err);
	for (i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++) {
		sandbox_run(sandbox, "rm -rf r; git init -q r; mkdir r/aside");
		id = sandbox_id(sandbox, "cd r; seq 1000 | git hash-object -w --stdin");
		sandbox_run(sandbox,
			"cd r; name() { git cat-file --batch-all-objects --batch-check='%(objectname)'; }; "
			"name | git pack-objects -q aside/pack >o; echo x | git hash-object -w --stdin >o; "
			"name | git pack-objects -q .git/objects/pack/pack >o; git prune-packed; "
			"pack=$(echo .git/objects/pack/*.pack); chmod u+w $pack; "
			"printf zzzzzz | dd of=$pack bs=1 seek=200 conv=notrunc status=none");
		repo = sandbox_open(sandbox, "r");
		assert_int_equal(read_blob(repo, &id, 10000, &err), -1);
		err_clear(&err);
		repo_close(repo);
		snprintf(script, sizeof(script), "cd r; %s", elsewhere[i]);
		sandbox_run(sandbox, script);
		repo = sandbox_open(sandbox, "r");
		assert_int_equal(object_header(repo, &id, &type, &len, &err), 1);
		assert_int_equal(read_blob(repo, &id, 10000, &err), 1);
		assert_int_equal(err.kind, ERR_NONE);
		repo_close(repo);
	}
}

/* The base of a delta is damaged, in its header or its data; a copy lies loose, or in another pack. */
static void object_read__delta_on_a_damaged_base__takes_the_base_from_elsewhere(void **state)
{
	static const char *const elsewhere[] = { "git unpack-objects -q <kept", "git index-pack --stdin <single >o" };
	static const int within[] = { 0, 40 };
	struct sandbox *sandbox = *state;
	struct repo *repo;
	char script[600];
	struct err err;
	struct oid id;
	size_t i, k;

	err_clear(&err);
	for (i = 0; i < 2; i++)
		for (k = 0; k < 2; k++) {
			sandbox_run(sandbox, "rm -rf r; git init -q r");
			id = sandbox_id(sandbox, "cd r; seq 3000 | git hash-object -w --stdin >base; seq 2990 | git "
						 "hash-object -w --stdin");
			snprintf(script, sizeof(script),
				"cd r; git pack-objects -q --stdout <base >single; { cat base; git hash-object "
				"--stdin; } "
				"<<END >both\n$(seq 2990)\nEND\ngit pack-objects -q .git/objects/pack/pack <both >o; "
				"git prune-packed -q; pack=$(echo .git/objects/pack/*.pack); cp $pack kept; "
				"git verify-pack -v ${pack%%.pack}.idx | grep -q ' 1 '$(cat base); "
				"at=$(git verify-pack -v ${pack%%.pack}.idx | awk -v b=$(cat base) '$1 == b { print $5 "
				"}'); "
				"chmod u+w $pack; printf zzzzzz | dd of=$pack bs=1 seek=$((at + %d)) conv=notrunc "
				"status=none",
				within[k]);
			sandbox_run(sandbox, script);
			repo = sandbox_open(sandbox, "r");
			assert_int_equal(read_blob(repo, &id, 100000, &err), -1);
			err_clear(&err);
			repo_close(repo);
			snprintf(script, sizeof(script),
				"cd r; mkdir ../p; mv .git/objects/pack/* ../p; %s; "
				"mv ../p/* .git/objects/pack; rmdir ../p",
				elsewhere[i]);
			sandbox_run(sandbox, script);
			repo = sandbox_open(sandbox, "r");
			if (i == 0)
				sandbox_run(sandbox, "cd r; rm .git/objects/$(git hash-object --stdin <<END | "
						     "sed 's|..|&/|'\n$(seq 2990)\nEND\n)");
			assert_int_equal(read_blob(repo, &id, 100000, &err), 1);
			repo_close(repo);
		}
}

/* Packs all objects of "r" and returns nothing but the pack there. */
static void pack_everything(struct sandbox *sandbox)
{
	sandbox_run(sandbox, "cd r; for i in 1 2 3 4 5 6 7 8; do echo $i >f$i; git add f$i; git commit -q -m $i; done; "
			     "git repack -adq; chmod -R u+w .git/objects");
}

static void repo_open__damaged_pack_index__is_a_limit_and_no_crash(void **state)
{
	static const struct {
		long at; /* from the end where negative */
		const char *bytes;
	} flips[] = {
		{ 8, "\\377" },             /* the fanout decreases */
		{ 1028, "\\0\\0\\0\\001" }, /* fewer objects than there are */
		{ -44, "\\377" },           /* an offset beyond the table of 64-bit offsets */
		{ -44, "\\177" },           /* an offset beyond the pack */
		{ 4, "\\0\\0\\0\\011" },    /* a version that nobody knows */
		{ -40, "zz" },              /* of a pack with another checksum */
	};
	struct sandbox *sandbox = *state;
	struct oid id;
	struct err err;
	struct repo *repo;
	char script[512];
	size_t i;

	sandbox_run(sandbox, "git init -q -b main r");
	pack_everything(sandbox);
	id = sandbox_id(sandbox, "git -C r rev-parse main");
	sandbox_run(sandbox, "cp -R r good");
	for (i = 0; i < sizeof(flips) / sizeof(*flips); i++) {
		snprintf(script, sizeof(script),
			"rm -rf r; cp -R good r; cd r/.git/objects/pack; idx=$(echo *.idx); size=$(wc -c <$idx); "
			"at=%ld; "
			"[ $at -ge 0 ] || at=$((size + at)); printf '%s' | dd of=$idx bs=1 seek=$at conv=notrunc "
			"status=none",
			flips[i].at, flips[i].bytes);
		sandbox_run(sandbox, script);
		repo = sandbox_open(sandbox, "r");
		if (!has_limit(repo, "the pack index 'pack-"))
			fail_msg("flip %zu is not noticed", i);
		assert_int_equal(read_blob(repo, &id, OBJECT_META_MAX, &err), 0);
		repo_close(repo);
	}
}

static void repo_open__pack_without_an_index__is_a_limit(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	sandbox_run(sandbox, "git init -q -b main r");
	pack_everything(sandbox);
	sandbox_run(sandbox, "rm r/.git/objects/pack/*.idx; mkfifo r/.git/objects/pack/other.idx");
	repo = sandbox_open(sandbox, "r");
	assert_true(has_limit(repo, ".pack' has no index and is not read"));
	assert_true(has_limit(repo, "the pack index 'other.idx' cannot be used"));
	repo_close(repo);
}

static void repo_open__truncated_pack_or_index__leaves_the_other_packs_readable(void **state)
{
	static const char *const damages[] = { "truncate -s 1000 $idx", "truncate -s -4 $idx", "truncate -s 0 $idx",
		"truncate -s 20 $pack", "rm $pack", "rm $idx; mkfifo $idx", "rm $pack; mkfifo $pack",
		"echo junk >$pack" };
	struct sandbox *sandbox = *state;
	struct oid id, first;
	struct err err;
	struct repo *repo;
	char script[512];
	size_t i;

	sandbox_run(sandbox, "git init -q -b main r");
	pack_everything(sandbox);
	first = sandbox_id(sandbox, "git -C r rev-parse main");
	id = sandbox_id(sandbox,
		"cd r; first=$(echo .git/objects/pack/*.idx); echo new >new; git add new; git commit -q -m "
		"new; git repack -dq; mv $first .git/first.idx; mv ${first%idx}pack .git/first.pack; git "
		"rev-parse main");
	sandbox_run(sandbox,
		"cd r/.git; chmod -R u+w .; "
		"mv first.idx objects/pack/pack-first.idx; mv first.pack objects/pack/pack-first.pack; cd ../..; "
		"cp -R r good");
	for (i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		snprintf(script, sizeof(script),
			"rm -rf r; cp -R good r; cd r/.git/objects/pack; idx=pack-first.idx pack=pack-first.pack; %s",
			damages[i]);
		sandbox_run(sandbox, script);
		repo = sandbox_open(sandbox, "r");
		assert_true(has_limit(repo, "'pack-first.idx' cannot be used"));
		assert_int_equal(read_blob(repo, &id, OBJECT_META_MAX, &err), 1);
		assert_int_equal(read_blob(repo, &first, OBJECT_META_MAX, &err), 0);
		repo_close(repo);
	}
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
		SANDBOXED(object_read__damaged_in_one_pack__is_taken_from_elsewhere),
		SANDBOXED(object_read__delta_on_a_damaged_base__takes_the_base_from_elsewhere),
		SANDBOXED(repo_open__pack_without_an_index__is_a_limit),
		SANDBOXED(repo_open__damaged_pack_index__is_a_limit_and_no_crash),
		SANDBOXED(repo_open__truncated_pack_or_index__leaves_the_other_packs_readable),
		SANDBOXED(object_peel_to_commit__tags__lead_to_their_commit),
		cmocka_unit_test(tree_next__well_formed_and_not__tells_them_apart),
		cmocka_unit_test(tree_next__odd_modes__are_what_git_takes_them_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
