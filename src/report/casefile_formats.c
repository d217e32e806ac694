#include "casefile_formats.h"

#include <stdio.h>
#include <string.h>

#include "redact.h"
#include "revident/base/digest.h"

const char *const casefile_format_names[] = { "markdown", "html", "json", NULL };

struct casefile_format {
	const char *name;
	const struct page_format *page; /* NULL: it renders for itself */
	int (*render)(const struct casefile *file, struct strbuf *out, struct err *err);
};

static const struct casefile_format formats[] = {
	{ "markdown", &page_markdown, NULL },
	{ "html", &page_html, NULL },
	{ "json", NULL, casefile_render_json },
};

const struct casefile_format *casefile_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

int casefile_render(
	const struct casefile_format *format, const struct casefile *file, struct strbuf *out, struct err *err)
{
	struct page page = { .format = format->page, .file = file, .out = out };

	if (!format->page)
		return format->render(file, out, err);
	casefile_write(&page);
	return 0;
}

char *exhibit_file_name(const struct exhibit *exhibit, char out[EXHIBIT_NAME_MAX])
{
	oid_hex(&exhibit->id, out);
	memcpy(out + OID_HEX, ".py", sizeof(".py"));
	return out;
}

static bool is_first_of_its_content(const struct casefile *file, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (file->exhibits[i].kind == EXHIBIT_BLOB && oid_equal(&file->exhibits[i].id, &file->exhibits[at].id))
			return false;
	return true;
}

bool casefile_gives_away(const struct casefile *file, struct text content)
{
	struct strbuf out = STRBUF_INIT;
	bool differs;

	if (!file->secret_count)
		return false;
	redact(file, content, &out);
	differs = out.len != content.len || (out.len && memcmp(out.buf, content.ptr, out.len) != 0);
	strbuf_release(&out);
	return differs;
}

void casefile_render_manifest(const struct casefile *file, struct strbuf *out)
{
	char hex[SHA256_HEX + 1], name[EXHIBIT_NAME_MAX];
	size_t i;

	for (i = 0; i < file->exhibit_count; i++) {
		const struct exhibit *e = &file->exhibits[i];

		if (e->has_content && !e->is_withheld && is_first_of_its_content(file, i))
			strbuf_addf(out, "%s  %s\n", sha256_hex(e->sha256, hex), exhibit_file_name(e, name));
	}
}
