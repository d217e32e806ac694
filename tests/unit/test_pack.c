#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/git/internal.h"
#include "../../src/git/sha1.h"
#include "../support/sandbox.h"

/* Sixty versions of a file, a directory that grows, two sizes of entry headers, a tag: deltas upon deltas. */
static const char make_history[] = "git init -q -b main r; cd r; for i in $(seq 60); do echo; done >f; for i in $(seq "
				   "60); do echo \"version $i\" >>f; "
				   "echo $i >d$i; { echo \"commit refs/heads/main\"; echo \"committer C <c@x> $i "
				   "+0000\"; echo \"data 2\"; echo $i | head -c "
				   "2; echo; echo \"M 644 inline f\"; echo \"data $(wc -c <f)\"; cat f; echo; echo \"M "
				   "644 inline d/d$i\"; echo \"data "
				   "$(wc -c <d$i)\"; cat d$i; echo; }; done | git fast-import --quiet --force; git tag "
				   "-a -m tag t main; head -c 200000 "
				   "/dev/urandom | git hash-object -w --stdin >big; git tag big $(cat big); ";

static void id_of(const struct object *object, struct oid *out)
{
	static const char *const names[] = { "commit", "tree", "blob", "tag" };
	char *whole = malloc(object->len + 64);
	size_t len;

	assert_non_null(whole);
	len = (size_t)sprintf(whole, "%s %zu", names[object->type], object->len) + 1;
	memcpy(whole + len, object->bytes, object->len);
	sha1_of(whole, len + object->len, out);
	free(whole);
}

struct listing {
	struct oid *ids;
	size_t count;
};

static void list_objects(struct sandbox *sandbox, struct listing *list)
{
	char *text = sandbox_output(sandbox, "git -C r cat-file --batch-all-objects --batch-check='%(objectname)'"),
	     *at;
	size_t count = (strlen(text) + 1) / (OID_HEX + 1);

	list->ids = calloc(count, sizeof(*list->ids));
	list->count = 0;
	for (at = text; list->count < count; at += OID_HEX + 1)
		assert_true(oid_parse(&list->ids[list->count++], at, OID_HEX));
	free(text);
}

/* Reads every object, forwards and backwards, and compares it with its name. */
static void expect_all_readable(struct sandbox *sandbox, const struct listing *list)
{
	struct repo *repo = sandbox_open(sandbox, "r");
	struct err err = { .kind = ERR_NONE };
	size_t i;

	for (i = 0; i < 2 * list->count; i++) {
		const struct oid *id = &list->ids[i < list->count ? i : 2 * list->count - 1 - i];
		enum object_type type;
		struct object object;
		struct oid found;
		size_t len;

		if (object_read(repo, id, OBJECT_META_MAX, &object, &err) != 1)
			fail_msg("object %zu: %s", i, err.msg);
		assert_non_null(object.shared); /* by our own reader */
		assert_int_equal(object.bytes[object.len], '\0');
		id_of(&object, &found);
		assert_true(oid_equal(&found, id));
		assert_true(packs_header(&repo->packs, id, &type, &len));
		assert_int_equal(type, object.type);
		assert_int_equal(len, object.len);
		object_release(&object);
		assert_int_equal(object_read(repo, id, len, &object, &err), 1);
		object_release(&object);
		if (len)
			assert_int_equal(object_read(repo, id, len - 1, &object, &err), -1);
	}
	repo_close(repo);
}

static void object_read__every_kind_of_pack__gives_what_the_name_says(void **state)
{
	static const char *const ways[] = {
		"git repack -adfq --depth=100 --window=50",
		"git -c repack.useDeltaBaseOffset=false repack -adfq --depth=50",
		"git -c pack.indexVersion=1 repack -adfq",
		"git repack -adq; git -c core.bigFileThreshold=1 repack -adfq",
	};
	struct sandbox *sandbox = *state;
	struct listing list;
	char script[512];
	size_t i;

	sandbox_run(sandbox, make_history);
	list_objects(sandbox, &list);
	assert_true(list.count > 200);
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		snprintf(script, sizeof(script),
			"cd r; %s; git cat-file --batch-all-objects --batch-check='%%(objectname)' | git "
			"pack-objects -q .git/objects/pack/pack >/dev/null; git prune-packed -q",
			ways[i]);
		sandbox_run(sandbox, script);
		expect_all_readable(sandbox, &list);
	}
	free(list.ids);
}

