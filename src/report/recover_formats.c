#include <string.h>

#include "recover_formats.h"

static const struct recover_format formats[] = {
	{ "text", recover_render_text },
	{ "json", recover_render_json },
};

const char *const recover_format_names[] = { "text", "json", NULL };

const struct recover_format *recover_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
