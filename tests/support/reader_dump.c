/*
 * reader_dump: what the migration reader finds, for comparison with Python's ast.
 *
 * Standard input: sources, each behind its length as four bytes, low byte first. Standard output: a line of JSON for
 * each. Strings are arrays of byte values, so that nothing about them is lost or mended.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "revident/alembic/reader.h"
#include "revident/base/xalloc.h"

static void print_text(struct text text)
{
	if (!text.ptr) {
		fputs("null", stdout);
		return;
	}
	putchar('[');
	for (size_t i = 0; i < text.len; i++)
		printf("%s%u", i ? "," : "", (unsigned)(unsigned char)text.ptr[i]);
	putchar(']');
}

static void print_binding(const char *name, const struct binding *binding)
{
	static const char *const kinds[] = {
		[BINDING_ABSENT] = "absent", [BINDING_LITERAL] = "literal", [BINDING_DYNAMIC] = "dynamic"
	};

	printf(",\"%s\":{\"kind\":\"%s\",\"line\":%u,\"conditional\":%s,\"values\":[", name, kinds[binding->kind],
		binding->line, binding->conditional ? "true" : "false");
	for (size_t i = 0; i < binding->count; i++) {
		if (i)
			putchar(',');
		print_text(binding->values[i]);
	}
	fputs("]}", stdout);
}

static void print_field(const char *name, struct text text)
{
	printf(",\"%s\":", name);
	print_text(text);
}

static void print_migration(const struct migration *m)
{
	static const char *const reasons[] = { [UNREADABLE_NOT] = "",
		[UNREADABLE_CONFLICT] = "conflict",
		[UNREADABLE_UNCLOSED] = "unclosed",
		[UNREADABLE_UNDECODABLE] = "undecodable",
		[UNREADABLE_TOO_LARGE] = "too large",
		[UNREADABLE_CHARACTER] = "character",
		[UNREADABLE_SYNTAX] = "syntax" };

	printf("{\"unreadable\":\"%s\",\"unreadable_line\":%u", reasons[m->unreadable], m->unreadable_line);
	print_binding("revision", &m->revision);
	print_binding("down_revision", &m->down_revision);
	print_binding("branch_labels", &m->branch_labels);
	print_binding("depends_on", &m->depends_on);
	print_field("message", m->message);
	print_field("doc_revision", m->doc_revision);
	print_field("doc_revises", m->doc_revises);
	print_field("create_date", m->create_date);
	printf(",\"doc_revision_line\":%u,\"doc_revises_line\":%u,\"create_date_has_time\":%s}\n", m->doc_revision_line,
		m->doc_revises_line, m->create_date_has_time ? "true" : "false");
}

int main(void)
{
	unsigned char size[4];
	struct reader *reader = NULL;
	struct err err;
	int rc = EXIT_FAILURE;

	err_clear(&err);
	if (reader_new(&reader, &err) < 0)
		goto failed;
	while (fread(size, 1, sizeof(size), stdin) == sizeof(size)) {
		size_t len = size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
		char *bytes = xmalloc(len);
		struct migration migration;
		struct arena arena;

		arena_init(&arena);
		if (fread(bytes, 1, len, stdin) != len ||
			reader_read(reader, &arena, bytes, len, &migration, &err) < 0) {
			free(bytes);
			goto failed;
		}
		print_migration(&migration);
		arena_release(&arena);
		free(bytes);
	}
	rc = fflush(stdout) == 0 && !ferror(stdin) ? EXIT_SUCCESS : EXIT_FAILURE;
failed:
	if (err.kind != ERR_NONE)
		fprintf(stderr, "reader_dump: %s\n", err.msg);
	reader_free(reader);
	return rc;
}
