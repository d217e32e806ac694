#include "revident/report/hooks.h"

#include <stdint.h>
#include <string.h>

#include "json.h"
#include "revident/base/version.h"
#include "text.h"

#define HOOKS_DOCUMENT "revident.hooks.v1"

enum { INDENT = 2 };

static void write_line(const struct hook_line *line, const struct styles *styles, struct strbuf *out)
{
	struct paragraph p;

	paragraph_begin(&p, out, styles, 0, INDENT);
	paragraph_addf(&p, "%s: ", line->state);
	if (line->path.ptr) {
		paragraph_add_token(&p, STYLE_PLAIN, line->path);
		paragraph_add(&p, line->message.ptr ? " " : "");
	}
	paragraph_add_prose(&p, line->message, SIZE_MAX);
	if (line->fix.ptr) {
		paragraph_add(&p, ": ");
		paragraph_add_token(&p, STYLE_COMMAND, line->fix);
	}
	paragraph_end(&p);
}

static int render_text(
	const struct hook_report *report, const struct render_options *options, struct strbuf *out, struct err *err)
{
	const struct styles *styles = styles_find(options->color);
	size_t i;

	(void)err;
	for (i = 0; i < report->count; i++)
		write_line(&report->lines[i], styles, out);
	return 0;
}

static json_t *from_line(const void *item)
{
	const struct hook_line *line = item;

	return json_pack("{s:o, s:o, s:s, s:o, s:o}", "hook", line->hook ? json_string(line->hook) : json_null(),
		"path", json_from_text(line->path), "state", line->state, "message", json_from_text(line->message),
		"fix", json_from_text(line->fix));
}

static int render_json(
	const struct hook_report *report, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct json_document doc;

	(void)options;
	json_document_begin(&doc, out);
	if (json_document_add(&doc, "format", json_string(HOOKS_DOCUMENT), err) < 0 ||
		json_document_add(&doc, "version", json_string(REVIDENT_VERSION), err) < 0 ||
		json_document_add(&doc, "action", json_string(report->action), err) < 0 ||
		json_document_add(&doc, "directory", json_from_text(report->directory), err) < 0 ||
		json_document_add_list(
			&doc, "hooks", report->lines, report->count, sizeof(*report->lines), from_line, err) < 0)
		return -1;
	json_document_end(&doc);
	return 0;
}

const char *const hooks_format_names[] = { "text", "json", NULL };

static const struct hooks_format formats[] = {
	{ "text", render_text },
	{ "json", render_json },
};

const struct hooks_format *hooks_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}
