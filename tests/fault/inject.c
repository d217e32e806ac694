/*
 * A library for LD_PRELOAD that makes one call of the program under test fail: the Nth of a class (or each from the Nth
 * on), with the errno that is asked for, or short by half. Calls that the C library makes inside of itself (the write of
 * a stream) are not seen, those for memory are. Children are left alone, but for how they begin and end.
 *
 *	FAULT=class:N:errno          the Nth call of that class fails
 *	FAULT=class:N+:errno         so do all after it
 *	FAULT=class:N:short          the Nth read or write transfers half of what it could
 *	FAULT=child:N:errno          the Nth child cannot become the program it was to be
 *	FAULT=child:N:killed         it is killed before it says a word
 *	FAULT=child:N:cut            it is killed when it has said half of what it would have: $FAULT_CUT runs it
 *	FAULT=none                   calls are only counted
 *	FAULT_PROGRAM=name           the program to disturb (its file name)
 *	FAULT_ENDS=from-to,...       where allocations end the program when they fail (see fails_to_allocate())
 *	FAULT_STATE=file             takes how many calls of each class there were, and whether one was made to fail
 *	FAULT_TRACE=yes              says on standard error where that was, for addr2line -f -e
 *
 * The state is a table of numbers in the order of `enum fault_class`, then the number of failures.
 */
#undef _FORTIFY_SOURCE /* whose inline functions stand where ours are to */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum fault_class {
	FAULT_ALLOC,
	FAULT_OPEN,
	FAULT_LIST,
	FAULT_READ,
	FAULT_WRITE,
	FAULT_SYNC,
	FAULT_CLOSE,
	FAULT_RENAME,
	FAULT_LINK,
	FAULT_REMOVE,
	FAULT_MKDIR,
	FAULT_STAT,
	FAULT_ACCESS,
	FAULT_MMAP,
	FAULT_PROCESS,
	FAULT_WAIT,
	FAULT_CHILD,
	FAULT_MODE,
	FAULT_CLASSES
};

static const char *const class_names[FAULT_CLASSES] = { "alloc", "open", "list", "read", "write", "sync", "close",
	"rename", "link", "remove", "mkdir", "stat", "access", "mmap", "process", "wait", "child", "mode" };

enum { ENDS_MAX = 16 };

struct range {
	uintptr_t from, to;
};

static struct {
	bool active, lasting, trace;
	pid_t pid;
	enum fault_class class;
	uint64_t at;
	char how[16];
	int errnum;
	uint64_t *counts;            /* FAULT_CLASSES of them, and the failures */
	bool child_fails;            /* in a child: as `how` says */
	struct range ends[ENDS_MAX]; /* relative to where the program is loaded */
	size_t end_count;
	uintptr_t base;
	uint64_t changes,
		changes_then; /* calls that change something, and how many there were at the last such allocation */
} fault;

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int fd, const char *path, int flags);
int __openat64_2(int fd, const char *path, int flags);
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static void say_where(void)
{
	void *frames[32];
	int n;

	fault.active = false;
	n = backtrace(frames, 32);
	backtrace_symbols_fd(frames, n, STDERR_FILENO);
	fault.active = true;
}

enum outcome { AS_EVER, FAILS, HALF };

static bool is_counted(void)
{
	return fault.active && getpid() == fault.pid;
}

/* Does a call of that class change what others see? Opening does where it makes a file. */
static bool is_change(enum fault_class class)
{
	switch (class) {
	case FAULT_WRITE:
	case FAULT_SYNC:
	case FAULT_RENAME:
	case FAULT_LINK:
	case FAULT_REMOVE:
	case FAULT_MKDIR:
	case FAULT_PROCESS:
	case FAULT_WAIT:
	case FAULT_CHILD:
	case FAULT_MODE:
		return true;
	default:
		return false;
	}
}

static enum outcome next(enum fault_class class)
{
	uint64_t n;

