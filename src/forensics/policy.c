#include "revident/forensics/policy.h"

#include <string.h>
#include <strings.h>

#include "revident/alembic/config.h"
#include "revident/base/printable.h"
#include "revident/base/version.h"
#include "revident/forensics/policy_file.h"

enum { HEADS_MAX = 10000 };

/* One source, read into entries. */
struct layer {
	const char *name;
	const struct policy_entry *entries;
	size_t count;
};

struct builder {
	struct arena *arena;
	struct policy *policy;
	size_t environment_cap, waiver_cap, prune_cap, ignored_cap;
	const struct layer *layer;
	unsigned layer_number; /* from 1 */
	const struct policy_entry *entry;
	struct err *err;
};

/* The full name of the entry's key, printable. */
static const char *shown_key(const struct builder *b)
{
	const struct policy_entry *e = b->entry;
	struct strbuf name = STRBUF_INIT;
	const char *copy;

	strbuf_add_printable_text(&name, e->section);
	if (e->subsection.ptr) {
		strbuf_addch(&name, '.');
		strbuf_add_printable_text(&name, e->subsection);
	}
	strbuf_addch(&name, '.');
	strbuf_add_printable_text(&name, e->key);
	copy = arena_memdup(b->arena, name.buf, name.len);
	strbuf_release(&name);
	return copy;
}

static const char *shown(const struct builder *b, struct text text)
{
	struct strbuf printable = STRBUF_INIT;
	const char *copy;

	strbuf_add_printable_text(&printable, text);
	copy = arena_memdup(b->arena, printable.buf, printable.len);
	strbuf_release(&printable);
	return copy;
}

/* Puts source and line in front of the message that is there. */
static int blame(const char *source, unsigned line, struct err *err)
{
	return line ? err_prefix(err, "'%s' line %u: ", source, line) : err_prefix(err, "'%s': ", source);
}

/* "KEY is VALUE, but must be WHAT" */
static int refuse(const struct builder *b, const char *what)
{
	err_set(b->err, ERR_USAGE, "'%s' is '%s', but must be %s", shown_key(b), shown(b, b->entry->value), what);
	return blame(b->layer->name, b->entry->line, b->err);
}

static int refuse_key(const struct builder *b, const char *why)
{
	err_set(b->err, ERR_USAGE, "%s '%s'", why, shown_key(b));
	return blame(b->layer->name, b->entry->line, b->err);
}

/* Room for one more element of `size` bytes in an array that lives in the arena. */
static void *grow(struct arena *arena, void *items, size_t count, size_t *cap, size_t size)
{
	void *larger;

	if (count < *cap)
		return items;
	*cap = *cap ? *cap * 2 : 8;
	larger = arena_calloc(arena, *cap, size);
	if (count)
		memcpy(larger, items, count * size);
	return larger;
}

/* The values of a later source take the place of those of an earlier one. */
static void list_add(struct builder *b, struct text_list *list, struct text value)
{
	if (list->layer != b->layer_number)
		list->count = 0;
	list->layer = b->layer_number;
	list->items = grow(b->arena, list->items, list->count, &list->cap, sizeof(*list->items));
	list->items[list->count++] = value;
}

/* --- [revident] --- */

static int set_protect(struct builder *b)
{
	if (text_equal(b->entry->value, TEXT_LITERAL("published")))
		b->policy->protect = PROTECT_PUBLISHED;
	else if (text_equal(b->entry->value, TEXT_LITERAL("all")))
		b->policy->protect = PROTECT_ALL;
	else
		return refuse(b, "'published' or 'all'");
	return 0;
}

static int add_ref(struct builder *b, struct text_list *list)
{
	if (b->entry->value.len == 0)
		return refuse(b, "the name of a ref or a pattern of names");
	list_add(b, list, b->entry->value);
	return 0;
}

static int add_protected_ref(struct builder *b)
{
	return add_ref(b, &b->policy->protected_refs);
}

static int add_deploy_ref(struct builder *b)
{
	return add_ref(b, &b->policy->deploy_refs);
}

static int check_requires(struct builder *b)
{
	int order;

	if (!policy_version_compare(b->entry->value, TEXT_LITERAL(REVIDENT_VERSION), &order))
		return refuse(b, "a version such as '" REVIDENT_VERSION "'");
	if (order <= 0)
		return 0;
	err_set(b->err, ERR_USAGE, "this repository requires revident %s or later, and this is %s: install a newer one",
		shown(b, b->entry->value), REVIDENT_VERSION);
	return blame(b->layer->name, b->entry->line, b->err);
}

/* --- [rule "NAME"] --- */

