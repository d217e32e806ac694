/*
 * json: the model's values as JSON. Private to src/report; new references unless said otherwise.
 *
 * Every function answers NULL where memory ended, and those that take a reference take NULL for that: a document needs
 * one check for each member, in json_document_add() or json_line_add().
 */
#ifndef REVIDENT_SRC_REPORT_JSON_H
#define REVIDENT_SRC_REPORT_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/model/event.h"
#include "revident/model/excuse.h"
#include "revident/model/oid.h"

/* UTF-8, with U+FFFD for bytes that are not; null for TEXT_NONE. */
json_t *json_from_text(struct text text);

json_t *json_from_texts(const struct text *texts, size_t count);

/* All hexadecimal digits; null for the null id. */
json_t *json_from_oid(const struct oid *id);

/* To three digits; null for SIMILARITY_NULL. */
json_t *json_from_similarity(double similarity);

/* id, parents, summary, author and committer. */
json_t *json_from_commit(const struct commit_info *commit);

json_t *json_from_continuation(const struct continuation *continuation);

json_t *json_from_event(const struct event *event);

json_t *json_from_excuse(const struct excuse *excuse);

/* What makes one item of a list. */
typedef json_t *json_item_fn(const void *item);

/*
 * A document that is written piece by piece, so that no more than one item of a list is held as values: an object
 * whose members are indented by two spaces.
 */
struct json_document {
	struct strbuf *out;
	bool has_members;
};

void json_document_begin(struct json_document *doc, struct strbuf *out);
void json_document_end(struct json_document *doc); /* with the last newline */

/* Takes the value. 0, or -1 with `err` set. */
int json_document_add(struct json_document *doc, const char *key, json_t *value, struct err *err);

/* A list of `count` items, `size` bytes apart. 0, or -1 with `err` set. */
int json_document_add_list(struct json_document *doc, const char *key, const void *items, size_t count, size_t size,
	json_item_fn *make, struct err *err);

/*
 * A list of objects of a name and an id, `keys[0]` and `keys[1]`, without values in between: refs come in tens of
 * thousands.
 */
struct json_named {
	struct text name;
	struct oid id;
};
typedef struct json_named json_named_fn(const void *item);
void json_document_add_named(struct json_document *doc, const char *key, const void *items, size_t count, size_t size,
	const char *const keys[2], json_named_fn *get);

/* A document that is one value, a list say, with the last newline. Takes it. 0, or -1 with `err` set. */
int json_document_of(struct strbuf *out, json_t *value, struct err *err);

/* One value on a line of its own, behind {"type": `type`, ...}. Takes the object. 0, or -1 with `err` set. */
int json_line_add(struct strbuf *out, const char *type, json_t *object, struct err *err);

#endif
