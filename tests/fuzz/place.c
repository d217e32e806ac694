#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../../src/git/sha1.h"
#include "revident/base/xalloc.h"

enum { NAME_MAX_LEN = 200, FILES_MAX = 4096 };

static struct {
	char directory[64];
	char *files[FILES_MAX];
	size_t count;
	struct repo *first; /* open to the end: libgit2 starts once and not in every run */
} place;

static void path_of(const char *name, char *out)
{
	require((size_t)snprintf(out, NAME_MAX_LEN, "%s/%s", place.directory, name) < NAME_MAX_LEN);
}

static void remove_all(void)
{
	char command[128];

	repo_close(place.first);
	snprintf(command, sizeof(command), "rm -rf '%s'", place.directory);
	if (system(command) != 0)
		fprintf(stderr, "%s stays\n", place.directory);
}

static void make(void)
{
	static const char config[] = "[core]\n\tbare = true\n\trepositoryformatversion = 0\n";
	static const char head[] = "ref: refs/heads/main\n";
	char path[NAME_MAX_LEN];

	if (*place.directory)
		return;
	snprintf(place.directory, sizeof(place.directory), "%s/revident-fuzz.XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	require(mkdtemp(place.directory) != NULL);
	atexit(remove_all);
	path_of("refs", path);
	require(mkdir(path, 0777) == 0);
	path_of("objects", path);
	require(mkdir(path, 0777) == 0);
	place_write("config", config, sizeof(config) - 1);
	place_write("HEAD", head, sizeof(head) - 1);
	place_keep();
	place.first = place_open();
}

void place_keep(void)
{
	while (place.count)
		free(place.files[--place.count]);
}

void place_write(const char *name, const void *bytes, size_t len)
{
	char path[NAME_MAX_LEN], *slash;
	FILE *file;

	make();
	path_of(name, path);
	for (slash = strchr(path + strlen(place.directory) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	file = fopen(path, "wb");
	require(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
	require(place.count < FILES_MAX);
	place.files[place.count++] = xstrdup(name);
}

void place_run(const char *script)
{
	struct strbuf command = STRBUF_INIT;

	make();
	strbuf_addf(&command,
		"unset $(git rev-parse --local-env-vars); export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null\n"
		"cd '%s' && { %s\n}",
		place.directory, script);
	require(system(command.buf) == 0);
	strbuf_release(&command);
}

void place_read(const char *name, struct strbuf *out)
{
	char path[NAME_MAX_LEN], chunk[4096];
	FILE *file;
	size_t n;

	path_of(name, path);
	file = fopen(path, "rb");
	require(file != NULL);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(out, chunk, n);
	require(!ferror(file) && fclose(file) == 0);
}

void place_remove(const char *name)
{
	char path[NAME_MAX_LEN];

	path_of(name, path);
	unlink(path);
}

void place_clear(void)
{
	while (place.count) {
		char *name = place.files[--place.count];

		place_remove(name);
		free(name);
	}
}

void place_loose(const void *bytes, size_t len, struct oid *out)
{
	char hex[OID_HEX + 1], name[64];
	uLongf packed_len = compressBound(len);
	unsigned char *packed = xmalloc(packed_len);

	sha1_of(bytes, len, out);
	require(compress2(packed, &packed_len, bytes, len, 1) == Z_OK);
	oid_hex(out, hex);
	snprintf(name, sizeof(name), "objects/%.2s/%s", hex, hex + 2);
	place_write(name, packed, packed_len);
	free(packed);
}

void place_object(const char *type, const void *bytes, size_t len, struct oid *out)
{
	struct strbuf whole = STRBUF_INIT;

	strbuf_addf(&whole, "%s %zu", type, len);
	strbuf_addch(&whole, '\0');
	strbuf_add(&whole, bytes, len);
	place_loose(whole.buf, whole.len, out);
	strbuf_release(&whole);
}

struct repo *place_open(void)
{
	struct repo_env env = { .dir = place.directory, .git_dir = "." };
	struct repo *repo = NULL;
	struct err err;

	make();
	err_clear(&err);
	if (repo_open(&repo, &env, &err) < 0)
		require(err.kind != ERR_NONE && *err.msg && !repo);
	return repo;
}
