#include "revident/report/schema.h"

#include <string.h>

const struct schema *schema_find(const char *format)
{
	size_t i;

	for (i = 0; i < schema_count; i++)
		if (!strcmp(schemas[i].format, format))
			return &schemas[i];
	return NULL;
}
