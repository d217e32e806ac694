/*
 * What is read from a repository whose packs are damaged: all that lies elsewhere, and a limit that says what was not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/git/pack.h"
#include "../support/sandbox.h"
#include "revident/git/object.h"

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
		assert_int_equal(try_object(repo, &id, 10000, &err), -1);
		err_clear(&err);
		repo_close(repo);
		snprintf(script, sizeof(script), "cd r; %s", elsewhere[i]);
		sandbox_run(sandbox, script);
		repo = sandbox_open(sandbox, "r");
		assert_int_equal(object_header(repo, &id, &type, &len, &err), 1);
		assert_int_equal(try_object(repo, &id, 10000, &err), 1);
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
			assert_int_equal(try_object(repo, &id, 100000, &err), -1);
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
			assert_int_equal(try_object(repo, &id, 100000, &err), 1);
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
		assert_int_equal(try_object(repo, &id, OBJECT_META_MAX, &err), 0);
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
		assert_int_equal(try_object(repo, &id, OBJECT_META_MAX, &err), 1);
		assert_int_equal(try_object(repo, &first, OBJECT_META_MAX, &err), 0);
		repo_close(repo);
	}
}

static void pack_delta_apply__claims_what_it_cannot_make__is_damage_not_length(void **state)
{
	/* of 4 bytes, 2^62 and 1 MiB: copy 64 KiB */
	static const unsigned char absurd[] = { 4, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0x80 };
	static const unsigned char plain[] = { 4, 0x80, 0x80, 0x40, 0x80 };
	struct pack_bytes *base = pack_bytes_new(4);
	size_t too_long = 0;

	(void)state;
	memset(base->bytes, 'x', 4);
	assert_null(pack_delta_apply(base, (struct pack_delta){ absurd, sizeof(absurd) }, 1000, &too_long));
	assert_int_equal(too_long, 0);
	assert_null(pack_delta_apply(base, (struct pack_delta){ plain, sizeof(plain) }, 1000, &too_long));
	assert_int_equal(too_long, 1024 * 1024);
	pack_bytes_release(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(object_read__damaged_in_one_pack__is_taken_from_elsewhere),
		SANDBOXED(object_read__delta_on_a_damaged_base__takes_the_base_from_elsewhere),
		SANDBOXED(repo_open__pack_without_an_index__is_a_limit),
		SANDBOXED(repo_open__damaged_pack_index__is_a_limit_and_no_crash),
		cmocka_unit_test(pack_delta_apply__claims_what_it_cannot_make__is_damage_not_length),
		SANDBOXED(repo_open__truncated_pack_or_index__leaves_the_other_packs_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
