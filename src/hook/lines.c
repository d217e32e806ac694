#include "revident/hook/lines.h"

#include <stdbool.h>
#include <string.h>

static const char lefthook_lines[] = "# in lefthook.yml, then: lefthook install\n"
				     "pre-commit:\n"
				     "  commands:\n"
				     "    revident:\n"
				     "      run: revident check --staged\n"
				     "pre-merge-commit:\n"
				     "  commands:\n"
				     "    revident:\n"
				     "      run: revident check --staged\n"
				     "pre-push:\n"
				     "  commands:\n"
				     "    revident:\n"
				     "      run: revident check --pre-push {1} {2}\n"
				     "      use_stdin: true\n";

static const char pre_commit_lines[] = "# in .pre-commit-config.yaml, below repos:\n"
				       "  - repo: local\n"
				       "    hooks:\n"
				       "      - id: revident\n"
				       "        name: revident\n"
				       "        language: system\n"
				       "        entry: revident check --staged\n"
				       "        stages: [commit, merge-commit, push]\n"
				       "        always_run: true\n"
				       "        pass_filenames: false\n"
				       "        require_serial: true\n"
				       "# then: pre-commit install -t pre-commit -t pre-merge-commit -t pre-push\n";

const char *hook_owner_name(enum hook_owner owner)
{
	switch (owner) {
	case HOOK_HUSKY:
		return "husky";
	case HOOK_LEFTHOOK:
		return "lefthook";
	case HOOK_PRE_COMMIT:
		return "the pre-commit framework";
	default:
		return NULL;
	}
}

static bool judges_the_index(const char *name)
{
	return !strcmp(name, "pre-commit") || !strcmp(name, "pre-merge-commit");
}

/* One line a hook. Hooks that have a standard input and do more than this need to hand it to both. */
static void add_shell(struct strbuf *out, const char *before, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (judges_the_index(names[i]))
			strbuf_addf(out, "# in %s%s:\nrevident check --staged || exit\n", before, names[i]);
		else
			strbuf_addf(out,
				"# in %s%s (it reads all of standard input):\nrevident check --%s \"$@\" || exit\n",
				before, names[i], names[i]);
}

void hook_lines_render(struct strbuf *out, enum hook_owner owner, const char *const *names, size_t count)
{
	switch (owner) {
	case HOOK_HUSKY:
		add_shell(out, ".husky/", names, count);
		break;
	case HOOK_LEFTHOOK:
		strbuf_addstr(out, lefthook_lines);
		break;
	case HOOK_PRE_COMMIT:
		strbuf_addstr(out, pre_commit_lines);
		break;
	default:
		add_shell(out, "", names, count);
	}
}
