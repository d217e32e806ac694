/*
 * ini: what Python's ConfigParser finds in a file, with BasicInterpolation and its other defaults. Layer alembic.
 *
 * Pure: bytes in, plain data in the caller's arena out. Where ConfigParser would raise, a problem is noted and reading
 * goes on: a key or section that is there twice keeps the last value. Source of the rules: CPython's
 * Lib/configparser.py, RawConfigParser._read and BasicInterpolation. Values have no limit but the file's own.
 */
#ifndef REVIDENT_ALEMBIC_INI_H
#define REVIDENT_ALEMBIC_INI_H

#include <stddef.h>

#include "revident/alembic/config.h"
#include "revident/base/arena.h"
#include "revident/base/text.h"

struct ini_value {
	struct text key; /* in lower case (ASCII) */
	struct text raw; /* continuation lines joined by LF, before interpolation */
	unsigned line;   /* of the key, from 1 */
};

struct ini_section {
	struct text name;
	unsigned line;                  /* of its first header; 0 for [DEFAULT] where it is not there */
	const struct ini_value *values; /* by key; what it has itself, without [DEFAULT] */
	size_t count;
};

struct ini {
	const struct ini_section *sections; /* in the order of the file, without [DEFAULT] */
	size_t count;
	struct ini_section defaults;
	const struct config_problem *problems;
	size_t problem_count; /* at most CONFIG_PROBLEMS_MAX */
};

/* What stands in an interpolated value where the configuration's own directory belongs. No path holds it. */
enum { INI_HERE = '\0' };

enum {
	INI_DEPTH_MAX = 10,           /* how deep %(key)s may lead (configparser.MAX_INTERPOLATION_DEPTH) */
	INI_STEPS_MAX = 20000,        /* `%` looked at for one value */
	INI_EXPANDED_MAX = 64 * 1024, /* bytes of a value that holds `%`, roughly; others have no limit */
};

/* Reads `len` bytes (at most CONFIG_BYTES_MAX are looked at). Nothing in `out` is borrowed from `bytes`. */
void ini_parse(const char *bytes, size_t len, struct arena *arena, struct ini *out);

/* The section's own value of `key` (lower case), or NULL. */
const struct ini_value *ini_section_find(const struct ini_section *section, struct text key);

/* The same, or what [DEFAULT] has. */
const struct ini_value *ini_find(const struct ini *ini, const struct ini_section *section, struct text key);

/*
 * Replaces %(key)s and %% in `value`, as seen from `section`; `here` becomes INI_HERE unless the file has a key of that
 * name. 1 with *out in `arena` (`value` itself where it holds no `%`); 0 where ConfigParser would raise (or a limit is
 * reached), with *reason.
 */
int ini_interpolate(const struct ini *ini, const struct ini_section *section, struct text value, struct arena *arena,
	struct text *out, struct text *reason);

/* Without the white space at both ends that Python's str.strip() takes (UTF-8). */
struct text ini_strip(struct text s);

#endif
