/*
 * casefile: the formats that a report can be written in. Layer report; pure: the model in, bytes out.
 */
#ifndef REVIDENT_REPORT_CASEFILE_H
#define REVIDENT_REPORT_CASEFILE_H

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/model/casefile.h"

struct casefile_format;

/* The names of all formats, NULL-ended, the default first. */
extern const char *const casefile_format_names[];

/* The format of that exact name, or NULL. */
const struct casefile_format *casefile_format_find(const char *name);

/* Appends the document, its last byte a newline. 0, or -1 with ERR_UNDECIDED where memory ended. */
int casefile_render(
	const struct casefile_format *format, const struct casefile *file, struct strbuf *out, struct err *err);

/* Room for exhibit_file_name(): an object id with ".py", and a NUL. */
enum { EXHIBIT_NAME_MAX = 48 };

/* The file of a blob's content in a directory of evidence. */
char *exhibit_file_name(const struct exhibit *exhibit, char out[EXHIBIT_NAME_MAX]);

/* Does this content hold a secret of the casefile, or an e-mail address? False where nothing is to be redacted. */
bool casefile_gives_away(const struct casefile *file, struct text content);

/* Appends a line for each blob whose content is known and not withheld, as `sha256sum` prints and checks them. */
void casefile_render_manifest(const struct casefile *file, struct strbuf *out);

#endif
