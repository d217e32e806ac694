#include "revident/alembic/config.h"

#include <stdlib.h>
#include <string.h>

#include "problems.h"
#include "revident/alembic/ini.h"
#include "revident/alembic/toml.h"

#define HERE_KEY TEXT_LITERAL("here")

/* What a file says about one key. */
struct setting {
	enum { SETTING_ABSENT, SETTING_KNOWN, SETTING_UNKNOWN } state;
	struct text raw, value, reason;
	unsigned line;
};

struct reading {
	struct arena *arena;
	struct problems problems;
};

static bool has_suffix(const char *name, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len > n && memcmp(name + len - n, suffix, n) == 0;
}

bool config_file_name(const char *name, size_t len, enum config_format *format)
{
	if (text_equal((struct text){ name, len }, TEXT_LITERAL("pyproject.toml"))) {
		*format = CONFIG_TOML;
		return true;
	}
	*format = CONFIG_INI;
	return has_suffix(name, len, ".ini") || has_suffix(name, len, ".cfg");
}

/* As the C of os.path.isabs on either system. */
static bool is_absolute(struct text path)
{
	bool has_drive = path.len >= 3 && path.ptr[1] == ':' && (path.ptr[2] == '/' || path.ptr[2] == '\\') &&
			 ((path.ptr[0] >= 'a' && path.ptr[0] <= 'z') || (path.ptr[0] >= 'A' && path.ptr[0] <= 'Z'));

	return has_drive || (path.len > 0 && path.ptr[0] == '/') ||
	       (path.len > 1 && path.ptr[0] == '\\' && path.ptr[1] == '\\');
}

static struct location unknown_location(const struct setting *setting, const char *reason)
{
	return (struct location){ LOCATION_UNKNOWN, setting->raw, TEXT_NONE, text_of(reason), setting->line };
}

/* The location that `part` is, a part of the setting or all of it. */
static struct location locate(struct reading *r, const struct setting *setting, struct text part)
{
	struct location location = { LOCATION_RELATIVE, setting->raw, TEXT_NONE, TEXT_NONE, setting->line };
	struct text value = { NULL, part.len };
	const char *here;

	if (part.len > CONFIG_PATH_MAX)
		return unknown_location(setting, "it is too long for a path");
	value.ptr = arena_memdup(r->arena, part.ptr, part.len);
	here = memchr(value.ptr, INI_HERE, value.len);
	location.value = value;
	if (here) {
		if (here != value.ptr || memchr(here + 1, INI_HERE, value.len - 1))
			return unknown_location(setting, "%(here)s stands inside it");
		location.kind = LOCATION_HERE;
		location.value = (struct text){ value.ptr + 1, value.len - 1 };
	} else if (is_absolute(value)) {
		location.kind = LOCATION_ABSOLUTE;
	} else if (memchr(value.ptr, ':', value.len)) {
		location.kind = LOCATION_RESOURCE;
	}
	return location;
}

static struct location location_of(struct reading *r, const struct setting *setting)
{
	struct location location = { 0 };

	switch (setting->state) {
	case SETTING_ABSENT:
		break;
	case SETTING_KNOWN:
		return locate(r, setting, setting->value);
	case SETTING_UNKNOWN:
		location = unknown_location(setting, setting->reason.ptr);
		break;
	}
	return location;
}

/* A list of locations as it grows, in the arena once it is complete. */
struct location_list {
	struct location *items;
	size_t count;
};

static void add_location(struct reading *r, struct location_list *list, struct location location)
{
	if (!list->items)
		list->items = arena_calloc(r->arena, CONFIG_LOCATIONS_MAX, sizeof(*list->items));
	if (list->count < CONFIG_LOCATIONS_MAX)
		list->items[list->count++] = location;
	else
		problems_add(&r->problems, location.line, "too many version locations; the rest is not read");
}

static void use_locations(struct config_section *section, const struct location_list *list)
{
	section->version_locations = list->items;
	section->version_location_count = list->count;
}

static struct setting ini_setting(
	struct reading *r, const struct ini *ini, const struct ini_section *section, const char *key)
{
	const struct ini_value *value = ini_find(ini, section, text_of(key));
	struct setting setting = { 0 };

	if (!value)
		return setting;
	setting.raw = value->raw;
	setting.line = value->line;
	if (ini_interpolate(ini, section, value->raw, r->arena, &setting.value, &setting.reason)) {
		setting.state = SETTING_KNOWN;
	} else {
		setting.state = SETTING_UNKNOWN;
		problems_add(
			&r->problems, setting.line, "the value of %s cannot be known: %s", key, setting.reason.ptr);
	}
	return setting;
}

