#include "revident/answers/explain.h"

#include <stdlib.h>
#include <string.h>

#include "explain_parts.h"
#include "revident/base/xalloc.h"
#include "revident/answers/errortext.h"
#include "revident/git/index.h"
#include "scan_parts.h"

enum { WORDS_MAX = 2000, SUBJECT_IDS_MAX = 64, MATCHES_MAX = 1000 };

/* One answer in the making. */
struct answer {
	struct teller *teller;
	const struct explain_options *options;
	struct lookup_options lookup;
	struct error_text read;
	struct identities fitting; /* in the order of the subjects */
	struct text *unknown;      /* subjects that nothing fits */
	size_t unknown_count;
	struct text subjects[ERROR_SUBJECTS_MAX];
	size_t subject_count;
	struct explanation *out;
};

static struct text trimmed(struct text text)
{
	static const char blanks[] = " \t\r\n\v\f";

	if (text.len > ERROR_TEXT_MAX)
		text.len = ERROR_TEXT_MAX;
	while (text.len && text.ptr[0] && strchr(blanks, text.ptr[0])) {
		text.ptr++;
		text.len--;
	}
	while (text.len && text.ptr[text.len - 1] && strchr(blanks, text.ptr[text.len - 1]))
		text.len--;
	return text;
}

static void look_up_exactly(struct answer *a, struct text id, struct lookup *found)
{
	lookup_id(a->teller->inv, &a->teller->verdict, &a->lookup, id, found);
}

/* A name as it is, else as Alembic reads targets. */
static void look_up(struct answer *a, struct text word, struct lookup *found)
{
	struct text target = errortext_target(word);

	lookup_revision(a->teller->inv, &a->teller->verdict, &a->lookup, word, found);
	if (!found->count && target.len && target.len < word.len)
		lookup_revision(a->teller->inv, &a->teller->verdict, &a->lookup, target, found);
}

/* A whole id, or a branch label. */
static void look_up_whole(struct answer *a, struct text word, struct lookup *found)
{
	look_up_exactly(a, word, found);
	if (found->count)
		return;
	lookup_revision(a->teller->inv, &a->teller->verdict, &a->lookup, word, found);
	if (found->how != LOOKUP_LABEL)
		found->count = 0;
}

/* One subject: an id, label or beginning. A beginning that fits several makes the answer ambiguous. */
static void take_subject(struct answer *a, struct text subject, bool is_whole)
{
	struct lookup found;

	if (is_whole)
		look_up_whole(a, subject, &found);
	else
		look_up(a, subject, &found);
	if (!found.count)
		a->unknown[a->unknown_count++] = subject;
	else if (!lookup_is_one_id(&found))
		a->out->is_ambiguous = true;
	identities_add(&a->fitting, &found, TEXT_NONE);
}

/* A file: every id that it ever had. */
static bool take_file(struct answer *a, struct text file, enum file_naming naming)
{
	struct text *ids;
	size_t i, count = lookup_file(a->teller->inv, file, naming, &ids);

	for (i = 0; i < count && i < SUBJECT_IDS_MAX; i++) {
		struct lookup found;

		look_up_exactly(a, ids[i], &found);
		identities_add(&a->fitting, &found, TEXT_NONE);
	}
	a->out->question.is_about_file = true;
	return count > 0;
}

/* The known ids in a text without a message. */
static void take_words(struct answer *a, struct text text)
{
	struct arena *arena = &a->teller->inv->study.arena;
	struct text *words = arena_calloc(arena, WORDS_MAX, sizeof(*words));
	size_t i, count = errortext_words(text, arena, words, WORDS_MAX);

	for (i = 0; i < count; i++) {
		struct lookup found;

		look_up_exactly(a, words[i], &found);
		if (found.count && a->subject_count < ERROR_SUBJECTS_MAX)
			a->subjects[a->subject_count++] = words[i];
		identities_add(&a->fitting, &found, TEXT_NONE);
	}
	for (i = 1; i < a->fitting.count; i++)
		a->out->is_ambiguous =
			a->out->is_ambiguous || !text_equal(a->fitting.items[i].id, a->fitting.items[0].id);
}

