/*
 * Shows what the reader of git's configuration syntax finds, for comparing it with git's own. For each file a line
 * `file PATH`, then `error MESSAGE`, or a line `SECTION SUBSECTION KEY VALUE` for each entry; strings are in
 * hexadecimal, `.` is empty, `-` is "none".
 */
#include <stdio.h>
#include <stdlib.h>

#include "dump.h"
#include "revident/base/arena.h"
#include "revident/base/strbuf.h"
#include "revident/forensics/policy_file.h"

static void put(struct text text, char end)
{
	dump_hex(text);
	putchar(end);
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
		dump_read(argv[i], &bytes);
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
