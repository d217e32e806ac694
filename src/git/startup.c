#include "internal.h"

#include <git2/sys/alloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

/*
 * One allocation of libgit2 is at most the largest object that is ever read, so that a header which claims terabytes,
 * or a small pack that inflates to gigabytes, is an error and not the end of the machine's memory. Where the machine's
 * memory ends all the same, so does the program: libgit2 1.5 takes a configuration that it has no memory for as one
 * that says nothing, and crashes on others.
 */
static bool within_limit(size_t count, size_t size)
{
	return size == 0 || count <= ((size_t)OBJECT_META_MAX + 4096) / size;
}

static void *limited_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return within_limit(n, 1) ? xmalloc(n) : NULL;
}

static void *limited_calloc(size_t count, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return within_limit(count, size) ? xcalloc(count, size) : NULL;
}

static void *limited_realloc(void *ptr, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return within_limit(size, 1) ? xreallocarray(ptr, size, 1) : NULL;
}

static void *limited_reallocarray(void *ptr, size_t count, size_t size, const char *file, int line)
{
	return within_limit(count, size) ? limited_realloc(ptr, count * size, file, line) : NULL;
}

static void *limited_mallocarray(size_t count, size_t size, const char *file, int line)
{
	return within_limit(count, size) ? limited_malloc(count * size, file, line) : NULL;
}

static char *limited_substrdup(const char *text, size_t len, const char *file, int line)
{
	char *copy = limited_malloc(len + 1, file, line);

	if (!copy)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

static char *limited_strndup(const char *text, size_t max, const char *file, int line)
{
	return limited_substrdup(text, strnlen(text, max), file, line);
}

static char *limited_strdup(const char *text, const char *file, int line)
{
	return limited_substrdup(text, strlen(text), file, line);
}

int git_layer_start(struct err *err)
{
	/* lower case only; which object format it is, is looked at in repo.c */
	const char *extensions[] = { "worktreeconfig", "partialclone", "preciousobjects", "noop", "noop-v1",
		"objectformat" };
	git_allocator allocator = {
		.gmalloc = limited_malloc,
		.gcalloc = limited_calloc,
		.gstrdup = limited_strdup,
		.gstrndup = limited_strndup,
		.gsubstrdup = limited_substrdup,
		.grealloc = limited_realloc,
		.greallocarray = limited_reallocarray,
		.gmallocarray = limited_mallocarray,
		.gfree = free,
	};

	if (git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator) < 0 || git_libgit2_init() < 0)
		return err_set_git(err, ERR_UNDECIDED, "libgit2 does not start");
	/*
	 * Ownership is not checked: that check protects those who let a repository's configuration name programs to
	 * run, and nothing from a repository is run here. Hashes are not checked on reading, as git itself does not.
	 */
	if (git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0) < 0 ||
		git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0) < 0 ||
		git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0 ||
		git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, sizeof(extensions) / sizeof(*extensions)) < 0) {
		err_set_git(err, ERR_UNDECIDED, "libgit2 refuses its options");
		git_libgit2_shutdown();
		return -1;
	}
	return 0;
}

int err_set_git(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	struct strbuf said = STRBUF_INIT;
	char sentence[ERR_MSG_MAX];
	va_list ap;

	if (last && last->message)
		strbuf_add_printable(&said, last->message, strlen(last->message));
	else
		strbuf_addstr(&said, "no reason given");
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	err_set(err, kind, "%s: %s", sentence, said.buf);
	strbuf_release(&said);
	return -1;
}
