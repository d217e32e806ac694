#include <string.h>

#include "explain_formats.h"

const char *const explain_format_names[] = { "text", "json", NULL };

static const struct explain_format formats[] = {
	{ "text", explain_render_text },
	{ "json", explain_render_json },
};

const struct explain_format *explain_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}
