#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "damage.h"
#include "revident/cli/cmd.h"

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* A ref, log or other such file that is not there was deleted; git keeps no list of what there should be. */
static bool may_be_missed(const struct victim *victim, const struct damage *damage)
{
	static const char *const files[] = { "refs/", "logs/", "worktrees/", "packed-refs", "shallow", "info/", "index",
		"config", "objects/info/alternates", "ORIG_HEAD" };
	const char *name = victim->relative;
	size_t i;

	if (begins(name, ".git/"))
		name += strlen(".git/");
	if (begins(name, "refs/") && damage->kind == DAMAGE_DIRECTORY)
		return true; /* git leaves empty directories behind */
	if (damage->kind != DAMAGE_GONE)
		return false;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (begins(name, files[i]))
			return true;
	return false;
}

/* Without these there is no repository, as git sees it: wrong usage. */
static bool makes_the_repository(const struct victim *victim)
{
	const char *name = strrchr(victim->relative, '/');

	name = name ? name + 1 : victim->relative;
	return strcmp(name, "HEAD") == 0 || strcmp(name, "commondir") == 0 || strcmp(name, ".git") == 0 ||
	       strcmp(name, "gitdir") == 0;
}

/* A HEAD that names a branch which is not born yet is in order. */
static bool is_head(const struct victim *victim)
{
	return strcmp(victim->relative, "HEAD") == 0 || strcmp(victim->relative, ".git/HEAD") == 0;
}

/* Text that may say something else as well: another ref's name, another setting. */
static bool has_words(const struct victim *victim)
{
	const char *name = strrchr(victim->relative, '/');

	name = name ? name + 1 : victim->relative;
	return strcmp(name, "packed-refs") == 0 || strcmp(name, "config") == 0;
}

/* Is there a member `key`, anywhere in the document, that is an array with something in it? */
static bool has_filled(const json_t *value, const char *key)
{
	const char *name;
	json_t *member;
	size_t i;

	if (json_is_object(value)) {
		json_object_foreach((json_t *)(uintptr_t)value, name, member)
		{
			if (strcmp(name, key) == 0 && json_array_size(member) > 0)
				return true;
			if (has_filled(member, key))
				return true;
		}
	}
	json_array_foreach(value, i, member)
	{
		if (has_filled(member, key))
			return true;
	}
	return false;
}

static bool holds(const json_t *list, const json_t *item, const char *key)
{
	const json_t *wanted = json_object_get(item, key), *other;
	size_t i;

	json_array_foreach(list, i, other)
	{
		if (json_equal(json_object_get(other, key), wanted))
			return true;
	}
	return false;
}

static bool is_loss(const json_t *event)
{
	static const char *const kinds[] = { "stripped", "reidentified", "overwritten", "deleted", "lost_in_merge" };
	const char *kind = json_string_value(json_object_get(event, "kind"));
	size_t i;

	for (i = 0; kind && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

/* Is something in the list of the new document whose revision the old one's list does not have? */
static const char *accuses(const json_t *before, const json_t *after, const char *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(after, list), i, item)
	{
		if (strcmp(list, "events") == 0 && !is_loss(item))
			continue;
		if (!holds(json_object_get(before, list), item, "revision"))
			return list;
	}
	return NULL;
}

/* A violation stands; history only adds to its words. */
static bool same_violations(const json_t *before, const json_t *after)
{
	return json_array_size(json_object_get(after, "violations")) > 0 &&
	       json_array_size(json_object_get(before, "violations")) ==
		       json_array_size(json_object_get(after, "violations"));
}

static const char *judge_documents(const struct answer *before, const struct answer *after, const struct victim *victim)
{
	static const char *const lists[] = { "lost", "missing", "events", "violations", "sources" };
	json_t *old = json_loadb(before->out.buf, before->out.len, 0, NULL),
	       *new = json_loadb(after->out.buf, after->out.len, 0, NULL);
	bool accusing = after->status == EXIT_FOUND && !is_head(victim) && !has_words(victim);
	const char *wrong = NULL;
	size_t i;

	if (old && !new)
		wrong = "what it prints is no JSON";
	else if (new && !is_head(victim) && !has_words(victim) && after->said.len == 0 && !has_filled(new, "limits") &&
		 !same_violations(old, new))
		wrong = "another answer, and no word about what could not be read";
	for (i = 0; new && !wrong &&accusing &&i < sizeof(lists) / sizeof(*lists); i++)
		if (accuses(old, new, lists[i]))
			wrong = "an accusation that was not made before";
	json_decref(old);
	json_decref(new);
	return wrong;
}

/* A report stands where it says what it lacks, and so does that a revision is present. */
static bool may_be_clean(const struct answer *before, const struct answer *after, const struct victim *victim)
{
	if (is_head(victim) || has_words(victim))
		return true;
	return (strstr(before->out.buf, "\"revident.report.") || strstr(before->out.buf, "\"revident.explain.")) &&
	       strstr(after->out.buf, "\"limits\": [\n");
}

static const char *judge_status(const struct answer *before, const struct answer *after, const struct victim *victim)
{
	switch (after->status) {
	case EXIT_CLEAN:
		return may_be_clean(before, after, victim) ? NULL : "clean, with another answer";
	case EXIT_FOUND:
		return before->status == EXIT_FOUND || is_head(victim) || has_words(victim)
			       ? NULL
			       : "a finding that was none before";
	case EXIT_USAGE:
		return makes_the_repository(victim) || has_words(victim) ? NULL : "wrong usage, it says";
	case EXIT_UNDECIDED:
		return after->out.len || after->said.len ? NULL : "undecided without a word";
	case 99:
		return "a sanitizer's finding";
	case 128 + 14:
	case 128 + 24:
		return "it does not end";
	default:
		return after->status > 128 ? "it crashes" : "an exit status that there is none";
	}
}

const char *verdict(const struct answer *before, const struct answer *after, const struct victim *victim,
	const struct damage *damage)
{
	const char *wrong;

	if (after->status == before->status && after->out.len == before->out.len &&
		memcmp(after->out.buf, before->out.buf, after->out.len) == 0)
		return NULL;
	if (may_be_missed(victim, damage) && after->status <= EXIT_UNDECIDED)
		return NULL;
	wrong = judge_status(before, after, victim);
	return wrong || after->out.len == 0 ? wrong : judge_documents(before, after, victim);
}
