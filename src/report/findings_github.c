#include "revident/base/strbuf.h"
#include "revident/base/utf8.h"
#include "revident/report/findings.h"

/*
 * How Actions reads it: `%`, CR and LF are escaped in data, `:` and `,` in properties as well (docs.github.com,
 * "Workflow commands for GitHub Actions"; actions/toolkit, command.ts). Other control characters go the same way, which
 * it leaves as it is; a path is exact but for bytes that are not UTF-8.
 */
static void add_escaped(struct strbuf *out, struct text text, bool is_property)
{
	struct strbuf clean = STRBUF_INIT;
	size_t i;

	strbuf_add_utf8(&clean, text.ptr, text.len);
	for (i = 0; i < clean.len; i++) {
		unsigned char c = (unsigned char)clean.buf[i];

		if (c == '%' || c < ' ' || c == 0x7f || (is_property && (c == ':' || c == ',')))
			strbuf_addf(out, "%%%02X", c);
		else
			strbuf_addch(out, (char)c);
	}
	strbuf_release(&clean);
}

static const char *command_of(enum level level)
{
	return level == LEVEL_ERROR ? "error" : level == LEVEL_WARNING ? "warning" : "notice";
}

void findings_render_github(
	const struct finding *findings, size_t count, const char *const *limits, size_t limit_count, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct finding *finding = &findings[i];

		strbuf_addf(out, "::%s ", command_of(finding->level));
		if (finding->path.ptr) {
			strbuf_addstr(out, "file=");
			add_escaped(out, finding->path, true);
			strbuf_addf(out, ",line=%u,", finding->line ? finding->line : 1);
		}
		strbuf_addf(out, "title=%s::", rule_get(finding->rule)->name);
		add_escaped(out, finding->message, false);
		if (finding->hint.ptr) {
			strbuf_addstr(out, "%0A");
			add_escaped(out, finding->hint, false);
		}
		strbuf_addch(out, '\n');
	}
	for (i = 0; i < limit_count; i++) {
		strbuf_addstr(out, "::error title=cannot be judged::");
		add_escaped(out, text_of(limits[i]), false);
		strbuf_addch(out, '\n');
	}
}