static int set_level(struct builder *b)
{
	enum rule_id rule;
	enum level level;

	if (!rule_find(b->entry->subsection, &rule))
		return refuse_key(b, "there is no such rule (`revident check --list-rules` names them):");
	if (!level_find(b->entry->value, &level))
		return refuse(b, "'error', 'warning', 'note' or 'off'");
	b->policy->levels[rule] = level;
	b->policy->has_level[rule] = true;
	return 0;
}

/* --- [environment "PATH"] --- */

/* A path of the repository. */
static int read_path(struct builder *b, struct text value, struct text *out)
{
	if (value.len > 0 && config_path_join(TEXT_LITERAL(""), value, b->arena, out))
		return 0;
	return refuse_key(b, "no path inside the repository in");
}

static struct policy_environment *get_environment(struct builder *b)
{
	struct policy *p = b->policy;
	struct policy_environment *made;
	struct text path;

	if (read_path(b, b->entry->subsection, &path) < 0)
		return NULL;
	for (size_t i = 0; i < p->environment_count; i++)
		if (text_equal(p->environments[i].path, path))
			return &p->environments[i];
	p->environments =
		grow(b->arena, p->environments, p->environment_count, &b->environment_cap, sizeof(*p->environments));
	made = &p->environments[p->environment_count++];
	memset(made, 0, sizeof(*made));
	made->path = path;
	return made;
}

static int add_versions(struct builder *b)
{
	struct policy_environment *environment = get_environment(b);
	struct text path;

	if (!environment || read_path(b, b->entry->value, &path) < 0)
		return -1;
	list_add(b, &environment->versions, path);
	return 0;
}

static int set_heads(struct builder *b)
{
	struct policy_environment *environment = get_environment(b);
	struct text value = b->entry->value;
	unsigned heads = 0;

	if (!environment)
		return -1;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9' || heads > HEADS_MAX)
			return refuse(b, "a number from 1 to 10000");
		heads = heads * 10 + (unsigned)(value.ptr[i] - '0');
	}
	if (heads < 1 || heads > HEADS_MAX)
		return refuse(b, "a number from 1 to 10000");
	environment->heads = heads;
	return 0;
}

static int add_external(struct builder *b)
{
	struct policy_environment *environment = get_environment(b);

	if (!environment)
		return -1;
	if (b->entry->value.len == 0)
		return refuse(b, "the id of a revision");
	list_add(b, &environment->external, b->entry->value);
	return 0;
}

/* A boolean as git takes it; a key without `=` is true. */
static int set_ignore(struct builder *b)
{
	static const char *const words[] = { "false", "no", "off", "0", "", "true", "yes", "on", "1" };
	struct policy_environment *environment = get_environment(b);
	struct text value = b->entry->value;

	if (!environment)
		return -1;
	if (!value.ptr) {
		environment->ignore = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (value.len != strlen(words[i]) || strncasecmp(value.ptr, words[i], value.len) != 0)
			continue;
		environment->ignore = i >= 5;
		return 0;
	}
	return refuse(b, "true or false");
}

/* --- [waiver "NAME"] --- */

static struct waiver *get_waiver(struct builder *b)
{
	struct policy *p = b->policy;
	struct waiver *made;

	for (size_t i = 0; i < p->waiver_count; i++)
		if (text_equal(p->waivers[i].name, b->entry->subsection))
			return &p->waivers[i];
	p->waivers = grow(b->arena, p->waivers, p->waiver_count, &b->waiver_cap, sizeof(*p->waivers));
	made = &p->waivers[p->waiver_count++];
	memset(made, 0, sizeof(*made));
	made->name = b->entry->subsection;
	made->source = b->layer->name;
	made->line = b->entry->line;
	return made;
}

static int add_waived_rule(struct builder *b)
{
	struct waiver *waiver = get_waiver(b);
	enum rule_id rule;

	if (!rule_find(b->entry->value, &rule))
		return refuse(b, "the name of a rule (`revident check --list-rules` names them)");
	if (waiver->rules_layer != b->layer_number)
		memset(waiver->rules, 0, sizeof(waiver->rules));
	waiver->rules_layer = b->layer_number;
	waiver->rules[rule] = true;
	return 0;
}

static int add_waived_revision(struct builder *b)
{
	if (b->entry->value.len == 0)
		return refuse(b, "the id of a revision");
	list_add(b, &get_waiver(b)->revisions, b->entry->value);
	return 0;
}

static int set_waived_environment(struct builder *b)
{
	struct waiver *waiver = get_waiver(b);

	waiver->has_environment = true;
	return read_path(b, b->entry->value, &waiver->environment);
}

static int set_waived_blob(struct builder *b)
{
	struct waiver *waiver = get_waiver(b);

	waiver->has_blob = true;
	if (!oid_parse(&waiver->blob, b->entry->value.ptr, b->entry->value.len))
		return refuse(b, "a whole object id, 40 hexadecimal digits");
	return 0;
}

