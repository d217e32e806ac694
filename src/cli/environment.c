#include "revident/cli/environment.h"

#include <stdlib.h>
#include <string.h>

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
		},
		.no_color = getenv("NO_COLOR"),
		.clicolor_force = getenv("CLICOLOR_FORCE"),
		.term = getenv("TERM"),
		.path = getenv("PATH"),
	};
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
