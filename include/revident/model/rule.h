/*
 * rule: what the program objects to, each rule once. Layer model.
 *
 * The one table behind every format, --list-rules, the man page, SARIF and the configuration. A new rule is a row here
 * and the code that reports it. Everything lives as long as the program.
 */
#ifndef REVIDENT_MODEL_RULE_H
#define REVIDENT_MODEL_RULE_H

#include <stdbool.h>

#include "revident/base/text.h"

/* From the mildest to the gravest. */
enum level { LEVEL_OFF, LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR };

enum rule_group {
	RULE_OF_TREE,   /* about one tree: audit, and what a change introduces */
	RULE_OF_CHANGE, /* about a change between two trees: check */
};

/* In the order of the table. */
enum rule_id {
	RULE_MISSING_REVISION,
	RULE_DUPLICATE_REVISION,
	RULE_DUPLICATE_LABEL,
	RULE_CYCLE,
	RULE_UNREADABLE_MIGRATION,
	RULE_NOT_LOADED,
	RULE_DYNAMIC_REVISION,
	RULE_INVALID_REVISION,
	RULE_LONG_REVISION,
	RULE_MULTIPLE_HEADS,
	RULE_MULTIPLE_BASES,
	RULE_FILENAME_MISMATCH,
	RULE_DOCSTRING_MISMATCH,
	RULE_TABLE_NEVER_CREATED,
	RULE_MODEL_WITHOUT_TABLE,
	RULE_IDENTITY_OVERWRITTEN,
	RULE_IDENTITY_EDITED,
	RULE_IDENTITY_REPLACED,
	RULE_IDENTITY_STRIPPED,
	RULE_IDENTITY_DELETED,
	RULE_IDENTITY_LOST_IN_MERGE,
	RULE_IDENTITY_REUSED,
	RULE_REPARENTED,
	RULE_CONTENT_EDITED,
	RULE_MOVED,
	RULE_COUNT,
};

struct rule {
	const char *name; /* as in output and configuration */
	enum level level; /* unless the case at hand or the configuration says otherwise */
	enum rule_group group;
	const char *summary; /* half a line: what is wrong */
	const char *help;    /* a few sentences: why it matters, when the level differs, what to do */
};

/* The row of a rule. */
const struct rule *rule_get(enum rule_id id);

/* The rule of exactly this name. Returns whether there is one. */
bool rule_find(struct text name, enum rule_id *out);

/* "off", "note", "warning" or "error". */
const char *level_name(enum level level);

/* The level of exactly this name. Returns whether there is one. */
bool level_find(struct text name, enum level *out);

#endif