static int set_waiver_reason(struct builder *b)
{
	get_waiver(b)->reason = b->entry->value;
	return 0;
}

/* --- [prune "REVISION"] --- */

static int set_prune_reason(struct builder *b)
{
	struct policy *p = b->policy;

	for (size_t i = 0; i < p->prune_count; i++) {
		if (!text_equal(p->prunes[i].revision, b->entry->subsection))
			continue;
		p->prunes[i].reason = b->entry->value;
		return 0;
	}
	p->prunes = grow(b->arena, p->prunes, p->prune_count, &b->prune_cap, sizeof(*p->prunes));
	p->prunes[p->prune_count++] =
		(struct prune){ b->entry->subsection, b->entry->value, b->layer->name, b->entry->line };
	return 0;
}

static const struct key {
	const char *section, *key;
	bool takes_name;     /* [section "name"] */
	bool may_lack_value; /* a key without `=` means something */
	int (*apply)(struct builder *b);
} keys[] = {
	{ "revident", "protect", false, false, set_protect },
	{ "revident", "protectedref", false, false, add_protected_ref },
	{ "revident", "deployref", false, false, add_deploy_ref },
	{ "revident", "requires", false, false, check_requires },
	{ "rule", "level", true, false, set_level },
	{ "environment", "versions", true, false, add_versions },
	{ "environment", "heads", true, false, set_heads },
	{ "environment", "external", true, false, add_external },
	{ "environment", "ignore", true, true, set_ignore },
	{ "waiver", "rule", true, false, add_waived_rule },
	{ "waiver", "revision", true, false, add_waived_revision },
	{ "waiver", "environment", true, false, set_waived_environment },
	{ "waiver", "blob", true, false, set_waived_blob },
	{ "waiver", "reason", true, false, set_waiver_reason },
	{ "prune", "reason", true, false, set_prune_reason },
};

static const struct key *find_key(const struct policy_entry *entry)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (text_equal(entry->section, text_of(keys[i].section)) &&
			text_equal(entry->key, text_of(keys[i].key)))
			return &keys[i];
	return NULL;
}

static int apply_entry(struct builder *b)
{
	const struct key *key = find_key(b->entry);

	if (!key || (!key->takes_name && b->entry->subsection.ptr))
		return refuse_key(b, "unknown key");
	if (key->takes_name && b->entry->subsection.len == 0)
		return refuse_key(b, "its section must have a name, as in '[section \"name\"]':");
	if (!b->entry->value.ptr && !key->may_lack_value)
		return refuse_key(b, "no value for");
	return key->apply(b);
}

/* Applies every entry, or only `requires`. */
static int apply_layers(struct builder *b, const struct layer *layers, size_t count, bool only_requires)
{
	for (size_t i = 0; i < count; i++) {
		b->layer = &layers[i];
		b->layer_number = (unsigned)i + 1;
		for (size_t j = 0; j < layers[i].count; j++) {
			b->entry = &layers[i].entries[j];
			if (only_requires && !text_equal(b->entry->key, TEXT_LITERAL("requires")))
				continue;
			if (apply_entry(b) < 0)
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
static void ignore(struct builder *b, const char *what, struct text name, const char *source, unsigned line)
{
	struct err sentence = { 0 };
	struct policy *p = b->policy;

	err_set(&sentence, ERR_USAGE, "the %s '%s' has no reason and does not count: add `reason = ...` to it", what,
		shown(b, name));
	blame(source, line, &sentence);
	p->ignored = grow(b->arena, p->ignored, p->ignored_count, &b->ignored_cap, sizeof(*p->ignored));
	p->ignored[p->ignored_count++] = arena_strdup(b->arena, sentence.msg);
}

static void drop_without_reason(struct builder *b)
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

static int check_complete(const struct builder *b)
{
	const struct policy *p = b->policy;

	for (size_t i = 0; i < p->waiver_count; i++) {
		const char *lacks = waiver_lacks(&p->waivers[i]);

		if (!lacks)
			continue;
		err_set(b->err, ERR_USAGE, "the waiver '%s' has no %s and does not count: add `%s = ...` to it",
			shown(b, p->waivers[i].name), lacks, lacks);
		return blame(p->waivers[i].source, p->waivers[i].line, b->err);
	}
	return 0;
}

static int read_layer(const struct policy_source *source, struct arena *arena, struct layer *out, struct err *err)
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
	struct builder b = { .arena = arena, .policy = out, .err = err };
	struct layer *layers = arena_calloc(arena, count, sizeof(*layers));

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < count; i++)
		if (read_layer(&sources[i], arena, &layers[i], err) < 0)
			return -1;
	if (apply_layers(&b, layers, count, true) < 0 || apply_layers(&b, layers, count, false) < 0)
		return -1;
	drop_without_reason(&b);
	return check_complete(&b);
}
