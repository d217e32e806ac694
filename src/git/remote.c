#include "revident/git/remote.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void add_escaped(struct strbuf *out, struct text text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (is_alnum(text.ptr[i]) || (text.ptr[i] && strchr("-._~/:@!$&'()*+,;=%[]", text.ptr[i])))
			strbuf_addch(out, text.ptr[i]);
		else
			strbuf_addf(out, "%%%02X", (unsigned)(unsigned char)text.ptr[i]);
	}
}

/* "https" of "https://..."; none where the address is of another form. */
static struct text scheme_of(struct text address)
{
	size_t i;

	for (i = 0; i < address.len && (is_alnum(address.ptr[i]) || (i && strchr("+-.", address.ptr[i])));)
		i++;
	if (i == 0 || address.len - i < 3 || memcmp(address.ptr + i, "://", 3) != 0)
		return TEXT_NONE;
	return (struct text){ address.ptr, i };
}

/* Cuts off "user:password@". */
static struct text without_user(struct text authority)
{
	const char *at = authority.len ? memrchr(authority.ptr, '@', authority.len) : NULL;

	return at ? (struct text){ at + 1, authority.len - (size_t)(at + 1 - authority.ptr) } : authority;
}

static struct text up_to(struct text text, char end)
{
	const char *found = text.len ? memchr(text.ptr, end, text.len) : NULL;

	return found ? (struct text){ text.ptr, (size_t)(found - text.ptr) } : text;
}

static void add_uri(struct strbuf *out, struct text scheme, struct text host, struct text path)
{
	add_escaped(out, scheme);
	strbuf_addstr(out, "://");
	add_escaped(out, host);
	if (path.len && path.ptr[0] != '/')
		strbuf_addch(out, '/');
	add_escaped(out, path);
}

bool remote_uri_of(struct text address, struct strbuf *out)
{
	struct text scheme = scheme_of(address), rest = address, authority, host;

	if (scheme.ptr) {
		if (text_equal(scheme, TEXT_LITERAL("file")))
			return false;
		rest = (struct text){ address.ptr + scheme.len + 3, address.len - scheme.len - 3 };
		authority = up_to(rest, '/');
	} else {
		/* host:path, as scp has it; a slash before the colon makes it a path of this machine */
		scheme = TEXT_LITERAL("ssh");
		authority = up_to(address, ':');
		if (authority.len == address.len || up_to(address, '/').len < authority.len)
			return false;
		rest.ptr++; /* the colon goes */
		rest.len--;
		if (rest.len > authority.len && rest.ptr[authority.len] == ':')
			return false; /* helper::address, which only the helper can read: it may hold a password */
	}
	host = without_user(authority);
	if (!host.len)
		return false;
	add_uri(out, scheme, host, (struct text){ rest.ptr + authority.len, rest.len - authority.len });
	return true;
}

/* The best remote so far. */
struct choice {
	char *name, *address;
};

static void look_at(const char *key, const char *value, void *data)
{
	static const char prefix[] = "remote.", suffix[] = ".url";
	struct choice *best = data;
	size_t len = strlen(key);
	char *name;
	bool wins;

	if (len <= sizeof(prefix) + sizeof(suffix) - 2 || strcmp(key + len - (sizeof(suffix) - 1), suffix) != 0)
		return;
	name = xmemdup(key + sizeof(prefix) - 1, len - (sizeof(prefix) - 1) - (sizeof(suffix) - 1));
	wins = !best->name || !strcmp(name, "origin") ||
	       (strcmp(best->name, "origin") != 0 && strcmp(name, best->name) < 0);
	if (!wins || (best->name && !strcmp(best->name, name))) { /* of several addresses the first is fetched from */
		free(name);
		return;
	}
	free(best->name);
	free(best->address);
	best->name = name;
	best->address = xstrdup(value);
}

int remote_find_uri(struct repo *repo, struct arena *arena, struct text *out, struct err *err)
{
	struct choice best = { NULL, NULL };
	struct strbuf uri = STRBUF_INIT;
	int rc;

	*out = TEXT_NONE;
	rc = repo_config_each(repo, "remote.", look_at, &best, err);
	if (rc == 0 && best.address && remote_uri_of(text_of(best.address), &uri))
		*out = arena_text(arena, (struct text){ uri.buf, uri.len });
	free(best.name);
	free(best.address);
	strbuf_release(&uri);
	return rc;
}
