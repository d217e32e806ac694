#include "redact.h"

#include <string.h>
#include <strings.h>

static bool is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}

static bool is_address(unsigned char c)
{
	return is_word(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%';
}

/* How long an e-mail address at `at` is; 0 if there is none. `at` is where one may begin. */
static size_t address_at(struct text text, size_t at)
{
	size_t end = at, host;

	while (end < text.len && is_address((unsigned char)text.ptr[end]))
		end++;
	if (end == at || end >= text.len || text.ptr[end] != '@')
		return 0;
	host = ++end;
	while (end < text.len && is_address((unsigned char)text.ptr[end]))
		end++;
	return end > host ? end - at : 0;
}

static bool stands_alone(struct text text, size_t at, size_t len)
{
	bool begins = at == 0 || !is_word((unsigned char)text.ptr[at]) || !is_word((unsigned char)text.ptr[at - 1]);
	bool ends = at + len == text.len || !is_word((unsigned char)text.ptr[at + len - 1]) ||
		    !is_word((unsigned char)text.ptr[at + len]);

	return begins && ends;
}

static size_t secret_at(const struct casefile *file, struct text text, size_t at)
{
	size_t i;

	for (i = 0; i < file->secret_count; i++) {
		struct text secret = file->secrets[i];

		if (secret.len <= text.len - at && !strncasecmp(text.ptr + at, secret.ptr, secret.len) &&
			stands_alone(text, at, secret.len))
			return secret.len;
	}
	return 0;
}

void redact(const struct casefile *file, struct text text, struct strbuf *out)
{
	size_t at = 0, len;

	if (!file->secret_count) {
		strbuf_add(out, text.ptr, text.len);
		return;
	}
	while (at < text.len) {
		bool fresh = at == 0 || !is_address((unsigned char)text.ptr[at - 1]);

		len = fresh ? address_at(text, at) : 0;
		if (!len)
			len = secret_at(file, text, at);
		if (len) {
			strbuf_addstr(out, REDACTED);
			at += len;
		} else {
			strbuf_addch(out, text.ptr[at++]);
		}
	}
}
