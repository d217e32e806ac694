#include "check_formats.h"

#include <string.h>

#include "revident/report/findings.h"

static int render_sarif(
	const struct check *check, const struct render_options *options, struct strbuf *out, struct err *err)
{
	const struct findings_run run = { check->violations, check->violation_count, check->limits, check->limit_count,
		&check->provenance };

	(void)options;
	return findings_render_sarif(&run, out, err);
}

static int render_github(
	const struct check *check, const struct render_options *options, struct strbuf *out, struct err *err)
{
	(void)options;
	(void)err;
	findings_render_github(check->violations, check->violation_count, check->limits, check->limit_count, out);
	return 0;
}

static int render_gitlab(
	const struct check *check, const struct render_options *options, struct strbuf *out, struct err *err)
{
	(void)options;
	return findings_render_gitlab(check->violations, check->violation_count, out, err);
}

const char *const check_format_names[] = { "text", "json", "sarif", "github", "gitlab", NULL };

static const struct check_format formats[] = {
	{ "text", check_render_text, false },
	{ "json", check_render_json, false },
	{ "sarif", render_sarif, false },
	{ "github", render_github, false },
	{ "gitlab", render_gitlab, true },
};

const struct check_format *check_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}
