/*
 * The calls that inject.c makes fail, in place of the C library's own functions of these names.
 */
#undef _FORTIFY_SOURCE /* whose inline functions stand where ours are to */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inject.h"

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int fd, const char *path, int flags);
int __openat64_2(int fd, const char *path, int flags);
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

/* The C library's own function of that name. */
#define REAL(name)                     \
	static __typeof__(name) *real; \
	if (!real)                     \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

/* --- memory ------------------------------------------------------------------------------------------------------ */

void *malloc(size_t size)
{
	return fault_fails_to_allocate(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fault_fails_to_allocate(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *ptr, size_t size)
{
	return fault_fails_to_allocate(__builtin_return_address(0)) ? NULL : __libc_realloc(ptr, size);
}

void *reallocarray(void *ptr, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return fault_fails_to_allocate(__builtin_return_address(0)) ? NULL : __libc_realloc(ptr, total);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fault_fails_to_allocate(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	*out = aligned_alloc(alignment, size);
	return *out ? 0 : ENOMEM;
}

/* --- calls that fail with -1 or NULL and have a fixed list of arguments ------------------------------------------ */

#define WRAP(class, result, failure, name, parameters, arguments)     \
	result name parameters                                        \
	{                                                             \
		REAL(name);                                           \
		return fault_fails(class) ? failure : real arguments; \
	}

WRAP(FAULT_OPEN, FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
WRAP(FAULT_OPEN, FILE *, NULL, fopen64, (const char *path, const char *mode), (path, mode))
WRAP(FAULT_OPEN, int, -1, memfd_create, (const char *name, unsigned flags), (name, flags))
WRAP(FAULT_OPEN, DIR *, NULL, opendir, (const char *path), (path))
WRAP(FAULT_OPEN, DIR *, NULL, fdopendir, (int fd), (fd))
WRAP(FAULT_OPEN, int, -1, __open_2, (const char *path, int flags), (path, flags))
WRAP(FAULT_OPEN, int, -1, __open64_2, (const char *path, int flags), (path, flags))
WRAP(FAULT_OPEN, int, -1, __openat_2, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(FAULT_OPEN, int, -1, __openat64_2, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(FAULT_LIST, struct dirent *, NULL, readdir, (DIR * dir), (dir))
WRAP(FAULT_LIST, struct dirent64 *, NULL, readdir64, (DIR * dir), (dir))
WRAP(FAULT_LIST, ssize_t, -1, readlink, (const char *path, char *buf, size_t size), (path, buf, size))
WRAP(FAULT_WRITE, size_t, 0, fwrite, (const void *bytes, size_t size, size_t count, FILE *to), (bytes, size, count, to))
WRAP(FAULT_WRITE, int, -1, ftruncate, (int fd, off_t size), (fd, size))
WRAP(FAULT_WRITE, int, -1, ftruncate64, (int fd, off64_t size), (fd, size))
WRAP(FAULT_SYNC, int, -1, fsync, (int fd), (fd))
WRAP(FAULT_SYNC, int, -1, fdatasync, (int fd), (fd))
WRAP(FAULT_RENAME, int, -1, rename, (const char *from, const char *to), (from, to))
WRAP(FAULT_RENAME, int, -1, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(FAULT_LINK, int, -1, link, (const char *from, const char *to), (from, to))
WRAP(FAULT_LINK, int, -1, linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
WRAP(FAULT_REMOVE, int, -1, unlink, (const char *path), (path))
WRAP(FAULT_REMOVE, int, -1, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(FAULT_REMOVE, int, -1, rmdir, (const char *path), (path))
WRAP(FAULT_REMOVE, int, -1, remove, (const char *path), (path))
WRAP(FAULT_MKDIR, int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(FAULT_MKDIR, int, -1, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode))
WRAP(FAULT_MKDIR, char *, NULL, mkdtemp, (char *name), (name))
WRAP(FAULT_STAT, int, -1, stat, (const char *path, struct stat *st), (path, st))
WRAP(FAULT_STAT, int, -1, stat64, (const char *path, struct stat64 *st), (path, st))
WRAP(FAULT_STAT, int, -1, lstat, (const char *path, struct stat *st), (path, st))
WRAP(FAULT_STAT, int, -1, lstat64, (const char *path, struct stat64 *st), (path, st))
WRAP(FAULT_STAT, int, -1, fstat, (int fd, struct stat *st), (fd, st))
WRAP(FAULT_STAT, int, -1, fstat64, (int fd, struct stat64 *st), (fd, st))
WRAP(FAULT_STAT, int, -1, fstatat, (int fd, const char *path, struct stat *st, int flags), (fd, path, st, flags))
WRAP(FAULT_STAT, int, -1, fstatat64, (int fd, const char *path, struct stat64 *st, int flags), (fd, path, st, flags))
WRAP(FAULT_ACCESS, int, -1, access, (const char *path, int mode), (path, mode))
WRAP(FAULT_ACCESS, int, -1, faccessat, (int fd, const char *path, int mode, int flags), (fd, path, mode, flags))
WRAP(FAULT_STAT, char *, NULL, realpath, (const char *path, char *out), (path, out))
WRAP(FAULT_MMAP, void *, MAP_FAILED, mmap, (void *at, size_t len, int prot, int flags, int fd, off_t from),
	(at, len, prot, flags, fd, from))
WRAP(FAULT_MMAP, void *, MAP_FAILED, mmap64, (void *at, size_t len, int prot, int flags, int fd, off64_t from),
	(at, len, prot, flags, fd, from))
WRAP(FAULT_PROCESS, int, -1, pipe2, (int fds[2], int flags), (fds, flags))
WRAP(FAULT_WAIT, int, -1, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
WRAP(FAULT_WAIT, pid_t, -1, waitpid, (pid_t pid, int *status, int options), (pid, status, options))
WRAP(FAULT_MODE, int, -1, chmod, (const char *path, mode_t mode), (path, mode))
WRAP(FAULT_MODE, int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(FAULT_MODE, int, -1, flock, (int fd, int how), (fd, how))
WRAP(FAULT_MODE, off_t, -1, lseek, (int fd, off_t offset, int whence), (fd, offset, whence))
WRAP(FAULT_MODE, off64_t, -1, lseek64, (int fd, off64_t offset, int whence), (fd, offset, whence))
WRAP(FAULT_MODE, char *, NULL, getcwd, (char *buf, size_t size), (buf, size))

/* --- children: the parent decides what becomes of one ------------------------------------------------------------ */

pid_t fork(void)
{
	REAL(fork);
	enum outcome fate;
	pid_t pid;

	if (fault_fails(FAULT_PROCESS))
		return -1;
	fate = fault_next(FAULT_CHILD);
	pid = real();
	if (pid == 0)
		fault_begin_child(fate);
	return pid;
}

/* Becomes $FAULT_CUT, which runs the program. */
static int become_cut(char *const *argv)
{
	char *words[64] = { getenv("FAULT_CUT") };
	size_t i;

	for (i = 0; argv[i] && i + 2 < sizeof(words) / sizeof(*words); i++)
		words[i + 1] = argv[i];
	return execv(words[0], words);
}

int execvp(const char *file, char *const *argv)
{
	REAL(execvp);
	const char *how = fault_of_child();

	if (!how)
		return real(file, argv);
	if (strcmp(how, "killed") == 0)
		raise(SIGKILL);
	return strcmp(how, "cut") == 0 ? become_cut(argv) : -1;
}

/* The descriptor is gone in any case, as on Linux. */
int close(int fd)
{
	REAL(close);
	bool failing = fault_fails(FAULT_CLOSE);
	int errnum = errno, rc = real(fd);

	if (!failing)
		return rc;
	errno = errnum;
	return -1;
}

/* With `make coverage`, gcov writes its counts at the end: they are left whole. */
static void spare_counts(const char *path)
{
	size_t len = strlen(path);

	if (len > 5 && strcmp(path + len - 5, ".gcda") == 0)
		fault_stop();
}

/* --- open, whose last argument may be absent --------------------------------------------------------------------- */

#define MODE_BEHIND(flags)                     \
	mode_t mode = 0;                       \
	if ((flags) & (O_CREAT | O_TMPFILE)) { \
		va_list ap;                    \
		va_start(ap, flags);           \
		mode = va_arg(ap, mode_t);     \
		va_end(ap);                    \
		fault_note_change();           \
	}

int open(const char *path, int flags, ...)
{
	REAL(open);
	MODE_BEHIND(flags)
	spare_counts(path);
	return fault_fails(FAULT_OPEN) ? -1 : real(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	REAL(open64);
	MODE_BEHIND(flags)
	return fault_fails(FAULT_OPEN) ? -1 : real(path, flags, mode);
}

int openat(int fd, const char *path, int flags, ...)
{
	REAL(openat);
	MODE_BEHIND(flags)
	return fault_fails(FAULT_OPEN) ? -1 : real(fd, path, flags, mode);
}

int openat64(int fd, const char *path, int flags, ...)
{
	REAL(openat64);
	MODE_BEHIND(flags)
	return fault_fails(FAULT_OPEN) ? -1 : real(fd, path, flags, mode);
}

/* --- transfers, which may be short ------------------------------------------------------------------------------- */

#define TRANSFER(class, name, parameters, length, arguments) \
	ssize_t name parameters                              \
	{                                                    \
		REAL(name);                                  \
		enum outcome outcome = fault_next(class);    \
		if (outcome == FAILS)                        \
			return -1;                           \
		if (outcome == HALF)                         \
			(length) = ((length) + 1) / 2;       \
		return real arguments;                       \
	}

TRANSFER(FAULT_READ, read, (int fd, void *buf, size_t len), len, (fd, buf, len))
TRANSFER(FAULT_READ, pread, (int fd, void *buf, size_t len, off_t at), len, (fd, buf, len, at))
TRANSFER(FAULT_READ, pread64, (int fd, void *buf, size_t len, off64_t at), len, (fd, buf, len, at))
TRANSFER(FAULT_WRITE, write, (int fd, const void *buf, size_t len), len, (fd, buf, len))
TRANSFER(FAULT_WRITE, pwrite, (int fd, const void *buf, size_t len, off_t at), len, (fd, buf, len, at))
TRANSFER(FAULT_WRITE, pwrite64, (int fd, const void *buf, size_t len, off64_t at), len, (fd, buf, len, at))
