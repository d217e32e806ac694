#include "revident/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "revident/base/printable.h"
#include "revident/base/strbuf.h"

static void cut_at_character(char *msg, size_t needed)
{
	size_t len = strlen(msg);

	if (needed < ERR_MSG_MAX)
		return;
	while (len > 0 && ((unsigned char)msg[len - 1] & 0xc0) == 0x80)
		len--;
	if (len > 0 && (unsigned char)msg[len - 1] >= 0xc0)
		len--;
	msg[len] = '\0';
}

__attribute__((format(printf, 2, 0))) static size_t format_message(char *msg, const char *fmt, va_list ap)
{
	int n = vsnprintf(msg, ERR_MSG_MAX, fmt, ap);

	if (n < 0) {
		msg[0] = '\0';
		return 0;
	}
	cut_at_character(msg, (size_t)n);
	return strlen(msg);
}

int(err_set)(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	err->kind = kind;
	va_start(ap, fmt);
	format_message(err->msg, fmt, ap);
	va_end(ap);
	return -1;
}

int(err_set_errno)(struct err *err, enum err_kind kind, int errnum, const char *fmt, ...)
{
	va_list ap;
	size_t len;
	int n;

	err->kind = kind;
	va_start(ap, fmt);
	len = format_message(err->msg, fmt, ap);
	va_end(ap);
	n = snprintf(err->msg + len, ERR_MSG_MAX - len, ": %s", strerror(errnum));
	if (n > 0)
		cut_at_character(err->msg, len + (size_t)n);
	return -1;
}

int err_cannot(const char *verb, const char *path, int errnum, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, path, strlen(path));
	(err_set_errno)(err, ERR_UNDECIDED, errnum, "cannot %s \"%s\"", verb, shown.buf);
	strbuf_release(&shown);
	return -1;
}

int(err_prefix)(struct err *err, const char *fmt, ...)
{
	char old[ERR_MSG_MAX];
	va_list ap;
	size_t len;
	int n;

	memcpy(old, err->msg, sizeof(old));
	va_start(ap, fmt);
	len = format_message(err->msg, fmt, ap);
	va_end(ap);
	n = snprintf(err->msg + len, ERR_MSG_MAX - len, "%s", old);
	if (n > 0)
		cut_at_character(err->msg, len + (size_t)n);
	return -1;
}

void err_clear(struct err *err)
{
	err->kind = ERR_NONE;
	err->msg[0] = '\0';
}
