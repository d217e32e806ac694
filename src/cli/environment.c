#include "revident/cli/environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void environment_read(struct process_environment *out)
{
	*out = (struct process_environment){
		.repo = {
			.git_dir = getenv("GIT_DIR"),
			.work_tree = getenv("GIT_WORK_TREE"),
			.common_dir = getenv("GIT_COMMON_DIR"),
			.index_file = getenv("GIT_INDEX_FILE"),
			.object_directory = getenv("GIT_OBJECT_DIRECTORY"),
			.alternates = getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
			.ceilings = getenv("GIT_CEILING_DIRECTORIES"),
			.no_replace_objects = getenv("GIT_NO_REPLACE_OBJECTS") != NULL,
		},
		.no_color = getenv("NO_COLOR"),
		.clicolor_force = getenv("CLICOLOR_FORCE"),
		.term = getenv("TERM"),
		.path = getenv("PATH"),
		.cache_home = getenv("XDG_CACHE_HOME"),
		.home = getenv("HOME"),
		.pre_commit = getenv("PRE_COMMIT"),
		.from_ref = getenv("PRE_COMMIT_FROM_REF"),
		.to_ref = getenv("PRE_COMMIT_TO_REF"),
	};
	out->temporary = getenv("TMPDIR");
	if (!out->temporary || !*out->temporary)
		out->temporary = "/tmp";
}

size_t environment_merge_heads(struct arena *arena, struct oid **out)
{
	static const char prefix[] = "GITHEAD_";
	const size_t skip = sizeof(prefix) - 1;
	size_t count = 0, total = 0;
	char **variable;

	for (variable = environ; *variable; variable++)
		total++;
	*out = arena_calloc(arena, total + 1, sizeof(**out));
	for (variable = environ; *variable; variable++)
		if (strncmp(*variable, prefix, skip) == 0 && strcspn(*variable + skip, "=") == OID_HEX &&
			oid_parse(&(*out)[count], *variable + skip, OID_HEX))
			count++;
	if (count)
		qsort(*out, count, sizeof(**out), oid_compare_items);
	return count;
}

static bool is_set(const char *value)
{
	return value && *value;
}

bool color_wanted(const char *when, const struct process_environment *environment, bool is_terminal)
{
	if (when && strcmp(when, "auto") != 0)
		return !strcmp(when, "always");
	if (is_set(environment->no_color)) /* https://no-color.org: "when present and not an empty string" */
		return false;
	if (is_set(environment->clicolor_force) && strcmp(environment->clicolor_force, "0") != 0)
		return true;
	return is_terminal && is_set(environment->term) && strcmp(environment->term, "dumb") != 0;
}