static void object_read__several_packs__are_all_asked(void **state)
{
	struct sandbox *sandbox = *state;
	struct listing list;

	sandbox_run(sandbox, make_history);
	list_objects(sandbox, &list);
	sandbox_run(sandbox,
		"cd r; git cat-file --batch-all-objects --batch-check='%(objectname)' >all; for part in 1 2 3; do "
		"awk -v part=$part 'NR % 3 == part - 1' all | git pack-objects -q .git/objects/pack/pack "
		">/dev/null; done; git prune-packed -q; test $(ls .git/objects/pack/*.pack | wc -l) -ge 3");
	expect_all_readable(sandbox, &list);
	free(list.ids);
}

static void object_read__pack_removed_meanwhile__goes_on(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	struct listing list;
	struct object object;
	struct repo *repo;
	size_t i;

	sandbox_run(sandbox, make_history);
	list_objects(sandbox, &list);
	sandbox_run(sandbox,
		"cd r; git cat-file --batch-all-objects --batch-check='%(objectname)' | git pack-objects -q "
		".git/objects/pack/pack >/dev/null; git prune-packed -q");
	repo = sandbox_open(sandbox, "r");
	sandbox_run(sandbox, "rm -f r/.git/objects/pack/*");
	for (i = 0; i < list.count; i++) {
		assert_int_equal(object_read(repo, &list.ids[i], OBJECT_META_MAX, &object, &err), 1);
		object_release(&object);
	}
	repo_close(repo);
	free(list.ids);
}

/* What is read is right, or it is an error or missing; never a crash, whichever byte is damaged. */
static void object_read__damaged_pack__never_gives_other_content(void **state)
{
	struct sandbox *sandbox = *state;
	struct listing list;
	char path[160], *name;
	unsigned char byte;
	size_t errors = 0, i;
	long at, size;
	FILE *file;

	sandbox_run(sandbox,
		"git init -q -b main r; cd r; for i in 1 2 3 4 5 6; do seq $((i * 40)) >f; git add f; git commit -q "
		"-m $i; done; git repack -adfq; chmod -R u+w .git/objects");
	list_objects(sandbox, &list);
	name = sandbox_output(sandbox, "echo r/.git/objects/pack/*.pack");
	snprintf(path, sizeof(path), "%s/%s", sandbox->dir, name);
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	for (at = 12; at < size - OID_BYTES; at += at % 64 < 8 ? 1 : 7) {
		struct repo *repo;

		assert_int_equal(fseek(file, at, SEEK_SET), 0);
		assert_int_equal(fread(&byte, 1, 1, file), 1);
		byte ^= (unsigned char)(1U << at % 8);
		assert_int_equal(fseek(file, at, SEEK_SET), 0);
		assert_int_equal(fwrite(&byte, 1, 1, file), 1);
		assert_int_equal(fflush(file), 0);
		repo = sandbox_open(sandbox, "r");
		for (i = 0; i < list.count; i++) {
			struct err err = { .kind = ERR_NONE };
			struct object object;
			struct oid found = list.ids[i];

			if (object_read(repo, &list.ids[i], OBJECT_META_MAX, &object, &err) != 1) {
				errors++;
				continue;
			}
			id_of(&object, &found);
			if (!oid_equal(&found, &list.ids[i]))
				fail_msg("byte %ld changes what object %zu says", at, i);
			object_release(&object);
		}
		repo_close(repo);
		byte ^= (unsigned char)(1U << at % 8);
		assert_int_equal(fseek(file, at, SEEK_SET), 0);
		assert_int_equal(fwrite(&byte, 1, 1, file), 1);
		assert_int_equal(fflush(file), 0);
	}
	assert_true(errors > (size_t)size / 12);
	fclose(file);
	free(name);
	free(list.ids);
}

/* A pack of deltas in `r`, what is in it, and its index, which tests write in other ways. */
struct indexed {
	struct listing list;
	char path[160];
	unsigned char *index;
	size_t len, sums, offsets;
};

static const char make_versions[] = "git init -q -b main r; cd r; for i in 1 2 3 4 5 6; do seq $((i * 40)) >f; git add "
				    "f; git commit -q -m $i; done; "
				    "git -c pack.writeReverseIndex=true repack -adfq; chmod -R u+w .git/objects";

