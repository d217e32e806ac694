#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/directory.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "worktree_edit_parts.h"

enum { JOURNAL_MAX = 64 * 1024 * 1024 };

/* One entry of the journal; its words lie in the journal's bytes. */
struct entry {
	const char *temporary; /* NULL: the file is to go */
	const char *path, *before, *after;
	char now[OID_HEX + 1];
};

struct journal {
	bool is_complete; /* every temporary was */
	struct entry *entries;
	size_t count, cap;
};

/* The next word of the journal; NULL at its end or where it is damaged. */
static const char *next_word(const struct strbuf *bytes, size_t *at)
{
	const char *word = bytes->buf + *at;
	const char *nul = memchr(word, '\0', bytes->len - *at);

	if (!nul)
		return NULL;
	*at += (size_t)(nul - word) + 1;
	return word;
}

static bool is_temporary(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strncmp(slash ? slash + 1 : path, ".revident-", 10) == 0 && !worktree_bad_path(text_of(path));
}

/* Cuts the journal into entries. All paths are checked like any other: somebody else may have written the file. */
static int parse(const struct strbuf *bytes, struct journal *journal, struct err *err)
{
	size_t at = 0;
	const char *word = next_word(bytes, &at);

	journal->is_complete = word && strcmp(word, "commit") == 0;
	if (!word || (!journal->is_complete && strcmp(word, "prepare") != 0))
		goto damaged;
	while ((word = next_word(bytes, &at))) {
		struct entry entry = { 0 };

		if (strcmp(word, "W") == 0)
			entry.temporary = next_word(bytes, &at);
		entry.path = next_word(bytes, &at);
		entry.before = next_word(bytes, &at);
		entry.after = next_word(bytes, &at);
		if (!entry.after || worktree_bad_path(text_of(entry.path)) ||
			(entry.temporary && !is_temporary(entry.temporary)))
			goto damaged;
		VEC_GROW(journal->entries, journal->count, journal->cap);
		journal->entries[journal->count++] = entry;
	}
	if (at == bytes->len)
		return 0;
damaged:
	return err_set(err, ERR_UNDECIDED,
		"\"revident/journal\" in the git directory, which an interrupted repair left, is damaged: look at the "
		"work tree, and remove it");
}

static int refuse(const struct entry *entry, const char *why, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, entry->path, strlen(entry->path));
	err_set(err, ERR_UNDECIDED,
		"an earlier repair was interrupted, and \"%s\" %s: put the files back as HEAD has them, remove "
		"\"revident/journal\" in the git directory, and try again",
		shown.buf, why);
	strbuf_release(&shown);
	return -1;
}

static bool is_done(const struct entry *entry)
{
	return strcmp(entry->now, entry->after) == 0;
}

/* Looks at all files before any is touched. 1: the rest can be done; 0: nothing was done, and it cannot be; -1. */
static int look(struct repo *repo, struct journal *journal, struct err *err)
{
	const struct entry *lacking = NULL;
	bool untouched = true;
	size_t i;

	for (i = 0; i < journal->count; i++) {
		struct entry *entry = &journal->entries[i];
		char content[OID_HEX + 1];

		if (edit_state_of(repo, entry->path, entry->now, err) < 0)
			return -1;
		if (!is_done(entry) && strcmp(entry->now, entry->before) != 0)
			return refuse(entry, "was changed since", err);
		untouched = untouched && strcmp(entry->now, entry->before) == 0;
		if (is_done(entry) || !entry->temporary)
			continue;
		if (edit_state_of(repo, entry->temporary, content, err) < 0)
			return -1;
		if (strcmp(content, entry->after) != 0)
			lacking = entry;
	}
	if (lacking && !untouched)
		return refuse(lacking, "is not there yet, but its temporary file is gone", err);
	return !lacking;
}

static int place_some(struct repo *repo, const struct journal *journal, bool over_others, struct err *err)
{
	size_t i;

	for (i = 0; i < journal->count; i++) {
		const struct entry *entry = &journal->entries[i];

		if (entry->temporary && !is_done(entry) &&
			(strcmp(entry->before, JOURNAL_NOTHING) != 0) == over_others &&
			edit_place(repo, entry->temporary, entry->path, err) < 0)
			return -1;
	}
	return 0;
}

/* In the order of the first try: new files, then those that take another's place, then removals. */
static int complete(struct repo *repo, const struct journal *journal, struct err *err)
{
	size_t i;

	if (place_some(repo, journal, false, err) < 0 || place_some(repo, journal, true, err) < 0)
		return -1;
	for (i = 0; i < journal->count; i++) {
		const struct entry *entry = &journal->entries[i];

		if (edit_take_away(repo, entry->temporary ? entry->temporary : entry->path, err) < 0)
			return -1;
	}
	return 0;
}

static int undo(struct repo *repo, const struct journal *journal, struct err *err)
{
	size_t i;

	for (i = 0; i < journal->count; i++)
		if (journal->entries[i].temporary && edit_take_away(repo, journal->entries[i].temporary, err) < 0)
			return -1;
	return 0;
}

static int end_journal(struct repo *repo, const struct strbuf *bytes, enum resumed *what, struct err *err)
{
	struct journal journal = { 0 };
	int rc = parse(bytes, &journal, err);

	if (rc == 0 && journal.is_complete)
		rc = look(repo, &journal, err);
	if (rc >= 0) {
		*what = rc == 1 ? RESUMED_COMPLETED : RESUMED_UNDONE;
		rc = rc == 1 ? complete(repo, &journal, err) : undo(repo, &journal, err);
	}
	if (rc == 0)
		edit_remove_journal(repo);
	free(journal.entries);
	return rc;
}

/* Is there a journal, or the beginning of one? The notes about packs are none. 1, 0, -1. */
static int has_remains(const char *journal, struct err *err)
{
	struct directory directory = { .names = NULL };
	struct strbuf dir = STRBUF_INIT;
	int found = 0;
	size_t i;

	strbuf_add(&dir, journal, (size_t)(strrchr(journal, '/') - journal));
	if (access(dir.buf, F_OK) == 0)
		found = directory_read(&directory, dir.buf, err);
	if (found == 1)
		for (i = 0, found = directory.count == 0; i < directory.count && !found; i++)
			found = strcmp(directory.names[i], "sweep") != 0;
	directory_release(&directory);
	strbuf_release(&dir);
	return found;
}

int worktree_resume(struct repo *repo, enum resumed *what, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT;
	char *path = edit_journal_path(repo);
	int rc = 0, held = -1;

	*what = RESUMED_NOTHING;
	if (repo->work_tree)
		rc = has_remains(path, err);
	if (rc < 1) /* several may plan at once */
		goto done;
	held = edit_lock(repo, err);
	rc = held < 0 ? -1 : preflight_read(path, JOURNAL_MAX, &bytes, err);
	if (rc == 1)
		rc = end_journal(repo, &bytes, what, err);
	else if (rc == 0)
		edit_remove_journal(repo); /* what there is of it was never finished */
done:
	if (held >= 0)
		close(held);
	free(path);
	strbuf_release(&bytes);
	return rc < 0 ? -1 : 0;
}
