#include <string.h>

#include "internal.h"
#include "process.h"
#include "revident/base/child.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

enum { NAMES_MAX = 16 * 1024 * 1024 };

/* A filter has up to four keys: its name is taken once. */
static void add_overrides(struct arena *arena, struct intern *seen, struct text name, struct git_arguments *out)
{
	static const char *const ends[] = { "clean=", "smudge=", "process=", "required=false" };
	size_t i, before = seen->count;

	if (intern_add(seen, name.ptr, name.len) < before)
		return;
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct strbuf setting = STRBUF_INIT;

		strbuf_addstr(&setting, "filter.");
		strbuf_add(&setting, name.ptr, name.len);
		strbuf_addf(&setting, ".%s", ends[i]);
		git_arguments_add(out, "-c");
		git_arguments_add(out, arena_memdup(arena, setting.buf, setting.len + 1));
		strbuf_release(&setting);
	}
}

/* `-c` takes what is behind the first '=' for the value. */
static int refuse_name(struct text name, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, name.ptr, name.len);
	err_set(err, ERR_UNDECIDED, "the filter '%s' of git's configuration cannot be switched off; rename it",
		shown.buf);
	strbuf_release(&shown);
	return -1;
}

/* Keys as git lists them, "filter.NAME.KEY" and NUL; NAME may hold dots. */
static int parse_names(struct arena *arena, const struct strbuf *listed, struct git_arguments *out, struct err *err)
{
	const char *at, *end = listed->buf + listed->len;
	struct intern seen;
	int rc = 0;

	intern_init(&seen);
	for (at = listed->buf; rc == 0 && at < end; at += strlen(at) + 1) {
		const char *name = at + strlen("filter."), *dot = strrchr(at, '.');
		struct text text = { name, dot > name ? (size_t)(dot - name) : 0 };

		if (text.len == 0) /* "filter.KEY", or an empty name, which no attribute can select */
			continue;
		if (memchr(name, '=', text.len))
			rc = refuse_name(text, err);
		else
			add_overrides(arena, &seen, text, out);
	}
	intern_release(&seen);
	return rc;
}

int filters_switch_off(struct repo *repo, struct arena *arena, struct git_arguments *out, struct err *err)
{
	static const char *const args[] = { "config", "--null", "--name-only", "--get-regexp", "^filter\\.", NULL };
	struct strbuf listed = STRBUF_INIT, said = STRBUF_INIT;
	int status = 0, rc = -1;

	if (process_git(repo, args, NULL, 0, NULL, NAMES_MAX, &listed, &said, &status, err) < 0)
		goto done;
	if (status > 1) { /* 1: there is none */
		child_complain(&said, err, "git cannot list the filters of its configuration");
		goto done;
	}
	rc = parse_names(arena, &listed, out, err);
done:
	strbuf_release(&listed);
	strbuf_release(&said);
	return rc;
}
