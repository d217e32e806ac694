/*
 * config: where Alembic's configuration says that an environment is. Layer alembic.
 *
 * Pure: bytes of an alembic.ini or a pyproject.toml (of any commit) in, plain data in the caller's arena out. Nothing
 * here can fail: what cannot be read, or would stop Alembic, is a problem in the result or a location of kind
 * LOCATION_UNKNOWN, and reading goes on. The rules are those of alembic/config.py (Config.file_config,
 * get_version_locations_list, _get_toml_config_value) and alembic/script/base.py (ScriptDirectory.from_config), old and
 * new versions alike.
 *
 * Paths are relative to the top of the repository, with `/`, without `.`, `..`, a leading or a trailing slash. The top
 * itself is the empty path here; output shows it as ".".
 */
#ifndef REVIDENT_ALEMBIC_CONFIG_H
#define REVIDENT_ALEMBIC_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"

enum {
	CONFIG_BYTES_MAX = 4 * 1024 * 1024, /* larger files are a problem, and not read */
	CONFIG_PROBLEMS_MAX = 20,           /* problems kept of one file */
	CONFIG_SECTIONS_MAX = 100,          /* environments kept of one file */
	CONFIG_LOCATIONS_MAX = 200,         /* version locations kept of one environment */
	CONFIG_PATH_MAX = 4096,             /* bytes of a location; longer ones are unknown */
};

enum config_format {
	CONFIG_INI,  /* as Python's ConfigParser reads it */
	CONFIG_TOML, /* the table [tool.alembic] of a pyproject.toml */
};

enum location_kind {
	LOCATION_NONE,     /* the key is not there */
	LOCATION_RELATIVE, /* to the directory that Alembic is started in */
	LOCATION_HERE,     /* begins with %(here)s, the configuration's own directory */
	LOCATION_RESOURCE, /* package:sub:dir, found by importing the package */
	LOCATION_ABSOLUTE, /* on some machine: outside the repository */
	LOCATION_UNKNOWN,  /* the value cannot be known from the file: `reason` says why */
};

struct location {
	enum location_kind kind;
	struct text raw; /* as the file has it, before interpolation */
	struct text
		value; /* after it; for LOCATION_HERE what follows the %(here)s; none if unknown; a NUL is behind it */
	struct text reason; /* only for LOCATION_UNKNOWN: printable, half a sentence */
	unsigned line;      /* where the key stands, from 1; 0 if absent */
};

/* A key that is there or not, and then on or off. */
enum config_switch {
	SWITCH_UNSET, /* counts as off */
	SWITCH_OFF,
	SWITCH_ON, /* ini: exactly `true`; TOML: true or "true" */
};

/* One environment: an ini section (`alembic -n NAME`), or the table of a pyproject.toml. */
struct config_section {
	struct text name; /* "alembic", another section's name, or "tool.alembic" */
	unsigned line;    /* where the section begins, from 1 */

	bool has_script_location; /* false: Flask-Migrate's form, if env.py stands beside the ini */
	struct location script_location;

	const struct location *version_locations; /* replace SCRIPT_LOCATION/versions; none: nothing configured */
	size_t version_location_count;

	enum config_switch recursive_version_locations, sourceless;
	struct text file_template; /* after interpolation; none: the default */
	int truncate_slug_length;  /* as written; 0: the default of 40 */
};

/* Something that would stop Alembic, or that was left out. */
struct config_problem {
	unsigned line;    /* from 1; 0 where no line says it */
	struct text what; /* printable, a clause without a final stop */
};

struct config_file {
	enum config_format format;
	const struct config_section *sections; /* [alembic] first, then in the order of the file */
	size_t section_count;
	const struct config_problem *problems;
	size_t problem_count;
};

/*
 * Can a file of this base name hold Alembic's configuration: `pyproject.toml`, or `*.ini`, `*.cfg`? Then *format is
 * set. `alembic -c` takes any name; files named otherwise are not looked at.
 */
bool config_file_name(const char *name, size_t len, enum config_format *format);

/*
 * Reads a file. Sections that are environments: of an ini, [alembic] always, others if they have script_location
 * themselves or have a key of Alembic's and inherit script_location from [DEFAULT]; of a pyproject.toml,
 * [tool.alembic] where it exists. Everything that `out` points to is in `arena`; nothing is borrowed from `bytes`.
 */
void config_parse(
	const char *bytes, size_t len, enum config_format format, struct arena *arena, struct config_file *out);

/*
 * What Alembic reads from an alembic.ini with a pyproject.toml beside it: key by key, the ini's where it is there.
 * Both may be NULL, not both at once. The result borrows from both.
 */
struct config_section config_section_join(const struct config_section *ini, const struct config_section *toml);

/* Where a candidate was looked for, best first. */
enum location_base {
	BASE_CONFIG_DIR,     /* the configuration's own directory */
	BASE_TOP,            /* the top of the repository */
	BASE_CONFIG_DIR_SRC, /* src/ in these, for packages */
	BASE_TOP_SRC,
};

struct location_candidate {
	struct text path; /* normalised; empty: the top */
	enum location_base base;
};

enum { LOCATION_CANDIDATES_MAX = 8 };

/*
 * The paths that a location may mean for a configuration in directory `config_dir` (normalised; empty: the top), in the
 * order in which to try them; the caller takes the first that holds env.py, and for version locations the same base.
 * A relative one is tried from config_dir, then from the top; %(here)s only from config_dir; a resource as
 * package/sub/dir from config_dir, the top and src/ in either. A value with backslashes, as Windows takes them, is
 * tried with slashes after it was tried as it is. Returns how many there are, without repeats: 0 for a location that is
 * absent, unknown, absolute or leads above the top.
 */
size_t location_candidates(const struct location *location, struct text config_dir, struct arena *arena,
	struct location_candidate out[LOCATION_CANDIDATES_MAX]);

/*
 * Joins `base` (normalised) and `path`, resolving `.`, `..` and repeated slashes. 1 with *out in `arena`; 0 where it is
 * absolute, leads above the top, holds a NUL or is longer than CONFIG_PATH_MAX.
 */
int config_path_join(struct text base, struct text path, struct arena *arena, struct text *out);

/* The moment a migration was made, in the time zone that its file name is to show. */
struct create_date {
	int64_t epoch; /* seconds since 1970 */
	int year, month, day, hour, minute, second;
};

/*
 * The name that Alembic gives a new migration (ScriptDirectory._rev_path): the section's file_template over rev, slug,
 * epoch, year, month, day, hour, minute and second, with ".py" behind it; `section` NULL means all defaults. The name
 * may hold slashes where the template does. 1: *out is that name; 0: the template is unusable (Alembic would fail) or
 * leads outside, and *out is "<rev>_<slug>.py"; -1 with `err` set: no file can have the name, because the id holds a
 * slash, a control character, a NUL, or begins with a dot.
 */
int config_migration_name(const struct config_section *section, struct text revision, struct text message,
	const struct create_date *date, struct arena *arena, struct text *out, struct err *err);

#endif
