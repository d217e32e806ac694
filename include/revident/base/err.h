/*
 * err: the one error value. Layer base.
 *
 * A function that can fail takes a `struct err *` as its last parameter, fills it once, where the failure is known
 * best, and returns -1. Callers add what they know with err_prefix() or pass it up; only src/cli prints it.
 * The message is one sentence in UTF-8 with its subject in quotes and, where there is one, the next thing to do.
 * Bytes that come from a repository must be made printable first (strbuf_add_printable()).
 */
#ifndef REVIDENT_BASE_ERR_H
#define REVIDENT_BASE_ERR_H

enum err_kind {
	ERR_NONE,      /* nothing went wrong */
	ERR_USAGE,     /* wrong usage or configuration: exit 2 */
	ERR_UNDECIDED, /* objects missing or damaged, an unreadable repository, a failed read or write: exit 3 */
};

/* Longest message kept, in bytes with the final NUL; what is longer is cut at a character boundary. */
enum { ERR_MSG_MAX = 2048 };

struct err {
	enum err_kind kind;
	char msg[ERR_MSG_MAX];
};

/* Sets kind and message. Returns -1, so that a failing function can `return err_set(...)`. */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As err_set(), followed by `: ` and the text of errno value `errnum`. Returns -1. */
int err_set_errno(struct err *err, enum err_kind kind, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* ERR_UNDECIDED: `cannot VERB "PATH": ` and the text of errno value `errnum`, the path made printable. Returns -1. */
int err_cannot(const char *verb, const char *path, int errnum, struct err *err);

/* Puts text in front of the message that is there. Returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * The same three, with the -1 where compilers and analysers see it: what follows a failure is then not held possible.
 */
#define err_set(...)                  \
	__extension__({               \
		err_set(__VA_ARGS__); \
		-1;                   \
	})
#define err_set_errno(...)                  \
	__extension__({                     \
		err_set_errno(__VA_ARGS__); \
		-1;                         \
	})
#define err_prefix(...)                  \
	__extension__({                  \
		err_prefix(__VA_ARGS__); \
		-1;                      \
	})

/* Back to ERR_NONE and an empty message. */
void err_clear(struct err *err);

#endif
