/*
 * damage [--all] [--part N/OF] [--only PART-OF-A-PATH] REPOSITORY REVISION...: damages the repositories' files.
 *
 * Without --all each damage is shown to one command, every other to `scan`. Prints each wrong answer, and at the
 * end how many cases were right and wrong.
 */
#include "damage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "revident/base/xalloc.h"

enum { COMMANDS_MAX = 16, FILE_MAX = 1024 * 1024 };

struct fixture {
	const char *path, *revision;
	bool is_bare;
	struct victim *victims;
	size_t count, cap;
};

struct settings {
	bool all;
	unsigned part, of;
	const char *only;
};

struct tally {
	unsigned long cases, wrong;
};

/* A command, and what it said of the sound repository. */
struct question {
	const char *args[10];
	struct answer before;
};

struct questions {
	struct question items[COMMANDS_MAX];
	size_t count;
};

static void add_question(struct questions *questions, const struct fixture *fixture, const char *const *args)
{
	struct question *question = &questions->items[questions->count++];
	size_t i;

	for (i = 0; args[i]; i++)
		question->args[i] = strcmp(args[i], "REVISION") == 0 ? fixture->revision : args[i];
	answer_get(&question->before, fixture->path, question->args);
}

static void ask_all(struct questions *questions, const struct fixture *fixture)
{
	static const char *const everywhere[][8] = {
		{ "scan", "--all", "--format", "json" },
		{ "explain", "REVISION", "--format", "json" },
		{ "show", "REVISION" },
		{ "audit", "HEAD", "--format", "json" },
		{ "recover", "REVISION", "--format", "json" },
		{ "check", "--range", "HEAD~1..HEAD", "--format", "json" },
		{ "report", "REVISION", "--format", "json" },
	};
	static const char *const in_work_tree[][8] = {
		{ "check", "--staged", "--format", "json" },
		{ "audit", "--staged", "--format", "json" },
		{ "audit", "--worktree", "--format", "json" },
	};
	size_t i;

	for (i = 0; i < sizeof(everywhere) / sizeof(*everywhere); i++)
		add_question(questions, fixture, everywhere[i]);
	for (i = 0; !fixture->is_bare && i < sizeof(in_work_tree) / sizeof(*in_work_tree); i++)
		add_question(questions, fixture, in_work_tree[i]);
}

static void release_questions(struct questions *questions)
{
	size_t i;

	for (i = 0; i < questions->count; i++)
		answer_release(&questions->items[i].before);
	questions->count = 0;
}

static bool read_victim(struct victim *victim, const char *path, const char *repository)
{
	FILE *file = fopen(path, "rb");
	struct stat st;

	if (!file || fstat(fileno(file), &st) < 0 || st.st_size > FILE_MAX) {
		perror(path);
		return false;
	}
	victim->path = xstrdup(path);
	victim->relative = victim->path + strlen(repository) + 1;
	victim->mode = st.st_mode & 07777;
	victim->len = (size_t)st.st_size;
	victim->content = xmalloc(victim->len + 1);
	if (fread(victim->content, 1, victim->len, file) != victim->len) {
		perror(path);
		fclose(file);
		return false;
	}
	return fclose(file) == 0;
}

static int compare_victims(const void *a, const void *b)
{
	return strcmp(((const struct victim *)a)->path, ((const struct victim *)b)->path);
}

/* All files of the repository but those of its work tree. */
static void find_victims(struct fixture *fixture)
{
	char command[4200];
	char path[4096];
	FILE *pipe;

	snprintf(command, sizeof(command), "find '%s%s' -type f", fixture->path, fixture->is_bare ? "" : "/.git");
	pipe = popen(command, "r");
	while (pipe && fgets(path, sizeof(path), pipe)) {
		path[strcspn(path, "\n")] = '\0';
		VEC_GROW(fixture->victims, fixture->count, fixture->cap);
		if (read_victim(&fixture->victims[fixture->count], path, fixture->path))
			fixture->count++;
	}
	if (!pipe || pclose(pipe) != 0 || fixture->count == 0) {
		fprintf(stderr, "damage: no files in %s\n", fixture->path);
		exit(2);
	}
	qsort(fixture->victims, fixture->count, sizeof(*fixture->victims), compare_victims);
}