static enum config_switch ini_switch(
	struct reading *r, const struct ini *ini, const struct ini_section *section, const char *key)
{
	struct setting setting = ini_setting(r, ini, section, key);

	if (setting.state == SETTING_ABSENT)
		return SWITCH_UNSET;
	return text_equal(setting.value, TEXT_LITERAL("true")) ? SWITCH_ON : SWITCH_OFF;
}

/* As int() takes it: blanks around, a sign, digits with single underscores between them. */
static bool parse_int(struct text text, int *out)
{
	struct text digits = ini_strip(text);
	bool negative = digits.len > 0 && digits.ptr[0] == '-', after_digit = false;
	long value = 0;

	if (digits.len > 0 && (digits.ptr[0] == '-' || digits.ptr[0] == '+')) {
		digits.ptr++;
		digits.len--;
	}
	for (size_t i = 0; i < digits.len; i++) {
		char c = digits.ptr[i];

		if (c == '_' && after_digit) {
			after_digit = false;
			continue;
		}
		if (c < '0' || c > '9')
			return false;
		after_digit = true;
		if (value < 1000000)
			value = value * 10 + (c - '0');
	}
	*out = (int)(negative ? -value : value);
	return after_digit;
}

/*
 * The word before a comment. Alembic's own templates wrote `os  # Use os.pathsep. …`, which ConfigParser takes for the
 * whole value and Alembic refuses once there are version_locations; it is plain what was meant.
 */
static struct text before_comment(struct text value)
{
	size_t i;

	for (i = 1; i + 1 < value.len; i++)
		if ((value.ptr[i] == ' ' || value.ptr[i] == '\t') && value.ptr[i + 1] == '#')
			return ini_strip((struct text){ value.ptr, i });
	return value;
}

/* What cuts the list: a character, or 0 for the legacy pattern `, *|(?: +)`. False: Alembic takes no such word. */
static bool separator_char(struct text value, struct text list, char *out)
{
	struct text word = before_comment(value);

	*out = 0;
	if (!value.ptr)
		return true;
	if (text_equal(word, TEXT_LITERAL("space")))
		*out = ' ';
	else if (text_equal(word, TEXT_LITERAL("newline")))
		*out = '\n';
	else if (text_equal(word, TEXT_LITERAL("os"))) /* ';' on Windows, where ':' stands behind a drive */
		*out = memchr(list.ptr, ';', list.len) ? ';' : ':';
	else if (text_equal(word, TEXT_LITERAL(":")) || text_equal(word, TEXT_LITERAL(";")))
		*out = word.ptr[0];
	return *out != 0;
}

static bool cuts(char c, char separator)
{
	return separator ? c == separator : c == ',' || c == ' ';
}

/* Parts that are empty are dropped, as they all but always come from a separator too many. */
static void split_locations(
	struct reading *r, const struct setting *setting, char separator, struct location_list *list)
{
	const char *end = setting->value.ptr + setting->value.len, *at = setting->value.ptr;

	while (at <= end) {
		const char *stop = at;
		struct text part;

		while (stop < end && !cuts(*stop, separator))
			stop++;
		part = (struct text){ at, (size_t)(stop - at) };
		if (separator)
			part = ini_strip(part);
		if (part.len > 0)
			add_location(r, list, locate(r, setting, part));
		at = stop + 1;
	}
}

static void read_ini_version_locations(
	struct reading *r, const struct ini *ini, const struct ini_section *section, struct config_section *out)
{
	struct setting locations = ini_setting(r, ini, section, "version_locations");
	struct setting separator = ini_setting(r, ini, section, "path_separator");
	const char *separator_key = "path_separator";
	struct location_list list = { 0 };
	char c;

	if (separator.state == SETTING_ABSENT) {
		separator_key = "version_path_separator";
		separator = ini_setting(r, ini, section, separator_key);
	}
	if (locations.state == SETTING_ABSENT || (locations.state == SETTING_KNOWN && locations.value.len == 0))
		return;
	if (locations.state == SETTING_UNKNOWN) {
		add_location(r, &list, location_of(r, &locations));
	} else if (separator.state == SETTING_UNKNOWN || !separator_char(separator.value, locations.value, &c)) {
		problems_add(&r->problems, separator.line, "%s must be space, newline, os, ':' or ';', not %s",
			separator_key, problem_quote(r->arena, separator.raw));
		add_location(r, &list, unknown_location(&locations, "its separator is none that Alembic takes"));
	} else {
		split_locations(r, &locations, c, &list);
	}
	use_locations(out, &list);
}