static void open_indexed(struct sandbox *sandbox, struct indexed *out)
{
	char *name;
	FILE *file;

	sandbox_run(sandbox, make_versions);
	list_objects(sandbox, &out->list);
	name = sandbox_output(sandbox, "echo r/.git/objects/pack/*.idx");
	snprintf(out->path, sizeof(out->path), "%s/%s", sandbox->dir, name);
	free(name);
	file = fopen(out->path, "rb");
	assert_non_null(file);
	out->index = malloc(64 * 1024);
	out->len = fread(out->index, 1, 64 * 1024, file);
	fclose(file);
	out->sums = 8 + 1024 + out->list.count * OID_BYTES;
	out->offsets = out->sums + out->list.count * 4;
}

static void write_index(const struct indexed *x, const unsigned char *bytes)
{
	FILE *file = fopen(x->path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, x->len, file), x->len);
	assert_int_equal(fclose(file), 0);
}

/* How many objects cannot be read; each of the others has the content that its id says. */
static size_t count_unreadable(struct sandbox *sandbox, const struct indexed *x)
{
	struct repo *repo = sandbox_open(sandbox, "r");
	size_t lacking = 0, i;

	for (i = 0; i < x->list.count; i++) {
		struct err err = { .kind = ERR_NONE };
		struct object object;
		struct oid found;

		if (object_read(repo, &x->list.ids[i], OBJECT_META_MAX, &object, &err) != 1) {
			lacking++;
			continue;
		}
		id_of(&object, &found);
		assert_true(oid_equal(&found, &x->list.ids[i]));
		object_release(&object);
	}
	repo_close(repo);
	return lacking;
}

/* Two neighbours of a table of the index, each `size` bytes long, change places, or the second takes the first's. */
static void swap_fields(unsigned char *at, size_t size, bool both)
{
	unsigned char kept[OID_BYTES];

	memcpy(kept, at, size);
	memcpy(at, at + size, size);
	if (both)
		memcpy(at + size, kept, size);
}

static void object_read__index_with_other_places__gives_no_other_content(void **state)
{
	struct sandbox *sandbox = *state;
	unsigned char *bytes;
	struct indexed x;
	size_t i;

	open_indexed(sandbox, &x);
	bytes = malloc(x.len);
	assert_non_null(bytes);
	for (i = 0; i + 1 < x.list.count; i++) {
		memcpy(bytes, x.index, x.len);
		swap_fields(bytes + x.offsets + i * 4, 4, true);
		write_index(&x, bytes);
		assert_int_equal(count_unreadable(sandbox, &x), 2);
		swap_fields(bytes + x.sums + i * 4, 4, true); /* so that the checksums fit, too */
		write_index(&x, bytes);
		assert_int_equal(count_unreadable(sandbox, &x), 2);
		memcpy(bytes, x.index, x.len);
		swap_fields(bytes + x.offsets + i * 4, 4, false);
		write_index(&x, bytes);
		assert_int_equal(count_unreadable(sandbox, &x), 1);
	}
	free(bytes);
	free(x.index);
	free(x.list.ids);
}

static void expect_ends_behind(struct sandbox *sandbox)
{
	struct repo *repo = sandbox_open(sandbox, "r");
	struct pack *pack = &repo->packs.items[0];
	uint64_t at, end;
	uint32_t position, n;

	for (n = 0; repo->packs.count && n < pack->count; n++) {
		at = pack_offset_at(pack, n);
		if (pack_find_offset(pack, at, &position, &end))
			assert_true(at < end && end <= pack->size - OID_BYTES);
	}
	repo_close(repo);
}

/* The order that ".rev" has is none then. */
static void pack_find_offset__flipped_places__no_end_before_a_beginning(void **state)
{
	enum { BITS = 14 /* of an offset in so small a pack */ };
	struct sandbox *sandbox = *state;
	struct indexed x;
	size_t i;

	open_indexed(sandbox, &x);
	for (i = 0; i < x.list.count * BITS; i++) {
		unsigned char *byte = x.index + x.offsets + i / BITS * 4 + 3 - i % BITS / 8;
		const unsigned char flip = (unsigned char)(1U << i % BITS % 8);

		*byte ^= flip;
		write_index(&x, x.index);
		expect_ends_behind(sandbox);
		*byte ^= flip;
	}
	free(x.index);
	free(x.list.ids);
}

static void object_read__index_with_other_checksums__reads_all(void **state)
{
	struct sandbox *sandbox = *state;
	struct indexed x;
	size_t i;

	open_indexed(sandbox, &x);
	for (i = x.sums; i < x.offsets; i += 5)
		x.index[i] ^= 0x10;
	write_index(&x, x.index);
	assert_int_equal(count_unreadable(sandbox, &x), 0);
	free(x.index);
	free(x.list.ids);
}

