/*
 * Which revisions a report is about.
 */
#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

enum {
	CASES_MIN = 10,                   /* so many are told in any case */
	CASE_REVISIONS_MAX = 1000 * 1000, /* cases times revisions: each may draw the chain, some times over */
};

struct subjects {
	struct identities chosen;
	struct text asked;   /* what was looked up last: thousands of environments may miss one id */
	struct lookup found; /* for it */
};

/* What is missing is in a chain, too, though nothing declares it. */
static size_t most_cases(const struct clerk *clerk)
{
	size_t nodes = clerk->inv->study.revisions.count + clerk->teller.verdict.missing_count;
	size_t most = CASE_REVISIONS_MAX / (nodes + 1);

	return most < CASES_MIN ? CASES_MIN : most;
}

static int take_named(struct clerk *clerk, struct subjects *s, struct err *err)
{
	const struct lookup_options how = { clerk->options->envs, clerk->options->env_count };
	const char *const *limits;
	size_t i;

	for (i = 0; i < clerk->options->revision_count; i++) {
		struct text name = text_of(clerk->options->revisions[i]);
		struct strbuf shown = STRBUF_INIT;
		struct lookup found;

		lookup_revision(clerk->inv, &clerk->teller.verdict, &how, name, &found);
		if (found.count && lookup_is_one_id(&found)) {
			identities_add(&s->chosen, &found, TEXT_NONE);
			continue;
		}
		strbuf_add_printable(&shown, name.ptr, name.len);
		if (found.count)
			err_set(err, ERR_USAGE, "\"%s\" means several revisions; \"revident explain\" lists them",
				shown.buf);
		else if (repo_limits(clerk->inv->repo, &limits))
			err_set(err, ERR_UNDECIDED, "no revision \"%s\" was found, and history could not be read whole",
				shown.buf);
		else
			err_set(err, ERR_USAGE, "no revision \"%s\" was ever here", shown.buf);
		strbuf_release(&shown);
		return -1;
	}
	return 0;
}

bool missing_is_at_head(const struct clerk *clerk, const struct missing_key *missing)
{
	size_t i;

	for (i = 0; i < missing->tip_count; i++)
		if (missing->tips[i] == clerk->teller.head)
			return true;
	return false;
}

static void take_id(struct clerk *clerk, struct subjects *s, struct text id, struct text environment)
{
	const struct lookup_options how = { clerk->options->envs, clerk->options->env_count };

	if (s->chosen.count == s->chosen.max) {
		s->chosen.left_out++;
		return;
	}
	if (!s->asked.ptr || !text_equal(s->asked, id))
		lookup_id(clerk->inv, &clerk->teller.verdict, &how, id, &s->found);
	s->asked = id;
	identities_add(&s->chosen, &s->found, environment);
}

/* Whatever was ever lost, mended or forgotten since, is counted; and taken, if all is wanted. */
static void take_losses(struct clerk *clerk, struct subjects *s)
{
	const struct history *history = &clerk->inv->history;
	bool *seen = xcalloc(clerk->inv->study.revisions.count + 1, sizeof(*seen));
	size_t i, from = s->chosen.count;

	for (i = 0; i < history->count; i++) {
		const struct change *change = &history->changes[i];

		if (!event_kind_is_loss(change->kind) || seen[change->revision])
			continue;
		seen[change->revision] = true;
		clerk->out->losses++;
		if (clerk->options->all_losses)
			take_id(clerk, s, study_revision_text(&clerk->inv->study, change->revision), TEXT_NONE);
	}
	if (s->chosen.count > from)
		qsort(s->chosen.items + from, s->chosen.count - from, sizeof(*s->chosen.items), identity_compare_items);
	free(seen);
}

/* What is missing at HEAD; with --all-losses everything else behind it. */
static void take_found(struct clerk *clerk, struct subjects *s)
{
	const struct verdict *verdict = &clerk->teller.verdict;
	size_t i;

	for (i = 0; i < verdict->missing_count; i++)
		if (missing_is_at_head(clerk, &verdict->missing[i]))
			take_id(clerk, s, verdict->missing[i].name, verdict->missing[i].environment);
	take_losses(clerk, s);
}

int casefile_choose_subjects(struct clerk *clerk, struct identity **items, size_t *count, struct err *err)
{
	struct subjects s = { .chosen = { .max = most_cases(clerk) } };
	int rc = 0;

	if (clerk->options->revision_count)
		rc = take_named(clerk, &s, err);
	else
		take_found(clerk, &s);
	if (rc == 0 && s.chosen.left_out)
		repo_add_limit(clerk->inv->repo,
			"%zu losses more than the %zu that are told: name them to have them told", s.chosen.left_out,
			s.chosen.count);
	*items = s.chosen.items;
	*count = s.chosen.count;
	return rc;
}
