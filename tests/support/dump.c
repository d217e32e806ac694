#include "dump.h"

#include <stdio.h>
#include <stdlib.h>

void dump_hex(struct text text)
{
	if (!text.ptr)
		putchar('-');
	else if (text.len == 0)
		putchar('.');
	for (size_t i = 0; i < text.len; i++)
		printf("%02x", (unsigned char)text.ptr[i]);
}

void dump_read(const char *path, struct strbuf *out)
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
