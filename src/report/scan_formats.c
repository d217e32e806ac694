#include <string.h>

#include "revident/report/scan.h"
#include "scan_json.h"

const char *const scan_format_names[] = { "text", "json", "ndjson", "sarif", NULL };

static const struct scan_format formats[] = {
	{ "text", scan_render_text },
	{ "json", scan_render_json },
	{ "ndjson", scan_render_ndjson },
	{ "sarif", scan_render_sarif },
};

const struct scan_format *scan_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}
