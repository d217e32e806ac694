#include "revident/git/pack_notes.h"

#include <fcntl.h>
#include <unistd.h>

#include "internal.h"
#include "note_file.h"
#include "revident/base/directory.h"

static int open_notes(const struct repo *repo, bool make)
{
	int common = open(repo->common_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), own = -1, dir = -1;

	if (common >= 0) {
		own = note_dir_open(common, "revident", 0777, make);
		close(common);
	}
	if (own >= 0) {
		dir = note_dir_open(own, "sweep", 0777, make);
		close(own);
	}
	return dir;
}

/* What stands before a note's own bytes. */
static void add_head(struct strbuf *out, const struct oid *checksum, const char *writer)
{
	char hex[OID_HEX + 1];

	strbuf_addf(out, "revident pack note 1\n%s\n%s\n", oid_hex(checksum, hex), writer);
}

bool pack_note_read(const struct repo *repo, const struct oid *checksum, const char *writer, struct strbuf *out)
{
	struct strbuf head = STRBUF_INIT, file = STRBUF_INIT;
	char name[OID_HEX + 1];
	struct text body;
	bool found;
	int dir = open_notes(repo, false);

	if (dir < 0)
		return false;
	add_head(&head, checksum, writer);
	found = note_file_read(dir, oid_hex(checksum, name), &head, &file, &body);
	if (found)
		strbuf_add(out, body.ptr, body.len);
	close(dir);
	strbuf_release(&head);
	strbuf_release(&file);
	return found;
}

static bool is_pack_of(const struct repo *repo, const char *name)
{
	struct oid checksum, own;
	size_t i;

	if (!oid_parse(&checksum, name, strlen(name)))
		return true; /* none of ours: not to be touched */
	for (i = 0; i < repo->packs.count; i++) {
		pack_checksum(&repo->packs.items[i], &own);
		if (oid_equal(&own, &checksum))
			return true;
	}
	return false;
}

static void drop_stale(const struct repo *repo, int dir)
{
	struct directory listed;
	struct err ignored = { 0 };
	size_t i;

	directory_read_at(&listed, dir, ".", "", &ignored);
	for (i = 0; i < listed.count; i++)
		if (!is_pack_of(repo, listed.names[i]) || note_file_is_left_over(dir, listed.names[i]))
			unlinkat(dir, listed.names[i], 0);
	directory_release(&listed);
}

void pack_note_write(
	const struct repo *repo, const struct oid *checksum, const char *writer, const void *bytes, size_t len)
{
	struct strbuf head = STRBUF_INIT;
	char name[OID_HEX + 1];
	int dir = open_notes(repo, true);

	if (dir < 0)
		return;
	add_head(&head, checksum, writer);
	note_file_write(dir, oid_hex(checksum, name), 0666, &head, bytes, len);
	strbuf_release(&head);
	drop_stale(repo, dir);
	close(dir);
}
