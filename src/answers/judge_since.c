#include <stdlib.h>
#include <string.h>

#include "judge_parts.h"
#include "revident/git/commit_info.h"

/* Of more revisions than this nobody reads since when they are there. */
enum { ASKED_MAX = 20 };

static bool load_commits(struct judging *j)
{
	struct err why = { 0 };

	if (j->since.is_loaded)
		return j->since.commits.count > 0;
	j->since.is_loaded = true;
	if (commits_load(&j->since.commits, j->study->repo, &j->judged->bases[0].commit, 1, j->judge->options.progress,
		    &why) == 0)
		return j->since.commits.count > 0;
	commits_release(&j->since.commits);
	return false;
}

void judge_since_release(struct judging *j)
{
	commits_release(&j->since.commits);
}

/* The first commit in walk order whose tree has the revision at the path, or COMMIT_NONE. */
static uint32_t first_with(struct judging *j, uint32_t path, uint32_t revision)
{
	struct text name = study_path_text(j->study, path);
	uint32_t commit, found = COMMIT_NONE;
	struct err why = { 0 };
	struct watch *watch;

	watch_init(&watch, j->study->repo);
	watch_add(watch, name.ptr, name.len);
	if (watch_resolve(watch, &j->since.commits, NULL, &why) < 0)
		goto done;
	for (commit = 0; commit < j->since.commits.count && found == COMMIT_NONE; commit++) {
		uint32_t row = watch_row(watch, commit), entry;
		const struct blob *blob;

		entry = row == WATCH_UNKNOWN ? WATCH_ABSENT : watch_entries(watch, row)[0];
		if (entry == WATCH_ABSENT || watch_entry(watch, entry)->kind != WATCH_FILE)
			continue;
		blob = study_blob(j->study, study_blob_number(j->study, &watch_entry(watch, entry)->id), &why);
		if (blob && blob->revision == revision)
			found = commit;
	}
done:
	watch_free(watch);
	return found;
}

const char *judge_since(struct judging *j, const struct charge *charge, enum level level)
{
	char hex[OID_HEX + 1], time[SIGNATURE_TIME_MAX];
	struct commit_info info;
	struct err why = { 0 };
	uint32_t commit;
	bool cut;

	if (level <= LEVEL_NOTE || charge->before.path == INTERN_NONE || !j->judged->base_count ||
		oid_is_null(&j->judged->bases[0].commit) || j->since.asked++ >= ASKED_MAX || !load_commits(j))
		return NULL;
	commit = first_with(j, charge->before.path, charge->revision);
	if (commit == COMMIT_NONE ||
		commit_info_read(j->study->repo, &j->study->arena, &j->since.commits.ids[commit], &info, &why) < 1)
		return NULL;
	cut = j->since.commits.flags[commit] & COMMIT_CUT;
	signature_time(&info.committer, time);
	time[strcspn(time, "T")] = '\0';
	return study_sentence(j->study, "its file is there since %scommit %s%s%s, \"%s\"", cut ? "at least " : "",
		oid_hex(&info.id, hex), *time ? " of " : "", time, study_shown(j->study, info.summary))
		.ptr;
}