static void release_victims(struct fixture *fixture)
{
	size_t i;

	for (i = 0; i < fixture->count; i++) {
		free(fixture->victims[i].path);
		free(fixture->victims[i].content);
	}
	free(fixture->victims);
}

bool victim_is_loose_object(const struct victim *victim)
{
	const char *at = strstr(victim->relative, "objects/");

	return at && strlen(at) == strlen("objects/xx/") + 38;
}

/* The next file after the victim of the same sort: what its name ends in, for loose objects any. */
static const struct victim *another_of(const struct fixture *fixture, size_t victim)
{
	const struct victim *self = &fixture->victims[victim];
	const char *suffix = strrchr(self->relative, '.');
	size_t i;

	for (i = 1; i < fixture->count; i++) {
		const struct victim *other = &fixture->victims[(victim + i) % fixture->count];
		const char *end = strrchr(other->relative, '.');

		if (victim_is_loose_object(self) ? victim_is_loose_object(other)
						 : suffix && end && !strchr(suffix, '/') && strcmp(suffix, end) == 0)
			return other;
	}
	return NULL;
}

static void try_one(const struct fixture *fixture, const struct question *question, const struct victim *victim,
	const struct damage *damage, struct tally *tally)
{
	struct answer answer = { .out = STRBUF_INIT, .said = STRBUF_INIT };
	const char *wrong;
	size_t i;

	answer_get(&answer, fixture->path, question->args);
	wrong = verdict(&question->before, &answer, victim, damage);
	tally->cases++;
	if (wrong) {
		tally->wrong++;
		printf("%s/%s, %s:", strrchr(fixture->path, '/') + 1, victim->relative, damage->name);
		for (i = 0; question->args[i]; i++)
			printf(" %s", question->args[i]);
		printf(": %s (%d, %.300s)\n", wrong, answer.status, answer.said.buf);
	}
	answer_release(&answer);
}

static void damage_one(const struct fixture *fixture, const struct questions *questions, size_t number,
	const struct settings *settings, struct tally *tally)
{
	const struct victim *victim = &fixture->victims[number], *other = another_of(fixture, number);
	struct damage damage = { .content = STRBUF_INIT };
	bool thorough = settings->all || !victim_is_loose_object(victim);
	unsigned state = 0, forged = 0, turn = (unsigned)number;
	size_t i;

	while (damage_next(&damage, victim, other, thorough, &state) || forged_next(&damage, victim, &forged)) {
		if (damage_do(&damage, victim) == 0) {
			turn = (turn + 1) % (2 * (unsigned)questions->count);
			for (i = 0; i < questions->count; i++)
				if (settings->all || i == (turn % 2 ? 0 : turn / 2))
					try_one(fixture, &questions->items[i], victim, &damage, tally);
		}
		damage_undo(victim);
	}
	strbuf_release(&damage.content);
}

static void damage_fixture(struct fixture *fixture, const struct settings *settings, struct tally *tally)
{
	struct questions questions = { .count = 0 };
	size_t i;

	find_victims(fixture);
	ask_all(&questions, fixture);
	for (i = 0; i < fixture->count; i++)
		if (i % settings->of == settings->part &&
			(!settings->only || strstr(fixture->victims[i].path, settings->only)))
			damage_one(fixture, &questions, i, settings, tally);
	release_questions(&questions);
	release_victims(fixture);
}

static bool is_bare(const char *repository)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/.git", repository);
	return access(path, F_OK) < 0;
}

int main(int argc, char **argv)
{
	struct settings settings = { .of = 1 };
	struct tally tally = { 0, 0 };
	int at;

	for (at = 1; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
		if (strcmp(argv[at], "--all") == 0)
			settings.all = true;
		else if (at + 1 < argc && strcmp(argv[at], "--only") == 0)
			settings.only = argv[++at];
		else if (at + 1 >= argc || strcmp(argv[at], "--part") != 0 ||
			 sscanf(argv[++at], "%u/%u", &settings.part, &settings.of) != 2 || settings.of == 0)
			return 2;
	}
	for (; at + 1 < argc; at += 2) {
		struct fixture fixture = { .path = argv[at], .revision = argv[at + 1], .is_bare = is_bare(argv[at]) };

		damage_fixture(&fixture, &settings, &tally);
	}
	printf("%lu passed, %lu failed\n", tally.cases - tally.wrong, tally.wrong);
	return tally.wrong ? 1 : 0;
}
