#include "migration_model.h"

#include <string.h>

#include "revident/git/object.h"

enum { FILES_MAX = 2000 };

struct source *migration_model_source(struct study *study, const char *files)
{
	struct source_file *items = arena_calloc(&study->arena, FILES_MAX, sizeof(*items));
	size_t count = 0;

	while (strncmp(files, "== ", 3) == 0 && count < FILES_MAX) {
		struct source_file *file = &items[count++];
		size_t len = strcspn(files, "\n");
		const char *end;

		file->path = (struct text){ arena_memdup(&study->arena, files + 3, len - 3), len - 3 };
		files += len + 1;
		end = strncmp(files, "== ", 3) == 0 ? files : strstr(files, "\n== ");
		len = !end ? strlen(files) : end == files ? 0 : (size_t)(end + 1 - files);
		file->kind = SOURCE_FILE;
		file->bytes = (struct text){ arena_memdup(&study->arena, files, len), len };
		object_blob_id(files, len, &file->id);
		files += len;
	}
	return source_of_files(study, items, count);
}
