/*
 * inject: which calls of the program under test are to fail. Shared by inject.c, which decides, and calls.c, where the
 * calls arrive.
 */
#ifndef REVIDENT_TESTS_FAULT_INJECT_H
#define REVIDENT_TESTS_FAULT_INJECT_H

#include <stdbool.h>

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

enum outcome { AS_EVER, FAILS, HALF };

/* Counts a call and says what is to become of it; with FAILS, errno is set. */
enum outcome fault_next(enum fault_class class);

/* The same for what cannot be done by half. */
bool fault_fails(enum fault_class class);

/* The same for an allocation, from where it is asked for. */
bool fault_fails_to_allocate(const void *caller);

/* A call of a class that is not counted among those that change what others see did so: it made a file. */
void fault_note_change(void);

/* In the child, whose fate was asked for before it was there. */
void fault_begin_child(enum outcome fate);

/* In the child: how it fails to become a program ("killed", "cut", or else as errno is set); NULL: it does not. */
const char *fault_of_child(void);

/* From here on every call is as ever. */
void fault_stop(void);

#endif