static struct config_section read_ini_section(
	struct reading *r, const struct ini *ini, const struct ini_section *section)
{
	struct config_section out = { .name = section->name, .line = section->line };
	struct setting location = ini_setting(r, ini, section, "script_location");
	struct setting length = ini_setting(r, ini, section, "truncate_slug_length");

	out.has_script_location = location.state != SETTING_ABSENT;
	out.script_location = location_of(r, &location);
	read_ini_version_locations(r, ini, section, &out);
	out.recursive_version_locations = ini_switch(r, ini, section, "recursive_version_locations");
	out.sourceless = ini_switch(r, ini, section, "sourceless");
	out.file_template = ini_setting(r, ini, section, "file_template").value;
	if (length.state == SETTING_KNOWN && !parse_int(length.value, &out.truncate_slug_length))
		problems_add(&r->problems, length.line, "truncate_slug_length is no number: %s",
			problem_quote(r->arena, length.raw));
	return out;
}

/* Sections other than [alembic] are environments by their own script_location, or by a key that only these have. */
static bool is_environment(const struct ini *ini, const struct ini_section *section)
{
	static const char *const keys[] = {
		"file_template",
		"path_separator",
		"prepend_sys_path",
		"recursive_version_locations",
		"revision_environment",
		"sourceless",
		"sqlalchemy.url",
		"truncate_slug_length",
		"version_locations",
		"version_path_separator",
	};

	if (ini_section_find(section, TEXT_LITERAL("script_location")))
		return true;
	if (!ini_section_find(&ini->defaults, TEXT_LITERAL("script_location")))
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (ini_section_find(section, text_of(keys[i])))
			return true;
	return false;
}

static bool is_main_section(const struct ini_section *section)
{
	return text_equal(section->name, TEXT_LITERAL("alembic"));
}

/* The numbers of the sections that are environments, [alembic] first; returns how many. */
static size_t choose_sections(struct reading *r, const struct ini *ini, size_t chosen[CONFIG_SECTIONS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < ini->count && count == 0; i++)
		if (is_main_section(&ini->sections[i]))
			chosen[count++] = i;
	for (size_t i = 0; i < ini->count; i++) {
		if (is_main_section(&ini->sections[i]) || !is_environment(ini, &ini->sections[i]))
			continue;
		if (count == CONFIG_SECTIONS_MAX) {
			problems_add(&r->problems, ini->sections[i].line,
				"too many sections with script_location; the rest is not read");
			break;
		}
		chosen[count++] = i;
	}
	return count;
}

static void read_ini(struct reading *r, const char *bytes, size_t len, struct config_file *out)
{
	size_t chosen[CONFIG_SECTIONS_MAX];
	struct config_section *sections;
	struct ini ini;

	ini_parse(bytes, len, r->arena, &ini);
	for (size_t i = 0; i < ini.problem_count; i++)
		problems_add(&r->problems, ini.problems[i].line, "%s", ini.problems[i].what.ptr);
	out->section_count = choose_sections(r, &ini, chosen);
	sections = arena_calloc(r->arena, out->section_count, sizeof(*sections));
	for (size_t i = 0; i < out->section_count; i++)
		sections[i] = read_ini_section(r, &ini, &ini.sections[chosen[i]]);
	out->sections = sections;
}

/* `text % {"here": …}` of Python, which Alembic applies to every string of the table. */
static struct setting format_toml(struct reading *r, struct text raw, unsigned line)
{
	struct setting setting = { .state = SETTING_KNOWN, .raw = raw, .line = line };
	struct ini_section none = { 0 };
	struct ini empty = { 0 };

	if (!ini_interpolate(&empty, &none, raw, r->arena, &setting.value, &setting.reason)) {
		setting.state = SETTING_UNKNOWN;
		setting.value = TEXT_NONE;
	}
	return setting;
}

static struct setting toml_setting(struct reading *r, const struct toml_table *table, const char *key)
{
	const struct toml_value *value = toml_find(table, text_of(key));
	struct setting setting = { 0 };

	if (!value)
		return setting;
	if (value->kind == TOML_STRING)
		setting = format_toml(r, value->string, value->line);
	else
		setting = (struct setting){ SETTING_UNKNOWN, TEXT_LITERAL(""), TEXT_NONE,
			TEXT_LITERAL("it is no string"), value->line };
	if (setting.state == SETTING_UNKNOWN)
		problems_add(
			&r->problems, setting.line, "the value of %s cannot be known: %s", key, setting.reason.ptr);
	return setting;
}

