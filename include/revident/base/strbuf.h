/*
 * strbuf: a byte string that grows. Layer base.
 *
 * `buf` always points to `len` bytes and a NUL behind them (also when empty), so it serves as a C string where the
 * bytes hold no NUL. STRBUF_INIT or strbuf_init() before use, strbuf_release() after; strbuf_clear() keeps the memory.
 */
#ifndef REVIDENT_BASE_STRBUF_H
#define REVIDENT_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct strbuf {
	char *buf;
	size_t len, cap; /* cap is 0 while buf is the shared empty string */
};

/* What an empty buffer points to; never written to. */
extern char strbuf_empty[];

#define STRBUF_INIT                                     \
	{                                               \
		.buf = strbuf_empty, .len = 0, .cap = 0 \
	}

void strbuf_init(struct strbuf *sb);
void strbuf_release(struct strbuf *sb);
void strbuf_clear(struct strbuf *sb);

/* Gives the bytes away (NUL-terminated, freed with free()) and leaves `sb` empty. `len` may be NULL. */
char *strbuf_detach(struct strbuf *sb, size_t *len);

/* Makes room for `extra` more bytes. */
void strbuf_reserve(struct strbuf *sb, size_t extra);

void strbuf_add(struct strbuf *sb, const void *bytes, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *text);
void strbuf_addch(struct strbuf *sb, char c);
void strbuf_addchn(struct strbuf *sb, char c, size_t count);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* A name behind the path in `sb`, with a slash between them; the name alone where there is no path yet. */
void strbuf_add_component(struct strbuf *sb, const void *name, size_t len);

/* Cuts to `len` bytes, which must not be more than there are. */
void strbuf_setlen(struct strbuf *sb, size_t len);

bool strbuf_ends_with(const struct strbuf *sb, const char *suffix);

#endif
