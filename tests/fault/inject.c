/*
 * A library for LD_PRELOAD that makes one call of the program under test fail: the Nth of a class (or each from the Nth
 * on), with the errno that is asked for, or short by half. Calls that the C library makes inside of itself (the write
 * of a stream) are not seen, those for memory are. Children are left alone, but for how they begin and end.
 *
 *	FAULT=class:N:errno          the Nth call of that class fails
 *	FAULT=class:N+:errno         so do all after it
 *	FAULT=class:N:short          the Nth read or write transfers half of what it could
 *	FAULT=child:N:errno          the Nth child cannot become the program it was to be
 *	FAULT=child:N:killed         it is killed before it says a word
 *	FAULT=child:N:cut            it is killed when it has said half of what it would have: $FAULT_CUT runs it
 *	FAULT=none                   calls are only counted
 *	FAULT_PROGRAM=name           the program to disturb (its file name)
 *	FAULT_ENDS=from-to,...       where allocations end the program when they fail (see is_like_the_last())
 *	FAULT_STATE=file             takes how many calls of each class there were, and whether one was made to fail
 *	FAULT_TRACE=yes              says on standard error where that was, for addr2line -f -e
 *
 * The state is a table of numbers in the order of `enum fault_class`, then the number of failures.
 */
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
	uint64_t changes;      /* calls that change something */
	uint64_t changes_then; /* how many there were at the last allocation that ends the program */
} fault;

static void say_where(void)
{
	void *frames[32];
	int n;

	fault.active = false;
	n = backtrace(frames, 32);
	backtrace_symbols_fd(frames, n, STDERR_FILENO);
	fault.active = true;
}

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

enum outcome fault_next(enum fault_class class)
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

bool fault_fails(enum fault_class class)
{
	return fault_next(class) == FAILS;
}

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

bool fault_fails_to_allocate(const void *caller)
{
	return is_counted() && !is_like_the_last(caller) && fault_fails(FAULT_ALLOC);
}

void fault_note_change(void)
{
	fault.changes += is_counted();
}

void fault_begin_child(enum outcome fate)
{
	fault.child_fails = fate == FAILS;
}

const char *fault_of_child(void)
{
	if (!fault.child_fails)
		return NULL;
	errno = fault.errnum;
	return fault.how;
}

void fault_stop(void)
{
	fault.active = false;
}

/* --- what is asked for ------------------------------------------------------------------------------------------- */

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

/* --- where main() begins ----------------------------------------------------------------------------------------- */

typedef int main_fn(int, char **, char **);

static main_fn *program_main;

/* So that it is over before what the loader does at the end, and libgcov, which takes any failure ill. */
static int run_main(int argc, char **argv, char **environment)
{
	if (atexit(fault_stop) != 0)
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
