#include "revident/base/xalloc.h"
#include "revident/forensics/survey.h"
#include "survey_parts.h"

/* A tree to which many paths or many commits lead is searched once. */
struct looked_key {
	struct oid tree;
	uint32_t depth;
};

static int look_for_migration(
	struct survey_memo *memo, struct source_scan *scan, uint32_t dir, unsigned depth, struct err *err)
{
	struct source_entry entry;
	struct err why = { 0 };
	int found = 0, rc = 0;

	while (found == 0 && (rc = source_scan_next(scan, &entry, &why)) == 1) {
		if (survey_is_file_called(&entry, "env.py"))
			break; /* another script directory: not this one's migrations */
		if (entry.kind != SOURCE_DIR)
			found = survey_is_migration(memo->study, &entry, err);
		else if (depth > 0 && !survey_is_skipped_dir(entry.name))
			found = survey_holds_migrations(
				memo, scan->source, study_path_below(memo->study, dir, entry.name), depth - 1, err);
	}
	if (rc < 0)
		repo_add_limit(memo->study->repo, "%s", why.msg);
	return found;
}

static void note_looked(struct survey_memo *memo, const struct looked_key *key, bool holds)
{
	size_t before = memo->looked.count;
	uint32_t number = intern_add(&memo->looked, key, sizeof(*key));

	if (number < before)
		return;
	VEC_GROW(memo->holds, before, memo->holds_cap);
	memo->holds[number] = holds;
}

int survey_holds_migrations(
	struct survey_memo *memo, struct source *source, uint32_t dir, unsigned depth, struct err *err)
{
	struct text path = study_path_text(memo->study, dir);
	struct looked_key key = { .depth = depth };
	struct source_entry self;
	struct source_scan scan;
	struct err why = { 0 };
	int found = source_find(source, path, &self, &why);

	if (found == 1) {
		uint32_t number;

		if (self.kind != SOURCE_DIR)
			return 0;
		key.tree = self.id;
		number = intern_find(&memo->looked, &key, sizeof(key));
		if (number != INTERN_NONE)
			return memo->holds[number];
		found = source_scan_open(source, path, &self.id, &scan, &why);
	}
	if (found < 0)
		repo_add_limit(memo->study->repo, "%s", why.msg);
	if (found < 1)
		return 0;
	found = look_for_migration(memo, &scan, dir, depth, err);
	source_scan_close(&scan);
	if (found >= 0 && !oid_is_null(&self.id))
		note_looked(memo, &key, found == 1);
	return found;
}