/* The path may be that of another machine, in a container say: then its base name has to do. */
static bool take_path(struct answer *a, struct text path)
{
	const char *slash = memrchr(path.ptr, '/', path.len);

	if (take_file(a, path, NAMED_BY_PATH))
		return true;
	return slash &&
	       take_file(a, (struct text){ slash + 1, path.len - (size_t)(slash + 1 - path.ptr) }, NAMED_BY_PATH);
}

static int take_message(struct answer *a)
{
	const struct error_message *message = a->read.message;
	size_t i;

	memcpy(a->subjects, a->read.subjects, sizeof(a->subjects));
	a->subject_count = a->read.count;
	for (i = 0; i < a->read.count; i++) {
		if (message->kind == SUBJECT_REVISION)
			take_subject(a, a->read.subjects[i], message->has_whole_ids);
		else if (message->kind == SUBJECT_MODULE ? !take_file(a, a->read.subjects[i], NAMED_BY_MODULE)
							 : !take_path(a, a->read.subjects[i]))
			a->unknown[a->unknown_count++] = a->read.subjects[i];
	}
	a->out->question.asks_for_heads = message->asks_for_heads;
	return 0;
}

static bool has_blank(struct text text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (text.ptr[i] == ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\t')
			return true;
	return false;
}

static bool is_heads(struct text text)
{
	return text_equal(text, TEXT_LITERAL("head")) || text_equal(text, TEXT_LITERAL("heads"));
}

/* A text without a message: an id as a whole, a path, or words among which ids are. */
static int take_plain(struct answer *a, struct text text, struct err *err)
{
	struct lookup found;

	if (a->read.is_clean_log)
		return err_set(err, ERR_USAGE,
			"there is no error in the text: it is the log of a run of Alembic's that went through; give "
			"one of its ids to see what became of that revision");
	look_up(a, text, &found);
	if (!found.count && is_heads(text)) {
		a->out->question.asks_for_heads = true;
		return 0;
	}
	if (!found.count && text.len && take_file(a, text, NAMED_BY_PATH)) {
		a->subjects[a->subject_count++] = text;
		return 0;
	}
	a->out->question.is_about_file = false;
	if (!found.count && has_blank(text)) {
		take_words(a, text);
		if (a->fitting.count)
			return 0;
	}
	if (!text.len || (!found.count && has_blank(text)))
		return err_set(err, ERR_USAGE,
			"there is no revision in the text: give an id, a branch label, or the lines of Alembic's "
			"error, from \"Traceback\" to its end if there is one");
	a->subjects[a->subject_count++] = text;
	take_subject(a, text, false);
	return 0;
}

/* Broken before lost before elsewhere before present; then as they were found. */
static int urgency(const struct life *life)
{
	if (life->broken)
		return 0;
	if (life->state != LIFE_PRESENT)
		return life->state == LIFE_LOST ? 1 : 2;
	return life->at_head ? 4 : 3;
}

static void sort_lives(struct life *lives, size_t count)
{
	size_t i, k;

	for (i = 1; i < count; i++) {
		struct life life = lives[i];

		for (k = i; k > 0 && urgency(&lives[k - 1]) > urgency(&life); k--)
			lives[k] = lives[k - 1];
		lives[k] = life;
	}
}

static int write_lives(struct answer *a, struct err *err)
{
	struct life *lives = arena_calloc(a->teller->arena, a->fitting.count + a->unknown_count, sizeof(*lives));
	size_t i, n = 0;

	for (i = 0; i < a->fitting.count; i++)
		if (tell_life(a->teller, &a->fitting.items[i], &lives[n++], err) < 0)
			return -1;
	for (i = 0; i < a->unknown_count && !a->out->question.is_about_file; i++) {
		const struct identity unknown = { .id = a->unknown[i], .revision = INTERN_NONE };

		if (tell_life(a->teller, &unknown, &lives[n++], err) < 0)
			return -1;
	}
	if (a->unknown_count)
		a->out->nearest_count = lookup_similar(a->teller->inv, a->unknown[0], a->out->nearest);
	for (i = 0; i < a->out->nearest_count; i++)
		a->out->nearest[i] = model_copy_text(&a->teller->model, a->out->nearest[i]);
	sort_lives(lives, n);
	a->out->lives = lives;
	a->out->life_count = n;
	return 0;
}

static void write_question(struct answer *a, struct text text)
{
	struct question *q = &a->out->question;
	struct text *subjects = arena_calloc(a->teller->arena, a->subject_count, sizeof(*subjects));
	size_t i;

	for (i = 0; i < a->subject_count; i++)
		subjects[i] = model_copy_text(&a->teller->model, a->subjects[i]);
	q->text = model_copy_text(&a->teller->model, text);
	q->subjects = subjects;
	q->subject_count = a->subject_count;
	if (!a->read.message)
		return;
	q->message = a->read.message->name;
	q->meaning = a->read.message->meaning;
	q->is_key_error = a->read.message->is_key_error;
	q->is_about_several_heads = a->read.message->is_about_several_heads;
	q->is_about_absence = a->read.message->is_about_absence;
	q->is_other_traceback = q->is_key_error && a->read.is_traceback && !a->read.passes_revision_map;
}

/* A life knows more than who has the id: one that only refs older than its loss have is lost. */
static void take_states(const struct explanation *out, struct match *matches)
{
	size_t i, k;

	for (i = 0; i < out->match_count; i++)
		for (k = 0; k < out->life_count; k++)
			if (text_equal(matches[i].revision, out->lives[k].revision) &&
				text_equal(matches[i].environment, out->lives[k].environment))
				matches[i].state = out->lives[k].state;
}

static int give_answer(struct answer *a, struct err *err)
{
	struct text text = trimmed(a->options->query);
	struct match *matches;
	int rc = -1;

	errortext_read(text, &a->teller->inv->study.arena, &a->read);
	a->unknown = xcalloc(ERROR_SUBJECTS_MAX + 1, sizeof(*a->unknown));
	if ((a->read.message ? take_message(a) : take_plain(a, text, err)) < 0)
		goto done;
	write_question(a, text);
	if (a->fitting.left_out)
		repo_add_limit(a->teller->inv->repo, "%zu more revisions fit than the %zu that are told",
			a->fitting.left_out, a->fitting.count);
	matches = tell_matches(a->teller, a->fitting.items, a->fitting.count);
	a->out->matches = matches;
	a->out->match_count = a->fitting.count;
	if (!a->out->is_ambiguous && write_lives(a, err) < 0)
		goto done;
	take_states(a->out, matches);
	if (a->out->question.asks_for_heads)
		tell_heads(a->teller, &a->lookup, a->out);
	rc = 0;
done:
	free(a->unknown);
	free(a->fitting.items);
	return rc;
}

static int explain(
	struct investigation *inv, const struct explain_options *options, struct explanation *out, struct err *err)
{
	const struct scan_options scan_options = { .all = true,
		.deep = options->deep,
		.envs = options->envs,
		.env_count = options->env_count,
		.policy = options->policy,
		.with_worktree = inv->has_head && !repo_is_bare(inv->repo) };
	struct teller teller;
	struct answer answer = { .teller = &teller,
		.options = options,
		.lookup = { options->envs, options->env_count },
		.fitting = { .max = MATCHES_MAX },
		.out = out };
	int rc = -1;

	if (teller_open(&teller, inv, &scan_options, err) < 0)
		goto done;
	if (give_answer(&answer, err) < 0 || tell_searched(&teller, &out->searched, err) < 0)
		goto done;
	scan_write_facts(inv, &teller.facts);
	out->repository = teller.facts.repository;
	out->repository.is_sparse = index_has_sparse_checkout(inv->repo);
	rc = 0;
done:
	teller_close(&teller);
	return rc;
}

int explain_run(struct repo *repo, struct arena *arena, const struct explain_options *options, struct explanation *out,
	struct err *err)
{
	static const struct progress silent;
	const struct investigation_options how = { .all = true,
		.needs_head = true,
		.deep = options->deep,
		.versions_dirs = options->versions_dirs,
		.versions_dir_count = options->versions_dir_count,
		.progress = options->progress ? options->progress : &silent };
	struct investigation inv;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = investigation_open(&inv, repo, arena, &how, err);
	if (rc == 0)
		rc = explain(&inv, options, out, err);
	investigation_close(&inv);
	return rc;
}
