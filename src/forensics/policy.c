#include "revident/forensics/policy.h"

#include <string.h>

#include "policy_parts.h"
#include "revident/base/arena.h"
#include "revident/base/printable.h"

/* Applies every entry, or only `requires`. */
static int apply_layers(struct policy_builder *b, const struct policy_layer *layers, size_t count, bool only_requires)
{
	for (size_t i = 0; i < count; i++) {
		b->layer = &layers[i];
		b->layer_number = (unsigned)i + 1;
		for (size_t j = 0; j < layers[i].count; j++) {
			b->entry = &layers[i].entries[j];
			if (only_requires && !text_equal(b->entry->key, TEXT_LITERAL("requires")))
				continue;
			if (policy_apply(b) < 0)
				return -1;
		}
	}
	return 0;
}

static bool is_blank(struct text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != ' ' && text.ptr[i] != '\t' && text.ptr[i] != '\n')
			return false;
	return true;
}

/* A sentence on a waiver or a prune without a reason, which is left out. */
static void ignore(struct policy_builder *b, const char *what, struct text name, const char *source, unsigned line)
{
	struct err sentence = { 0 };
	struct policy *p = b->policy;

	err_set(&sentence, ERR_USAGE, "the %s '%s' has no reason and does not count: add `reason = ...` to it", what,
		arena_printable(b->arena, name));
	policy_blame(source, line, &sentence);
	ARENA_GROW(b->arena, p->ignored, p->ignored_count);
	p->ignored[p->ignored_count++] = arena_strdup(b->arena, sentence.msg);
}

static void drop_without_reason(struct policy_builder *b)
{
	struct policy *p = b->policy;
	size_t i, n = 0;

	for (i = 0; i < p->waiver_count; i++)
		if (is_blank(p->waivers[i].reason))
			ignore(b, "waiver", p->waivers[i].name, p->waivers[i].source, p->waivers[i].line);
		else
			p->waivers[n++] = p->waivers[i];
	p->waiver_count = n;
	for (i = n = 0; i < p->prune_count; i++)
		if (is_blank(p->prunes[i].reason))
			ignore(b, "prune", p->prunes[i].revision, p->prunes[i].source, p->prunes[i].line);
		else
			p->prunes[n++] = p->prunes[i];
	p->prune_count = n;
}

/* What a waiver lacks to say what it is about, or NULL. */
static const char *waiver_lacks(const struct waiver *waiver)
{
	bool has_rule = false, of_change = false;

	for (int i = 0; i < RULE_COUNT; i++) {
		has_rule = has_rule || waiver->rules[i];
		of_change = of_change || (waiver->rules[i] && rule_get((enum rule_id)i)->group == RULE_OF_CHANGE);
	}
	if (!has_rule)
		return "rule";
	return of_change && waiver->revisions.count == 0 ? "revision" : NULL;
}

static int check_complete(const struct policy_builder *b)
{
	const struct policy *p = b->policy;

	for (size_t i = 0; i < p->waiver_count; i++) {
		const char *lacks = waiver_lacks(&p->waivers[i]);

		if (!lacks)
			continue;
		err_set(b->err, ERR_USAGE, "the waiver '%s' has no %s and does not count: add `%s = ...` to it",
			arena_printable(b->arena, p->waivers[i].name), lacks, lacks);
		return policy_blame(p->waivers[i].source, p->waivers[i].line, b->err);
	}
	return 0;
}

static int read_layer(
	const struct policy_source *source, struct arena *arena, struct policy_layer *out, struct err *err)
{
	struct policy_file file;
	struct policy_entry *entries;

	out->name = source->name;
	if (source->bytes) {
		if (policy_file_parse(source->bytes, source->len, source->name, arena, &file, err) < 0)
			return -1;
		out->entries = file.entries;
		out->count = file.count;
		return 0;
	}
	entries = arena_calloc(arena, source->pair_count, sizeof(*entries));
	out->entries = entries;
	for (size_t i = 0; i < source->pair_count; i++)
		out->count +=
			policy_pair_read(source->pairs[i].key, source->pairs[i].value, arena, &entries[out->count]);
	return 0;
}

int policy_parse(
	const struct policy_source *sources, size_t count, struct arena *arena, struct policy *out, struct err *err)
{
	struct policy_builder b = { .arena = arena, .policy = out, .err = err };
	struct policy_layer *layers = arena_calloc(arena, count, sizeof(*layers));

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < count; i++)
		if (read_layer(&sources[i], arena, &layers[i], err) < 0)
			return -1;
	if (apply_layers(&b, layers, count, true) < 0 || apply_layers(&b, layers, count, false) < 0)
		return -1;
	drop_without_reason(&b);
	return check_complete(&b);
}
