#include <string.h>

#include "revident/forensics/policy.h"

static bool list_has(const struct text_list *list, struct text value)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_equal(list->items[i], value))
			return true;
	return false;
}

enum level policy_level(const struct policy *policy, enum rule_id rule)
{
	return policy->has_level[rule] ? policy->levels[rule] : rule_get(rule)->level;
}

/* A path as output shows it, where the top is ".", as the policy has it, where it is empty. */
static struct text policy_path(struct text path)
{
	return text_equal(path, TEXT_LITERAL(".")) ? TEXT_LITERAL("") : path;
}

static bool waiver_covers(const struct waiver *waiver, enum rule_id rule, struct text environment, struct text revision,
	const struct oid *blob)
{
	if (!waiver->rules[rule])
		return false;
	if (waiver->has_environment && !text_equal(waiver->environment, policy_path(environment)))
		return false;
	if (waiver->revisions.count > 0 && !list_has(&waiver->revisions, revision))
		return false;
	return !waiver->has_blob || (blob && oid_equal(&waiver->blob, blob));
}

const struct waiver *policy_waives(const struct policy *policy, enum rule_id rule, struct text environment,
	struct text revision, const struct oid *blob)
{
	for (size_t i = 0; i < policy->waiver_count; i++)
		if (waiver_covers(&policy->waivers[i], rule, environment, revision, blob))
			return &policy->waivers[i];
	return NULL;
}

const struct prune *policy_prune(const struct policy *policy, struct text revision)
{
	for (size_t i = 0; i < policy->prune_count; i++)
		if (text_equal(policy->prunes[i].revision, revision))
			return &policy->prunes[i];
	return NULL;
}

const struct policy_environment *policy_environment(const struct policy *policy, struct text path)
{
	for (size_t i = 0; i < policy->environment_count; i++)
		if (text_equal(policy->environments[i].path, policy_path(path)))
			return &policy->environments[i];
	return NULL;
}

/* A place to go back to: the pattern behind a star, and how much of the text the star has taken so far. */
struct star {
	const char *pattern; /* NULL: there was none */
	const char *text;
	bool whole_parts; /* `**` with a slash behind it takes whole parts of the path only */
};

/* `[...]` at `p`, which is moved behind it. Does it take `c`? A bracket that is not closed takes nothing. */
static bool bracket_takes(const char **p, const char *end, char c)
{
	const char *at = *p + 1;
	bool negated = at < end && (*at == '!' || *at == '^'), taken = false, first = true;

	for (at += negated; at < end && (first || *at != ']'); first = false) {
		unsigned char low = (unsigned char)*at++, high = low;

		if (at + 1 < end && *at == '-' && at[1] != ']') {
			high = (unsigned char)at[1];
			at += 2;
		}
		taken = taken || ((unsigned char)c >= low && (unsigned char)c <= high);
	}
	if (at == end) {
		*p = end;
		return false;
	}
	*p = at + 1;
	return c != '/' && taken != negated;
}

/* One element of the pattern that is no star, against one character. Moves behind the element. */
static bool element_takes(const char **p, const char *end, char c)
{
	if (**p == '[')
		return bracket_takes(p, end, c);
	if (**p == '?') {
		++*p;
		return c != '/';
	}
	if (**p == '\\' && *p + 1 < end)
		++*p;
	return *(*p)++ == c;
}

/* Lets the last star that can take more do so. */
static bool go_back(struct star *one, struct star *two, const char *text_end, const char **p, const char **t)
{
	struct star *star;

	if (one->pattern && one->text < text_end && *one->text != '/')
		star = one;
	else if (two->pattern && two->text < text_end)
		star = two;
	else
		return false;
	if (star == two)
		one->pattern = NULL;
	do
		star->text++;
	while (star->whole_parts && star->text[-1] != '/' && star->text < text_end);
	if (star->whole_parts && star->text[-1] != '/')
		return false;
	*p = star->pattern;
	*t = star->text;
	return true;
}

/*
 * Linear memory, at most pattern times text steps: a later star makes going back to an earlier one of its kind useless.
 */
static bool glob_match(struct text pattern, struct text text)
{
	const char *p = pattern.ptr, *p_end = p + pattern.len, *t = text.ptr, *t_end = t + text.len;
	struct star one = { NULL, NULL, false }, two = { NULL, NULL, false };

	for (;;) {
		const char *next = p;

		if (p < p_end && *p == '*') {
			bool is_double = p + 1 < p_end && p[1] == '*';
			bool at_part = p == pattern.ptr || p[-1] == '/';

			while (p < p_end && *p == '*')
				p++;
			if (!is_double) {
				one = (struct star){ p, t, false };
				continue;
			}
			one.pattern = NULL;
			two = (struct star){ p, t, at_part && p < p_end && *p == '/' };
			if (two.whole_parts)
				two.pattern = ++p;
			continue;
		}
		if (p == p_end && t == t_end)
			return true;
		if (p < p_end && t < t_end && element_takes(&next, p_end, *t)) {
			p = next;
			t++;
		} else if (!go_back(&one, &two, t_end, &p, &t)) {
			return false;
		}
	}
}

bool policy_ref_match(struct text pattern, struct text ref)
{
	static const char *const prefixes[] = { "refs/", "refs/heads/", "refs/tags/", "refs/remotes/" };
	struct text full = TEXT_LITERAL("refs/");

	if (glob_match(pattern, ref))
		return true;
	if (pattern.len >= full.len && memcmp(pattern.ptr, full.ptr, full.len) == 0)
		return false;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (ref.len > n && memcmp(ref.ptr, prefixes[i], n) == 0 &&
			glob_match(pattern, (struct text){ ref.ptr + n, ref.len - n }))
			return true;
	}
	return false;
}

bool policy_ref_matches(const struct text_list *patterns, struct text ref)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (policy_ref_match(patterns->items[i], ref))
			return true;
	return false;
}

enum { PARTS_MAX = 8, PART_MAX = 1000000 };

/* "0.1.0": its numbers, missing ones 0. */
static bool parse_version(struct text version, long parts[PARTS_MAX])
{
	size_t part = 0;
	bool after_digit = false;

	memset(parts, 0, PARTS_MAX * sizeof(*parts));
	for (size_t i = 0; i < version.len; i++) {
		char c = version.ptr[i];

		if (c == '.' && after_digit && part + 1 < PARTS_MAX) {
			part++;
			after_digit = false;
			continue;
		}
		if (c < '0' || c > '9' || parts[part] > PART_MAX)
			return false;
		parts[part] = parts[part] * 10 + (c - '0');
		after_digit = true;
	}
	return after_digit;
}

bool policy_version_compare(struct text a, struct text b, int *order)
{
	long left[PARTS_MAX], right[PARTS_MAX];

	if (!parse_version(a, left) || !parse_version(b, right))
		return false;
	*order = 0;
	for (size_t i = 0; i < PARTS_MAX && *order == 0; i++)
		*order = (left[i] > right[i]) - (left[i] < right[i]);
	return true;
}
