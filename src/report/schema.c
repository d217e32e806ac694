#include "revident/report/schema.h"

#include <stdbool.h>
#include <string.h>

/* Is the schema that of "revident.NAME.v1"? */
static bool is_of(const struct schema *schema, const char *name)
{
	static const char prefix[] = "revident.", suffix[] = ".v1";
	size_t len = strlen(name);

	return strlen(schema->format) == strlen(prefix) + len + strlen(suffix) &&
	       !memcmp(schema->format + strlen(prefix), name, len) &&
	       !strcmp(schema->format + strlen(prefix) + len, suffix);
}

const struct schema *schema_find(const char *format)
{
	size_t i;

	for (i = 0; i < schema_count; i++)
		if (!strcmp(schemas[i].format, format) || is_of(&schemas[i], format))
			return &schemas[i];
	return NULL;
}
