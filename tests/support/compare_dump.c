/*
 * compare_dump: what reader_compare() says of pairs of sources, for comparison with Python's ast.
 *
 * Standard input: two sources after another, each behind its length as four bytes, low byte first. Standard output: a
 * word for each pair.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "revident/alembic/reader.h"
#include "revident/base/xalloc.h"

/* The next source, its length in *len; NULL at the end or where it is cut short. */
static char *read_source(size_t *len)
{
	unsigned char size[4];
	char *bytes;

	if (fread(size, 1, sizeof(size), stdin) != sizeof(size))
		return NULL;
	*len = size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
	bytes = xmalloc(*len);
	if (fread(bytes, 1, *len, stdin) == *len)
		return bytes;
	free(bytes);
	return NULL;
}

int main(void)
{
	static const char *const words[] = { [EDIT_COSMETIC] = "cosmetic",
		[EDIT_UPGRADE] = "upgrade",
		[EDIT_DOWNGRADE] = "downgrade",
		[EDIT_OTHER] = "other" };
	struct reader *reader = NULL;
	char *before = NULL, *after = NULL;
	size_t before_len, after_len;
	struct err err;
	enum edit edit;
	int rc = EXIT_FAILURE;

	err_clear(&err);
	if (reader_new(&reader, &err) < 0)
		goto done;
	while ((before = read_source(&before_len))) {
		after = read_source(&after_len);
		if (!after || reader_compare(reader, (struct text){ before, before_len },
				      (struct text){ after, after_len }, &edit, &err) < 0)
			goto done;
		puts(words[edit]);
		free(before);
		free(after);
		after = NULL;
	}
	rc = fflush(stdout) == 0 && !ferror(stdin) ? EXIT_SUCCESS : EXIT_FAILURE;
done:
	if (err.kind != ERR_NONE)
		fprintf(stderr, "compare_dump: %s\n", err.msg);
	free(before);
	free(after);
	reader_free(reader);
	return rc;
}
