#include "revident/base/shell.h"
#include "scan_text.h"

/* Blocks in full; what else is missing is named in one list. */
enum { BLOCKS_SHOWN = 10, NAMES_SHOWN = 3, LIST_SHOWN = 20, SUMMARY_CELLS = 150, NAME_CELLS = 100 };

static const struct lost_revision *find_lost(const struct scan *scan, const struct missing_revision *missing)
{
	size_t i;

	for (i = 0; i < scan->lost_count; i++)
		if (text_equal(scan->lost[i].revision, missing->revision) &&
			text_equal(scan->lost[i].environment, missing->environment))
			return &scan->lost[i];
	return missing->taken;
}

/* The first missing revision that is not before `revision`: they are sorted by it. */
static size_t first_missing(const struct scan *scan, struct text revision)
{
	return text_lower_bound(scan->missing, scan->missing_count, sizeof(*scan->missing),
		offsetof(struct missing_revision, revision), revision);
}

bool scan_text_is_shown_as_missing(const struct scan_text *t, const struct lost_revision *lost)
{
	size_t i;

	for (i = first_missing(t->scan, lost->revision); i < t->scan->missing_count; i++) {
		const struct missing_revision *missing = &t->scan->missing[i];

		if (!text_equal(lost->revision, missing->revision))
			break;
		if (missing->decides && text_equal(lost->environment, missing->environment))
			return true;
	}
	return false;
}

/* "revident <verb> <revision>" */
static void add_revident_line(struct scan_text *t, const char *label, const char *verb, struct text revision)
{
	struct strbuf command = STRBUF_INIT;

	strbuf_addf(&command, "revident %s", verb);
	strbuf_add_shell_operand(&command, revision);
	text_add_labelled_command(t->out, t->styles, label, command.buf);
	strbuf_release(&command);
}

static bool is_head_alone(const struct ref_names *tips)
{
	return tips->count == 1 && tips->more == 0 && text_equal(tips->names[0], TEXT_LITERAL("HEAD"));
}

/* Where it is named: path and line in brackets. */
static void add_place(struct paragraph *p, const struct missing_revision *missing)
{
	if (!missing->referencing_path.ptr)
		return;
	paragraph_add(p, " (");
	paragraph_add_token(p, STYLE_PLAIN, missing->referencing_path);
	if (missing->referencing_line)
		paragraph_addf(p, ":%u", missing->referencing_line);
	paragraph_add(p, ")");
}

static void add_headline(struct scan_text *t, const struct missing_revision *missing)
{
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_add_token(&p, STYLE_BAD, missing->revision);
	paragraph_add(&p, " ");
	paragraph_add_styled(&p, STYLE_BAD, "is missing");
	if (t->scan->environment_count > 1) {
		paragraph_add(&p, " in ");
		paragraph_add_token(&p, STYLE_PLAIN, missing->environment);
	}
	if (missing->tips.count && !is_head_alone(&missing->tips)) {
		paragraph_add(&p, " at ");
		paragraph_add_list(
			&p, STYLE_PLAIN, missing->tips.names, missing->tips.count, missing->tips.more, NAMES_SHOWN);
	}
	paragraph_add(&p, ": ");
	paragraph_add_list(&p, STYLE_ID, missing->referenced_by, missing->referenced_count, 0, NAMES_SHOWN);
	paragraph_add(&p, missing->referenced_count > 1 ? " name it as their " : " names it as its ");
	paragraph_add(&p, missing->in_depends_on ? "dependency" : "parent");
	add_place(&p, missing);
	if (missing->not_loaded.ptr) {
		paragraph_add(&p, ", and ");
		paragraph_add_token(&p, STYLE_PLAIN, missing->not_loaded);
		paragraph_add(&p, " has it, in a directory that Alembic does not read.");
		paragraph_end(&p);
		return;
	}
	paragraph_add(&p, ", and no file declares it");
	if (!missing->ever_in_history && !missing->present_on.count)
		paragraph_addf(&p, ", nor did any in the %zu commit%s read", t->scan->counts.commits,
			t->scan->counts.commits == 1 ? "" : "s");
	paragraph_add(&p, ".");
	paragraph_end(&p);
}

static void add_with_message(struct paragraph *p, struct text revision, const struct migration *migration)
{
	paragraph_add_token(p, STYLE_ID, revision);
	if (migration && migration->message.len) {
		paragraph_add(p, " ");
		paragraph_add_quoted(p, migration->message, SUMMARY_CELLS);
	}
}

