#include "recover_parts.h"
#include "scan_parts.h"

static void note_taken(struct planner *p, const struct scan *scan)
{
	const struct worktree_change *first = NULL;
	size_t i, more = 0;

	for (i = 0; i < scan->worktree_count; i++) {
		if (!scan->worktree[i].breaks)
			continue;
		more += first != NULL;
		if (!first)
			first = &scan->worktree[i];
	}
	if (!first)
		return;
	add_note(p, "your %s takes %.*s%s away, which HEAD has: `revident scan` says how to undo that",
		first->in_index ? "index" : "work tree", (int)first->revision.len, first->revision.ptr,
		more ? " and others" : "");
}

int plan_note_uncommitted(struct planner *p)
{
	const struct scan_options options = { .envs = p->options->envs,
		.env_count = p->options->env_count,
		.with_worktree = true,
		.policy = p->options->policy };
	struct scan scan = { .worktree_count = 0 };

	if (p->step_count || p->lost_count)
		return 0;
	if (scan_write_worktree(&p->inv, &options, &scan, p->err) < 0)
		return -1;
	note_taken(p, &scan);
	return 0;
}
