/*
 * pack: reading packs ourselves, because libgit2 spends as long on each small object as on its bytes. Private to
 * src/git.
 *
 * Whatever looks odd is "not known here": the caller then asks libgit2, which finds another copy or says what is wrong.
 * Packs are mapped when the repository is opened and stay readable when a repack removes them.
 *
 * One thread: a second one that read ahead what lists of migrations would ask for took a tenth off a scan's time, and
 * put 6 % on its work (two processors, a graph with filters). The packs' state would have to be shared for it.
 */
#ifndef REVIDENT_SRC_GIT_PACK_H
#define REVIDENT_SRC_GIT_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <libdeflate.h>
#include <zlib.h>

#include "bytes.h"
#include "revident/base/strbuf.h"
#include "revident/git/object.h"
#include "revident/model/oid.h"

/* pack_order.c: the objects of a pack by where they begin, as positions in its index. */
struct pack_order {
	uint32_t *sorted;         /* by us, or NULL */
	const unsigned char *rev; /* by git: its file, mapped, or NULL */
	size_t rev_size;
	uint64_t *samples;   /* every so many offsets; NULL: not taken yet */
	bool was_looked_for; /* git's file */
	uint64_t spent;  /* on contents that were held against their ids, since there is no order yet; see at_hand */
	bool has_doubts; /* somebody went on without one */
};

struct pack {
	char *path;                       /* of its index */
	const unsigned char *map, *index; /* all of both files */
	size_t size, index_size;
	uint32_t count;
	const unsigned char *fanout, *ids, *offsets,
		*wide;                /* in the index; `wide` holds the offsets that need 64 bits */
	const unsigned char *sums;    /* there, too: the CRC32 of each entry as it is stored; NULL in version 1 */
	struct stat stat, index_stat; /* of both files as they were mapped */
	bool is_settled;              /* nothing wrote to them just before: see user_cache.h */
	size_t stride;                /* of `ids` and `offsets`: version 1 has them side by side */
	struct pack_order order;
};

/*
 * Maps the pack whose index is `name` in `dir` ("…/objects/pack/") and checks all that libgit2 takes on trust: lengths,
 * the order of the fanout, every offset, and that both files are of one pack. False with the reason in `why`.
 */
bool pack_open(struct pack *pack, const char *dir, const char *name, struct strbuf *why);
void pack_close(struct pack *pack);

/*
 * Maps a regular file without ever blocking: the reason why not, or NULL. `st`, which may be NULL, gets what it is.
 * pack_unmap() takes NULL.
 */
const char *pack_map_file(const char *path, const unsigned char **map, size_t *size, struct stat *st);
void pack_unmap(const unsigned char *map, size_t size);

/* The checksum that pack and index have of the pack's content. */
void pack_checksum(const struct pack *pack, struct oid *out);

/* Brings the lines of the index where pack_find() will look near the processor, without waiting for them. */
void pack_expect(const struct pack *pack, const struct oid *id);

/* Where an object stands in the index. False if the pack does not have it. */
bool pack_find(const struct pack *pack, const struct oid *id, uint32_t *position);

/* The object at a position of the index, below `count`: its id, and where it begins. */
void pack_id_at(const struct pack *pack, uint32_t position, struct oid *out);

#define PACK_WIDE 0x80000000U /* in the table of offsets: the rest is an index into that of 64 bits */

static inline uint64_t pack_offset_at(const struct pack *pack, uint32_t position)
{
	uint32_t offset;

	if (pack->stride)
		return be32(pack->offsets + (size_t)position * pack->stride);
	offset = be32(pack->offsets + (size_t)position * 4);
	return offset & PACK_WIDE ? be64(pack->wide + (size_t)(offset & ~PACK_WIDE) * 8) : offset;
}

/*
 * pack_order.c: the object that begins at an offset, and where the next one does (or the pack's own checksum). False if
 * the index has none there. The first question costs a look at the whole index.
 */
