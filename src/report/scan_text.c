#include "scan_text.h"

#include "revident/base/printable.h"
#include "scan_json.h"

enum { LIMITS_SHOWN = 5, NAMES_SHOWN = 3 };

static size_t count_deciding(const struct scan *scan)
{
	size_t i, count = 0;

	for (i = 0; i < scan->missing_count; i++)
		count += scan->missing[i].decides;
	return count;
}

static size_t count_breaking(const struct scan *scan)
{
	size_t i, count = 0;

	for (i = 0; i < scan->worktree_count; i++)
		count += scan->worktree[i].breaks;
	return count;
}

/* What happened to ids that were not lost, or not for good. */
struct incidents {
	size_t replaced, reused, duplicated;
};

static struct incidents count_incidents(const struct scan *scan)
{
	struct incidents n = { 0 };
	size_t i;

	for (i = 0; i < scan->event_count; i++) {
		n.replaced += event_replaces_code(&scan->events[i]);
		n.reused += scan->events[i].kind == EVENT_RESTORED && scan->events[i].reused;
		n.duplicated += scan->events[i].kind == EVENT_DUPLICATED;
	}
	return n;
}

/* "7 commits and 5 files read in 1 environment" */
static void add_read(struct paragraph *p, const struct scan *scan)
{
	paragraph_add_count(p, scan->counts.commits, "commit");
	paragraph_add(p, " and ");
	paragraph_add_count(p, scan->counts.blobs, "file");
	paragraph_add(p, " read in ");
	paragraph_add_count(p, scan->environment_count, "environment");
}

static void add_no_environment(struct scan_text *t)
{
	const struct scan *scan = t->scan;
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 0, 0);
	if (scan->counts.commits == 0) {
		paragraph_add(&p, "No commit could be read.");
	} else {
		paragraph_add(&p, "No Alembic environment was found (");
		paragraph_add_count(&p, scan->counts.commits, "commit");
		paragraph_add(&p, " read). One has an alembic.ini, a [tool.alembic] in pyproject.toml, or an env.py "
				  "beside its migrations; --versions-dir PATH names any other.");
		if (!scan->deep)
			paragraph_add(&p, " --deep finds those that history alone has.");
	}
	paragraph_end(&p);
}

static void add_clean(struct scan_text *t)
{
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 0, 0);
	if (t->scan->lost_count + t->scan->missing_count == 0)
		paragraph_add_styled(&p, STYLE_GOOD, "Nothing is lost or missing");
	else if (t->scan->repository.has_commit)
		paragraph_add_styled(&p, STYLE_GOOD, "HEAD lost nothing and misses nothing");
	else
		paragraph_add(&p, "HEAD has no commit yet, and no protected ref misses anything");
	paragraph_add(&p, t->scan->repository.limit_count ? " in what could be read: " : ": ");
	add_read(&p, t->scan);
	paragraph_add(&p, ".");
	paragraph_end(&p);
}

/* The chain is whole, and still a database may not be able to go on. */
static void add_lost_headline(struct scan_text *t, size_t lost)
{
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_add_styled(&p, STYLE_GOOD, "The chain is whole");
	paragraph_add(&p, ", but ");
	paragraph_add_count(&p, lost, "revision");
	paragraph_addf(&p, " %s taken away that a database may still be stamped with: ", lost == 1 ? "was" : "were");
	paragraph_add_command(&p, "revident explain <id in alembic_version>");
	paragraph_end(&p);
}

/* With --all: what other refs lost or miss, as counts. */
static void add_other_refs(struct scan_text *t)
{
	const struct scan *scan = t->scan;
	size_t i, lost = 0, missing = scan->missing_count - t->deciding;
	struct paragraph p;

	for (i = 0; i < scan->lost_count; i++)
		lost += scan->all_refs && !scan->lost[i].at_head;
	if (lost + missing == 0)
		return;
	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_add(&p, "On other refs: ");
	if (lost) {
		paragraph_add_count(&p, lost, "revision");
		paragraph_add(&p, " lost that HEAD never had");
	}
	if (missing) {
		paragraph_add(&p, lost ? ", " : "");
		paragraph_add_count(&p, missing, "revision");
		paragraph_add(&p, " missing");
	}
	paragraph_add(&p, " (");
	paragraph_add_command(&p, "revident scan --all --format json");
	paragraph_add(&p, " lists them).");
	paragraph_end(&p);
}

