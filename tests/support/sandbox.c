#include "sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "revident/git/object.h"

/* libgit2 1.5 forgets its match data each time that one of its own expressions does not match a configuration key. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2-8.so\n";
}

int sandbox_setup(void **state)
{
	struct sandbox *sandbox = calloc(1, sizeof(*sandbox));

	assert_non_null(sandbox);
	strcpy(sandbox->dir, "/tmp/revident-test.XXXXXX");
	assert_non_null(mkdtemp(sandbox->dir));
	setenv("GIT_AUTHOR_NAME", "A U Thor", 1);
	setenv("GIT_AUTHOR_EMAIL", "author@example.com", 1);
	setenv("GIT_COMMITTER_NAME", "C O Mitter", 1);
	setenv("GIT_COMMITTER_EMAIL", "committer@example.com", 1);
	setenv("GIT_AUTHOR_DATE", "1700000000 +0100", 1);
	setenv("GIT_COMMITTER_DATE", "1700000000 +0100", 1);
	alarm(SANDBOX_SECONDS);
	*state = sandbox;
	return 0;
}

int sandbox_teardown(void **state)
{
	struct sandbox *sandbox = *state;
	char command[192];

	alarm(0);
	snprintf(command, sizeof(command), "chmod -R u+rwx '%s' && rm -rf '%s'", sandbox->dir, sandbox->dir);
	if (system(command) != 0)
		return -1;
	free(sandbox);
	return 0;
}

static FILE *start(struct sandbox *sandbox, const char *script, const char *mode)
{
	size_t size = strlen(script) + sizeof(sandbox->dir) + 32;
	char *command = malloc(size);
	FILE *pipe;

	assert_non_null(command);
	snprintf(command, size, "set -e\ncd '%s'\n%s\n", sandbox->dir, script);
	pipe = popen(command, mode);
	free(command);
	assert_non_null(pipe);
	return pipe;
}

void sandbox_run(struct sandbox *sandbox, const char *script)
{
	assert_int_equal(pclose(start(sandbox, script, "w")), 0);
}

char *sandbox_output(struct sandbox *sandbox, const char *script)
{
	FILE *pipe = start(sandbox, script, "r");
	char *text = NULL;
	size_t cap = 0;
	ssize_t len = getdelim(&text, &cap, '\0', pipe);

	assert_int_equal(pclose(pipe), 0);
	assert_true(len >= 0);
	if (len > 0 && text[len - 1] == '\n')
		text[len - 1] = '\0';
	return text;
}

struct oid sandbox_id(struct sandbox *sandbox, const char *script)
{
	char *text = sandbox_output(sandbox, script);
	struct oid id;

	assert_true(oid_parse(&id, text, strlen(text)));
	free(text);
	return id;
}

void sandbox_import(struct sandbox *sandbox, const char *name, const char *stream)
{
	size_t len = strlen(name);
	bool bare = len > 4 && strcmp(name + len - 4, ".git") == 0;
	char script[256];
	FILE *pipe;

	snprintf(script, sizeof(script),
		"git init -q -b main %s '%s'\ncd '%s'\ngit config gc.auto 0\ngit fast-import --quiet --force",
		bare ? "--bare" : "", name, name);
	pipe = start(sandbox, script, "w");
	assert_int_equal(fwrite(stream, 1, strlen(stream), pipe), strlen(stream));
	assert_int_equal(pclose(pipe), 0);
}

void sandbox_write(struct sandbox *sandbox, const char *name, const void *bytes, size_t len)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", sandbox->dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	if (len) /* of no bytes there may be no address */
		assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static int try_open(struct sandbox *sandbox, const char *name, const char *cache, struct repo **repo, struct err *err)
{
	char path[512], cache_path[512];
	struct repo_env env = { .dir = path, .cache_dir = cache ? cache_path : NULL };

	snprintf(path, sizeof(path), "%s/%s", sandbox->dir, name);
	snprintf(cache_path, sizeof(cache_path), "%s/%s", sandbox->dir, cache ? cache : "");
	memset(err, 0, sizeof(*err));
	return repo_open(repo, &env, err);
}

struct repo *sandbox_open(struct sandbox *sandbox, const char *name)
{
	return sandbox_open_cached(sandbox, name, NULL);
}

struct repo *sandbox_open_cached(struct sandbox *sandbox, const char *name, const char *cache)
{
	struct repo *repo = NULL;
	struct err err;

	if (try_open(sandbox, name, cache, &repo, &err) < 0)
		fail_msg("%s", err.msg);
	return repo;
}

void sandbox_open_fails(struct sandbox *sandbox, const char *name, enum err_kind kind, const char *part)
{
	struct repo *repo = NULL;
	struct err err;

	assert_int_equal(try_open(sandbox, name, NULL, &repo, &err), -1);
	assert_null(repo);
	assert_int_equal(err.kind, kind);
	if (!strstr(err.msg, part))
		fail_msg("'%s' is not in '%s'", part, err.msg);
}

bool has_limit(const struct repo *repo, const char *part)
{
	const char *const *limits;
	size_t count = repo_limits(repo, &limits), i;

	for (i = 0; i < count; i++)
		if (strstr(limits[i], part))
			return true;
	return false;
}

int try_object(struct repo *repo, const struct oid *id, size_t max, struct err *err)
{
	struct object object;
	int got = object_read(repo, id, max, &object, err);

	if (got > 0)
		object_release(&object);
	return got;
}