bool pack_find_offset(struct pack *pack, uint64_t offset, uint32_t *position, uint64_t *end);

/*
 * The order of a pack takes a sort of its whole index, so it is made when that pays. Until then, what rests on an
 * object that nobody identified is held against its own id: slower for each, but without the sort.
 */
bool pack_order_is_there(const struct pack *pack);

/* May the order be asked? If not, `len` bytes are about to be hashed for want of it: true once that adds up to a sort. */
bool pack_order_at_hand(struct pack *pack, size_t len);

/* So much will be read that it pays at once. */
void pack_order_expect(struct pack *pack);

/*
 * A content is wrong. True if it may rest on objects that nobody identified, and is worth reading again with the order,
 * once what was cached is forgotten.
 */
bool pack_order_insist(struct pack *pack);
void pack_order_release(struct pack_order *order);

/* The positions of the objects whose ids begin with a byte: from *begin up to below *end. */
void pack_range(const struct pack *pack, uint8_t first, uint32_t *begin, uint32_t *end);

enum {
	PACK_ENTRY_COMMIT = 1,
	PACK_ENTRY_TREE = 2,
	PACK_ENTRY_BLOB = 3,
	PACK_ENTRY_TAG = 4,
	PACK_ENTRY_OFS_DELTA = 6,
	PACK_ENTRY_REF_DELTA = 7,
	PACK_CHAIN_MAX = 4096, /* git writes at most 4095 deltas in a row */
};

#define PACK_NO_POSITION UINT32_MAX

/* The beginning of an entry: what it is, how long once inflated, where its base and its data are. */
struct pack_entry {
	unsigned type;
	uint64_t offset, base;  /* `base`: of a delta */
	uint32_t base_position; /* of a delta that names its base by id; else PACK_NO_POSITION */
	size_t len;             /* as it says: anything up to SIZE_MAX / 4; of a delta, the delta's own */
	size_t data;
};

/* pack_entry.c: reads the header of the entry at `offset`. False where it makes no sense. */
bool pack_entry_at(const struct pack *pack, uint64_t offset, struct pack_entry *out);
bool pack_entry_is_delta(const struct pack_entry *entry);
enum object_type pack_entry_type(const struct pack_entry *entry); /* of one that is no delta */

/*
 * pack_check.c: is what is stored from an entry's beginning up to `end` what the index has the checksum of, at this
 * position? Always false for an index of version 1, which has no checksums.
 */
bool pack_entry_fits(const struct pack *pack, uint32_t position, uint64_t offset, uint64_t end);

/*
 * The same for a whole entry, be it never inflated. True where nothing says otherwise, or it has more than `max` bytes.
 */
bool pack_position_fits(struct pack *pack, uint32_t position, uint64_t max);

/* An object's bytes, shared with the cache of delta bases. */
struct pack_bytes {
	unsigned refs;
	enum object_type type;
	bool is_hashed;    /* the content itself was held against an id */
	uint32_t position; /* of the object that they are found to be, in its pack's index; PACK_NO_POSITION: unknown */
	size_t len;
	unsigned char bytes[]; /* a NUL behind them */
};

/* pack_check.c: have the bytes the content that the id at this position says? Then they have that position. */
bool pack_bytes_are(struct pack_bytes *bytes, const struct pack *pack, uint32_t position);

/* Room for `len` bytes and their NUL, which the caller fills in, with one reference and no position. */
struct pack_bytes *pack_bytes_new(size_t len);
void pack_bytes_release(struct pack_bytes *bytes); /* takes NULL */

/* pack_delta.c: a delta, inflated. */
struct pack_delta {
	const unsigned char *bytes;
	size_t len;
};

/* Takes off what a delta begins with: the length of its base, and of what it makes. False where that makes no sense. */
bool pack_delta_take_lengths(struct pack_delta *delta, uint64_t *base_len, uint64_t *len);