static void add_continuation(struct paragraph *p, const struct lost_revision *lost)
{
	const struct continuation *onward = &lost->continues_as;
	const struct migration *after = lost->loss->after.migration;

	if (text_equal(onward->path, lost->loss->before.path)) {
		paragraph_add(p, "its file was given another id, ");
		add_with_message(p, onward->revision, after);
	} else {
		paragraph_add(p, "its content goes on as ");
		paragraph_add_token(p, STYLE_ID, onward->revision);
		paragraph_add(p, " in ");
		paragraph_add_token(p, STYLE_PLAIN, onward->path);
	}
	if (onward->similarity >= 0)
		paragraph_addf(p, " (similarity %.2f)", onward->similarity);
}

static void add_what(struct scan_text *t, const struct lost_revision *lost)
{
	const struct event *loss = lost->loss;
	struct paragraph p;

	paragraph_begin_labelled(&p, t->out, t->styles, "what");
	paragraph_add_styled(&p, STYLE_WARN, event_kind_name(lost->cause));
	switch (lost->cause) {
	case EVENT_OVERWRITTEN:
		paragraph_add(&p, " by ");
		add_with_message(&p, loss->after.revision, loss->after.migration);
		paragraph_add(&p, ", which took its file");
		if (lost->continues_as.path.ptr) {
			paragraph_add(&p, "; ");
			add_continuation(&p, lost);
		}
		break;
	case EVENT_REIDENTIFIED:
		paragraph_add(&p, ": ");
		add_continuation(&p, lost);
		break;
	case EVENT_STRIPPED:
		paragraph_add(&p, ": its file is there still, but is no migration any more");
		break;
	case EVENT_LOST_IN_MERGE:
		paragraph_add(&p, ": parent ");
		paragraph_add_oid(&p, &loss->parent);
		paragraph_add(&p, " had it, the merge dropped it");
		break;
	default:
		paragraph_add(&p, ": its file was removed");
	}
	paragraph_end(&p);
}

static void add_person(struct scan_text *t, const char *label, const struct signature *sig)
{
	char time[SIGNATURE_TIME_MAX];
	struct paragraph p;

	paragraph_begin_labelled(&p, t->out, t->styles, label);
	paragraph_add(&p, sig->has_time ? signature_time(sig, time) : "at an unknown time");
	paragraph_add(&p, " by ");
	paragraph_add_prose(&p, sig->name, NAME_CELLS);
	if (sig->email.len) {
		paragraph_add(&p, " <");
		paragraph_add_prose(&p, sig->email, NAME_CELLS);
		paragraph_add(&p, ">");
	}
	paragraph_end(&p);
}

static void add_commit(struct scan_text *t, const struct commit_info *commit)
{
	struct paragraph p;

	paragraph_begin_labelled(&p, t->out, t->styles, "commit");
	paragraph_add_oid(&p, &commit->id);
	paragraph_end(&p);
	paragraph_begin_labelled(&p, t->out, t->styles, "");
	paragraph_add_quoted(&p, commit->summary, SUMMARY_CELLS);
	paragraph_end(&p);
	add_person(t, "authored", &commit->author);
	if (!text_equal(commit->author.name, commit->committer.name) ||
		!text_equal(commit->author.email, commit->committer.email))
		add_person(t, "committed", &commit->committer);
}

static void add_published(struct scan_text *t, const struct lost_revision *lost)
{
	struct paragraph p;

	paragraph_begin_labelled(&p, t->out, t->styles, "published");
	if (!lost->published) {
		paragraph_add(&p, "never");
	} else if (lost->tags.count) {
		paragraph_add(&p, "in ");
		paragraph_add_list(&p, STYLE_PLAIN, lost->tags.names, lost->tags.count, lost->tags.more, NAMES_SHOWN);
	} else {
		paragraph_add(&p, "yes");
	}
	if (lost->published)
		paragraph_add(&p, ": databases may have run it");
	paragraph_end(&p);
}

/* The lost file: its path, its blob, and the commit that still has it. */
static void add_original(struct scan_text *t, const struct lost_revision *lost)
{
	struct strbuf command = STRBUF_INIT, name = STRBUF_INIT;
	char hex[OID_HEX + 1];
	struct paragraph p;

	paragraph_begin_labelled(&p, t->out, t->styles, "file");
	paragraph_add_token(&p, STYLE_PLAIN, lost->path);
	paragraph_end(&p);
	paragraph_begin_labelled(&p, t->out, t->styles, "original");
	paragraph_add(&p, "blob ");
	paragraph_add_oid(&p, &lost->blob);
	paragraph_end(&p);
	strbuf_addf(&name, "%s:", oid_hex(&lost->last_commit, hex));
	strbuf_add(&name, lost->path.ptr, lost->path.len);
	strbuf_addstr(&command, "git show ");
	strbuf_add_shell_word(&command, (struct text){ name.buf, name.len });
	text_add_labelled_command(t->out, t->styles, "", command.buf);
	strbuf_release(&name);
	strbuf_release(&command);
}

