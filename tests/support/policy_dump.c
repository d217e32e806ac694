/*
 * Shows what the reader of git's configuration syntax finds, for comparing it with git's own. For each file a line
 * `file PATH`, then `error MESSAGE`, or a line `SECTION SUBSECTION KEY VALUE` for each entry; strings are in
 * hexadecimal, `.` is empty, `-` is "none".
 */
#include <stdio.h>
#include <stdlib.h>

#include "revident/base/arena.h"
#include "revident/base/strbuf.h"
#include "revident/forensics/policy_file.h"

static void put(struct text text, char end)
{
	if (!text.ptr)
		putchar('-');
	else if (text.len == 0)
		putchar('.');
	for (size_t i = 0; i < text.len; i++)
		printf("%02x", (unsigned char)text.ptr[i]);
	putchar(end);
}

static void read_file(const char *path, struct strbuf *out)
{
	FILE *file = fopen(path, "rb");
	char chunk[65536];
	size_t n;

	if (!file) {
		perror(path);
		exit(1);
	}
	strbuf_clear(out);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(out, chunk, n);
	fclose(file);
}

int main(int argc, char **argv)
{
	struct strbuf bytes = STRBUF_INIT;

	for (int i = 1; i < argc; i++) {
		struct policy_file file = { 0 };
		struct arena arena;
		struct err err;

		arena_init(&arena);
		err_clear(&err);
		read_file(argv[i], &bytes);
		printf("file %s\n", argv[i]);
		if (policy_file_parse(bytes.buf, bytes.len, ".revident", &arena, &file, &err) < 0)
			printf("error %s\n", err.msg);
		for (size_t j = 0; j < file.count; j++) {
			put(file.entries[j].section, ' ');
			put(file.entries[j].subsection, ' ');
			put(file.entries[j].key, ' ');
			put(file.entries[j].value, '\n');
		}
		arena_release(&arena);
	}
	strbuf_release(&bytes);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