/* Can a delta of `delta_len` bytes make so much? Four bytes of it copy at most 16 MiB. */
static inline bool pack_delta_can_make(uint64_t delta_len, uint64_t len)
{
	return len >> 22 <= delta_len;
}

/*
 * What a delta makes of its base. NULL where it does not fit, or, with *too_long set, where that is more than `max`
 * bytes.
 */
struct pack_bytes *pack_delta_apply(
	const struct pack_bytes *base, struct pack_delta delta, size_t max, size_t *too_long);

struct base_cache;

/* Another copy of what is at an offset of a pack and damaged there, or NULL; see pack_rescue.c. */
typedef struct pack_bytes *pack_rescue_fn(void *data, size_t number, uint64_t offset);

/* The packs of a repository and what reading them needs. Zeroed before use. */
struct packs {
	struct pack *items;
	size_t count, cap;
	size_t last;       /* where the last object was found */
	z_stream inflater; /* for the beginning of an entry: it can stop early */
	bool has_inflater;
	struct libdeflate_decompressor *decompressor; /* for whole entries, in less than half the time */
	struct strbuf delta;                          /* scratch for what the decompressor makes of one */
	struct base_cache *cache;
	pack_rescue_fn *rescue; /* where the base of a delta is damaged; may be NULL */
	void *rescue_data;
	unsigned rescue_depth, rescue_count; /* calls of it that are not done, and all */
	size_t hashed[OBJECT_TAG + 1];       /* by type: bytes that were held against an id whatever their checksum */
};

void packs_release(struct packs *packs);

enum pack_answer { PACK_UNKNOWN, PACK_FOUND, PACK_TOO_LONG };

/* Reads an object of at most `max` bytes. PACK_TOO_LONG sets *len. */
enum pack_answer packs_read(
	struct packs *packs, const struct oid *id, size_t max, struct pack_bytes **out, size_t *len);

/*
 * Brings what reading an object will touch near the processor, without waiting for it: first, some objects ahead of its
 * turn, its place in the index; then, some fewer ahead, its entry. A hint for the pack where the last object was found.
 */
void packs_expect(const struct packs *packs, const struct oid *id);
void packs_expect_entry(const struct packs *packs, const struct oid *id);

/* So many objects will be read that ordering each pack pays at once: pack_order_at_hand(). */
void packs_expect_many(struct packs *packs);

/*
 * The object at a position of the index of the pack with this number. What others may be deltas against goes to the
 * cache: bases, every tree, and the object itself where `is_base`. NULL where it makes no sense or is not what its id
 * says, or, with *too_long set, where it has more than `max` bytes.
 */
struct pack_bytes *packs_read_at(
	struct packs *packs, size_t number, uint32_t position, size_t max, bool is_base, size_t *too_long);

/*
 * How long the object at a position is, found without inflating more than the beginning of a delta; nothing checks it.
 * False: not known here.
 */
bool packs_length_at(struct packs *packs, size_t number, uint32_t position, size_t *len);

/*
 * The beginning of a commit, as much as the first few hundred bytes of its stored data give, at most `max` bytes.
 * Returns its length; 0: not known here, or not what the index has the checksum of.
 */
size_t packs_commit_head(struct packs *packs, const struct oid *id, unsigned char *out, size_t max);

/* Type and length alone. False: not known here. */
bool packs_header(struct packs *packs, const struct oid *id, enum object_type *type, size_t *len);

/* base_cache.c: objects that others are deltas against, up to a number of bytes; the ones not used for longest go. */
struct base_cache *base_cache_new(void);
void base_cache_free(struct base_cache *cache); /* takes NULL */

/* The object at an offset of a pack with a reference for the caller, or NULL. */
struct pack_bytes *base_cache_get(struct base_cache *cache, size_t pack, uint64_t offset);
void base_cache_add(struct base_cache *cache, size_t pack, uint64_t offset, struct pack_bytes *bytes);

#endif