static void expect_all_found(struct sandbox *sandbox)
{
	struct repo *repo = sandbox_open(sandbox, "r");
	struct pack *pack = &repo->packs.items[0];
	uint64_t at = 12, end;
	uint32_t position, n;

	assert_int_equal(repo->packs.count, 1);
	for (n = 0; n < pack->count; n++, at = end) {
		assert_true(pack_find_offset(pack, at, &position, &end));
		assert_true(pack_offset_at(pack, position) == at);
		assert_true(pack_entry_fits(pack, position, at, end));
		assert_false(pack_find_offset(pack, at + 1, &position, &(uint64_t){ 0 }));
	}
	assert_true(at == pack->size - OID_BYTES);
	for (n = 0; n < pack->count; n++)
		assert_true(pack_find_offset(pack, pack_offset_at(pack, n), &position, &end) && position == n);
	repo_close(repo);
}

static void pack_find_offset__any_reverse_index__finds_each_object_and_its_end(void **state)
{
	static const char *const ways[] = { "true",
		"dd if=/dev/zero of=$(echo *.rev) bs=4 seek=3 count=9 conv=notrunc status=none",
		"printf RIDX >$(echo *.rev)", "rm -f *.rev; mkfifo $(basename *.idx .idx).rev", "rm -f *.rev" };
	struct sandbox *sandbox = *state;
	char script[256];
	size_t i;

	sandbox_run(sandbox, make_versions);
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		snprintf(script, sizeof(script), "cd r/.git/objects/pack; %s", ways[i]);
		sandbox_run(sandbox, script);
		expect_all_found(sandbox);
	}
}

static struct pack_bytes *made_of(char c, size_t len)
{
	struct pack_bytes *bytes = malloc(sizeof(*bytes) + len);

	assert_non_null(bytes);
	bytes->refs = 1;
	bytes->type = OBJECT_BLOB;
	bytes->len = len;
	memset(bytes->bytes, c, len);
	return bytes;
}

static void base_cache__full__drops_what_was_not_used_for_longest(void **state)
{
	enum { SIXTEENTH = 256 * 1024 }; /* of what the cache holds */
	struct base_cache *cache = base_cache_new();
	struct pack_bytes *bytes;
	uint64_t i;

	(void)state;
	for (i = 0; i < 16; i++) {
		bytes = made_of((char)i, SIXTEENTH);
		base_cache_add(cache, 0, i, bytes);
		pack_bytes_release(bytes);
	}
	bytes = base_cache_get(cache, 0, 0);
	assert_non_null(bytes);
	pack_bytes_release(bytes);
	assert_null(base_cache_get(cache, 1, 0));
	bytes = made_of('x', SIXTEENTH);
	base_cache_add(cache, 0, 16, bytes);
	pack_bytes_release(bytes);
	assert_null(base_cache_get(cache, 0, 1));
	for (i = 0; i <= 16; i++) {
		if (i == 1)
			continue;
		bytes = base_cache_get(cache, 0, i);
		assert_non_null(bytes);
		assert_int_equal(bytes->bytes[SIXTEENTH - 1], i == 16 ? 'x' : (char)i);
		pack_bytes_release(bytes);
	}
	bytes = made_of('y', 8 * SIXTEENTH); /* too large to be kept */
	base_cache_add(cache, 0, 99, bytes);
	assert_int_equal(bytes->refs, 1);
	pack_bytes_release(bytes);
	for (i = 0; i < 20000; i++) {
		bytes = made_of('z', 10);
		base_cache_add(cache, 2, i, bytes);
		pack_bytes_release(bytes);
	}
	bytes = base_cache_get(cache, 2, 19999);
	assert_non_null(bytes);
	pack_bytes_release(bytes);
	base_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(object_read__every_kind_of_pack__gives_what_the_name_says),
		SANDBOXED(object_read__several_packs__are_all_asked),
		SANDBOXED(object_read__pack_removed_meanwhile__goes_on),
		SANDBOXED(object_read__damaged_pack__never_gives_other_content),
		SANDBOXED(object_read__index_with_other_places__gives_no_other_content),
		SANDBOXED(pack_find_offset__flipped_places__no_end_before_a_beginning),
		SANDBOXED(object_read__index_with_other_checksums__reads_all),
		SANDBOXED(pack_find_offset__any_reverse_index__finds_each_object_and_its_end),
		cmocka_unit_test(base_cache__full__drops_what_was_not_used_for_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