static bool is_tag(struct text ref)
{
	static const struct text prefix = { "refs/tags/", 10 };

	return ref.len > prefix.len && memcmp(ref.ptr, prefix.ptr, prefix.len) == 0;
}

/* The refs that have it; without tags where "published" names those. */
static void add_present_on(struct scan_text *t, const struct missing_revision *missing, bool with_tags)
{
	struct text names[TIPS_SHOWN];
	struct paragraph p;
	size_t i, count = 0;

	for (i = 0; i < missing->present_on.count && i < TIPS_SHOWN; i++)
		if (with_tags || !is_tag(missing->present_on.names[i]))
			names[count++] = missing->present_on.names[i];
	if (count == 0)
		return;
	paragraph_begin_labelled(&p, t->out, t->styles, "it is on");
	paragraph_add_list(&p, STYLE_PLAIN, names, count, missing->present_on.more, NAMES_SHOWN);
	paragraph_end(&p);
}

static void add_lost_block(
	struct scan_text *t, const struct missing_revision *missing, const struct lost_revision *lost)
{
	add_what(t, lost);
	if (lost->removed_by)
		add_commit(t, lost->removed_by);
	add_published(t, lost);
	add_original(t, lost);
	add_present_on(t, missing, false);
	if (t->can_recover)
		add_revident_line(t, "next", "recover", lost->revision);
	add_revident_line(t, t->can_recover ? "" : "next", "show", lost->revision);
	add_revident_line(t, "", "explain", lost->revision);
}

static void add_unseen_block(struct scan_text *t, const struct missing_revision *missing)
{
	struct paragraph p;

	if (missing->not_loaded.ptr) {
		paragraph_begin_labelled(&p, t->out, t->styles, "then");
		paragraph_add(&p, "move the file, or let version_locations name its directory");
		paragraph_end(&p);
	} else if (missing->present_on.count) {
		add_present_on(t, missing, true);
		add_revident_line(t, "next", "show", missing->revision);
	} else if (t->scan->repository.is_shallow) {
		paragraph_begin_labelled(&p, t->out, t->styles, "perhaps");
		paragraph_add(&p, "in the history that this shallow clone lacks");
		paragraph_end(&p);
		text_add_labelled_command(t->out, t->styles, "try", "git fetch --unshallow");
	} else if (t->scan->repository.limit_count) {
		paragraph_begin_labelled(&p, t->out, t->styles, "perhaps");
		paragraph_add(&p, "in what could not be read of the history (see below)");
		paragraph_end(&p);
	} else {
		paragraph_begin_labelled(&p, t->out, t->styles, "perhaps");
		paragraph_add(&p, "on a branch that this clone lacks, or never committed");
		paragraph_end(&p);
	}
	add_revident_line(
		t, missing->present_on.count || missing->not_loaded.ptr ? "" : "then", "explain", missing->revision);
}

void scan_text_missing(struct scan_text *t)
{
	const struct scan *scan = t->scan;
	size_t i, shown = 0;
	struct paragraph p;

	for (i = 0; i < scan->missing_count && shown < BLOCKS_SHOWN; i++) {
		const struct missing_revision *missing = &scan->missing[i];
		const struct lost_revision *lost;

		if (!missing->decides)
			continue;
		shown++;
		text_add_gap(t->out);
		lost = find_lost(scan, missing);
		add_headline(t, missing);
		if (lost)
			add_lost_block(t, missing, lost);
		else
			add_unseen_block(t, missing);
	}
	if (shown == t->deciding)
		return;
	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 2);
	paragraph_addf(&p, "%zu more revisions are ", t->deciding - shown);
	paragraph_add_styled(&p, STYLE_BAD, "missing");
	paragraph_add(&p, ":");
	for (shown = 0; i < scan->missing_count && shown < LIST_SHOWN; i++) {
		if (!scan->missing[i].decides)
			continue;
		paragraph_add(&p, shown++ ? ", " : " ");
		paragraph_add_token(&p, STYLE_ID, scan->missing[i].revision);
	}
	paragraph_add(&p, t->deciding > BLOCKS_SHOWN + LIST_SHOWN ? ", ..." : ".");
	paragraph_end(&p);
}