static void add_skipped(struct scan_text *t)
{
	const struct scan *scan = t->scan;
	struct text names[NAMES_SHOWN];
	struct paragraph p;
	size_t i;

	if (scan->skipped_count == 0)
		return;
	for (i = 0; i < scan->skipped_count && i < NAMES_SHOWN; i++)
		names[i] = scan->skipped[i].path;
	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_add(&p, "Passed by, since no tip has it any more: ");
	paragraph_add_list(&p, STYLE_PLAIN, names, i, scan->skipped_count - i, NAMES_SHOWN);
	paragraph_add(&p, " (--deep reads it).");
	paragraph_end(&p);
}

static void add_summary(struct scan_text *t)
{
	const struct scan *scan = t->scan;
	struct incidents n = count_incidents(scan);
	struct paragraph p;

	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	add_read(&p, scan);
	paragraph_addf(&p, ": %zu missing, %zu lost", scan->missing_count, scan->lost_count);
	if (n.replaced)
		paragraph_addf(&p, ", %zu replaced", n.replaced);
	if (n.reused)
		paragraph_addf(&p, ", %zu reused", n.reused);
	if (n.duplicated)
		paragraph_addf(&p, ", %zu duplicated", n.duplicated);
	paragraph_add(&p, ".");
	if (t->has_folded) {
		paragraph_add(&p, " Every id: ");
		paragraph_add_command(
			&p, scan->all_refs ? "revident scan --all --format json" : "revident scan --format json");
	}
	paragraph_end(&p);
}

/* A limit names paths and objects, which are never cut. */
static void add_sentence(struct paragraph *p, const char *sentence)
{
	struct strbuf clean = STRBUF_INIT;

	strbuf_add_printable_text(&clean, text_of(sentence));
	paragraph_add(p, clean.buf);
	strbuf_release(&clean);
}

static void add_limits(struct scan_text *t)
{
	const struct repo_facts *repo = &t->scan->repository;
	struct paragraph p;
	size_t i;

	if (repo->limit_count == 0)
		return;
	text_add_gap(t->out);
	paragraph_begin(&p, t->out, t->styles, 0, 0);
	paragraph_add_styled(&p, STYLE_WARN, "History could not be read whole");
	paragraph_add(&p, ", so more may be lost than is shown:");
	paragraph_end(&p);
	for (i = 0; i < repo->limit_count && i < LIMITS_SHOWN; i++) {
		paragraph_begin(&p, t->out, t->styles, 2, 4);
		add_sentence(&p, repo->limits[i]);
		paragraph_end(&p);
	}
	if (i < repo->limit_count) {
		paragraph_begin(&p, t->out, t->styles, 2, 2);
		paragraph_addf(&p, "and %zu more", repo->limit_count - i);
		paragraph_end(&p);
	}
}

int scan_render_text(const struct scan *scan, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct scan_text t = {
		.scan = scan,
		.out = out,
		.styles = styles_find(options->color),
		.can_recover = options->can_recover,
		.deciding = count_deciding(scan),
		.breaking = count_breaking(scan),
	};
	size_t lost = scan_text_lost_count(&t);
	struct incidents n = count_incidents(scan);
	bool clean = scan->missing_count + scan->lost_count + n.replaced + n.reused + n.duplicated == 0;

	(void)err;
	if (scan->environment_count == 0 && clean) {
		add_no_environment(&t);
	} else {
		if (t.deciding)
			scan_text_missing(&t);
		else if (lost)
			add_lost_headline(&t, lost);
		else if (!t.breaking)
			add_clean(&t);
		scan_text_worktree(&t);
		scan_text_lost(&t);
		if (options->list_events)
			scan_text_events(&t);
		add_other_refs(&t);
	}
	add_skipped(&t);
	if (!clean || t.breaking)
		add_summary(&t);
	add_limits(&t);
	return 0;
}