	if (!is_counted())
		return AS_EVER;
	fault.changes += is_change(class);
	n = ++fault.counts[class];
	if (class != fault.class || n < fault.at || (n > fault.at && !fault.lasting))
		return AS_EVER;
	if (fault.counts[FAULT_CLASSES]++ == 0 && fault.trace)
		say_where();
	errno = fault.errnum;
	return strcmp(fault.how, "short") == 0 ? HALF : FAILS;
}

static bool fails(enum fault_class class)
{
	return next(class) == FAILS;
}

static void parse(const char *spec)
{
	unsigned long long at;
	char name[16], plus[2] = "";
	int i;

	fault.class = FAULT_CLASSES;
	if (sscanf(spec, "%15[a-z]:%llu:%15s", name, &at, fault.how) != 3) {
		if (sscanf(spec, "%15[a-z]:%llu%1[+]:%15s", name, &at, plus, fault.how) != 4)
			return;
		fault.lasting = true;
	}
	for (i = 0; i < FAULT_CLASSES; i++)
		if (strcmp(name, class_names[i]) == 0)
			fault.class = (enum fault_class)i;
	fault.at = at;
	fault.errnum = atoi(fault.how);
}

/* The program is the first that is loaded. */
static int find_program(struct dl_phdr_info *info, size_t size, void *out)
{
	(void)size;
	(void)out;
	fault.base = info->dlpi_addr;
	return 1;
}

static void parse_ends(const char *ends)
{
	struct range range;
	int len;

	while (fault.end_count < ENDS_MAX && sscanf(ends, "%lx-%lx%n", &range.from, &range.to, &len) == 2) {
		fault.ends[fault.end_count++] = range;
		ends += len + (ends[len] == ',');
	}
}

__attribute__((constructor)) static void start(void)
{
	const char *spec = getenv("FAULT"), *program = getenv("FAULT_PROGRAM"), *state = getenv("FAULT_STATE");
	size_t size = (FAULT_CLASSES + 1) * sizeof(*fault.counts);
	void *warm[1];
	void *map;
	int fd;

	unsetenv("LD_PRELOAD"); /* for the programs that this one runs */
	if (!spec || !program || !state || strcmp(program, program_invocation_short_name) != 0)
		return;
	fd = open(state, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		_exit(125);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		_exit(125);
	close(fd);
	fault.counts = map;
	fault.pid = getpid();
	fault.trace = getenv("FAULT_TRACE") != NULL;
	if (fault.trace)
		backtrace(warm, 1);
	parse(spec);
	dl_iterate_phdr(find_program, NULL);
	if (getenv("FAULT_ENDS"))
		parse_ends(getenv("FAULT_ENDS"));
	fault.changes = 1;
	fault.active = true;
}

/* --- where main() begins ----------------------------------------------------------------------------------------------- */

typedef int main_fn(int, char **, char **);

static main_fn *program_main;

static void stop(void)
{
	fault.active = false;
}

/* So that it is over before what the loader does at the end, and libgcov, which takes any failure ill. */
static int run_main(int argc, char **argv, char **environment)
{
	if (atexit(stop) != 0)
		_exit(125);
	return program_main(argc, argv, environment);
}

int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
	void (*rtld_fini)(void), void *stack_end);