static enum config_switch toml_switch(struct reading *r, const struct toml_table *table, const char *key)
{
	const struct toml_value *value = toml_find(table, text_of(key));

	if (!value)
		return SWITCH_UNSET;
	if (value->kind == TOML_BOOLEAN)
		return value->boolean ? SWITCH_ON : SWITCH_OFF;
	if (value->kind != TOML_STRING)
		problems_add(&r->problems, value->line, "%s is neither true nor false", key);
	return value->kind == TOML_STRING && text_equal(value->string, TEXT_LITERAL("true")) ? SWITCH_ON : SWITCH_OFF;
}

static void read_toml_version_locations(struct reading *r, const struct toml_table *table, struct config_section *out)
{
	const struct toml_value *value = toml_find(table, TEXT_LITERAL("version_locations"));
	struct location_list list = { 0 };

	if (!value)
		return;
	if (value->kind != TOML_STRINGS) {
		struct setting setting = { .raw = TEXT_LITERAL(""), .line = value->line };

		problems_add(&r->problems, value->line, "version_locations is no list of strings");
		add_location(r, &list, unknown_location(&setting, "it is no list of strings"));
	}
	for (size_t i = 0; i < value->count; i++) {
		struct setting setting = format_toml(r, value->strings[i], value->line);

		add_location(r, &list, location_of(r, &setting));
	}
	use_locations(out, &list);
}

static void read_toml(struct reading *r, const char *bytes, size_t len, struct config_file *out)
{
	struct config_section *section = arena_calloc(r->arena, 1, sizeof(*section));
	const struct toml_value *length;
	struct toml_table table;
	struct setting location;

	toml_read_alembic(bytes, len, r->arena, &table);
	for (size_t i = 0; i < table.problem_count; i++)
		problems_add(&r->problems, table.problems[i].line, "%s", table.problems[i].what.ptr);
	out->sections = section;
	out->section_count = table.present ? 1 : 0;
	if (!table.present)
		return;
	section->name = TEXT_LITERAL("tool.alembic");
	section->line = table.line;
	location = toml_setting(r, &table, "script_location");
	section->has_script_location = location.state != SETTING_ABSENT;
	section->script_location = location_of(r, &location);
	read_toml_version_locations(r, &table, section);
	section->recursive_version_locations = toml_switch(r, &table, "recursive_version_locations");
	section->sourceless = toml_switch(r, &table, "sourceless");
	section->file_template = toml_setting(r, &table, "file_template").value;
	length = toml_find(&table, TEXT_LITERAL("truncate_slug_length"));
	if (length && length->kind == TOML_INTEGER && length->integer > -1000000 && length->integer < 1000000)
		section->truncate_slug_length = (int)length->integer;
	else if (length && !(length->kind == TOML_STRING && parse_int(length->string, &section->truncate_slug_length)))
		problems_add(&r->problems, length->line, "truncate_slug_length is no number");
}

void config_parse(
	const char *bytes, size_t len, enum config_format format, struct arena *arena, struct config_file *out)
{
	struct reading r = { .arena = arena };

	*out = (struct config_file){ .format = format };
	problems_init(&r.problems, arena);
	if (len > CONFIG_BYTES_MAX)
		problems_add(&r.problems, 0, "the file is larger than %d bytes and was not read", CONFIG_BYTES_MAX);
	else if (format == CONFIG_INI)
		read_ini(&r, bytes, len, out);
	else
		read_toml(&r, bytes, len, out);
	out->problems = r.problems.items;
	out->problem_count = r.problems.count;
}

struct config_section config_section_join(const struct config_section *ini, const struct config_section *toml)
{
	struct config_section joined;

	if (!ini)
		return *toml;
	joined = *ini;
	if (!toml)
		return joined;
	if (!joined.has_script_location) {
		joined.has_script_location = toml->has_script_location;
		joined.script_location = toml->script_location;
	}
	if (joined.version_location_count == 0) {
		joined.version_locations = toml->version_locations;
		joined.version_location_count = toml->version_location_count;
	}
	if (joined.recursive_version_locations == SWITCH_UNSET)
		joined.recursive_version_locations = toml->recursive_version_locations;
	if (joined.sourceless == SWITCH_UNSET)
		joined.sourceless = toml->sourceless;
	if (!joined.file_template.ptr)
		joined.file_template = toml->file_template;
	if (joined.truncate_slug_length == 0)
		joined.truncate_slug_length = toml->truncate_slug_length;
	return joined;
}