int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
	void (*rtld_fini)(void), void *stack_end)
{
	int (*real)(main_fn *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

	*(void **)&real = dlsym(RTLD_NEXT, "__libc_start_main");
	program_main = main;
	return real(run_main, argc, argv, init, fini, rtld_fini, stack_end);
}

/* The C library's own function of that name. */
#define REAL(name)                     \
	static __typeof__(name) *real; \
	if (!real)                     \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

/* --- memory ------------------------------------------------------------------------------------------------------- */

static bool is_in(const struct range *range, uintptr_t at)
{
	return at >= range->from && at < range->to;
}

/*
 * Where an allocation of revident's xalloc.h fails, the program ends at once: nothing is undone and nothing more is
 * written. So all such failures between two calls that change something leave the same, and the first stands for them;
 * the others are not counted. Those whose caller goes on with what it has are all counted.
 */
static bool is_like_the_last(const void *caller)
{
	size_t i;

	for (i = 0; i < fault.end_count; i++)
		if (is_in(&fault.ends[i], (uintptr_t)caller - fault.base))
			break;
	if (i == fault.end_count)
		return false;
	if (fault.changes_then == fault.changes)
		return true;
	fault.changes_then = fault.changes;
	return false;
}

static bool fails_to_allocate(const void *caller)
{
	return is_counted() && !is_like_the_last(caller) && fails(FAULT_ALLOC);
}

void *malloc(size_t size)
{
	return fails_to_allocate(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails_to_allocate(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *ptr, size_t size)
{
	return fails_to_allocate(__builtin_return_address(0)) ? NULL : __libc_realloc(ptr, size);
}

void *reallocarray(void *ptr, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return fails_to_allocate(__builtin_return_address(0)) ? NULL : __libc_realloc(ptr, total);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails_to_allocate(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	*out = aligned_alloc(alignment, size);
	return *out ? 0 : ENOMEM;
}

/* --- calls that fail with -1 or NULL and have a fixed list of arguments --------------------------------------------- */

#define WRAP(class, result, failure, name, parameters, arguments) \
	result name parameters                                    \
	{                                                         \
		REAL(name);                                       \
		return fails(class) ? failure : real arguments;   \
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

/* --- children: the parent decides what becomes of one -------------------------------------------------------------- */

pid_t fork(void)
{
	REAL(fork);
	enum outcome fate;
	pid_t pid;

	if (fails(FAULT_PROCESS))
		return -1;
	fate = next(FAULT_CHILD);
	pid = real();
	if (pid == 0)
		fault.child_fails = fate == FAILS;
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

	if (!fault.child_fails)
		return real(file, argv);
	if (strcmp(fault.how, "killed") == 0)
		raise(SIGKILL);
	if (strcmp(fault.how, "cut") == 0)
		return become_cut(argv);
	errno = fault.errnum;
	return -1;
}

/* The descriptor is gone in any case, as on Linux. */
int close(int fd)
{
	REAL(close);
	bool failing = fails(FAULT_CLOSE);
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
		fault.active = false;
}

/* --- open, whose last argument may be absent ------------------------------------------------------------------------ */

#define MODE_BEHIND(flags)                     \
	mode_t mode = 0;                       \
	if ((flags) & (O_CREAT | O_TMPFILE)) { \
		va_list ap;                    \
		va_start(ap, flags);           \
		mode = va_arg(ap, mode_t);     \
		va_end(ap);                    \
		fault.changes += is_counted(); \
	}

int open(const char *path, int flags, ...)
{
	REAL(open);
	MODE_BEHIND(flags)
	spare_counts(path);
	return fails(FAULT_OPEN) ? -1 : real(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	REAL(open64);
	MODE_BEHIND(flags)
	return fails(FAULT_OPEN) ? -1 : real(path, flags, mode);
}

int openat(int fd, const char *path, int flags, ...)
{
	REAL(openat);
	MODE_BEHIND(flags)
	return fails(FAULT_OPEN) ? -1 : real(fd, path, flags, mode);
}

int openat64(int fd, const char *path, int flags, ...)
{
	REAL(openat64);
	MODE_BEHIND(flags)
	return fails(FAULT_OPEN) ? -1 : real(fd, path, flags, mode);
}

/* --- transfers, which may be short ---------------------------------------------------------------------------------- */

#define TRANSFER(class, name, parameters, length, arguments) \
	ssize_t name parameters                              \
	{                                                    \
		REAL(name);                                  \
		enum outcome outcome = next(class);          \
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
