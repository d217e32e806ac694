#include <string.h>
#include <strings.h>

#include "policy_parts.h"
#include "revident/alembic/config.h"
#include "revident/base/printable.h"
#include "revident/base/version.h"

enum { HEADS_MAX = 10000 };

/* The full name of the entry's key, printable. */
static const char *shown_key(const struct policy_builder *b)
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

int policy_blame(const char *source, unsigned line, struct err *err)
{
	return line ? err_prefix(err, "'%s' line %u: ", source, line) : err_prefix(err, "'%s': ", source);
}

/* "KEY is VALUE, but must be WHAT" */
static int refuse(const struct policy_builder *b, const char *what)
{
	err_set(b->err, ERR_USAGE, "'%s' is '%s', but must be %s", shown_key(b),
		arena_printable(b->arena, b->entry->value), what);
	return policy_blame(b->layer->name, b->entry->line, b->err);
}

static int refuse_key(const struct policy_builder *b, const char *why)
{
	err_set(b->err, ERR_USAGE, "%s '%s'", why, shown_key(b));
	return policy_blame(b->layer->name, b->entry->line, b->err);
}

/* The values of a later source take the place of those of an earlier one. */
static void list_add(struct policy_builder *b, struct text_list *list, struct text value)
{
	if (list->layer != b->layer_number)
		list->count = 0;
	list->layer = b->layer_number;
	ARENA_GROW(b->arena, list->items, list->count);
	list->items[list->count++] = value;
}

/* --- [revident] --- */

static int set_protect(struct policy_builder *b)
{
	if (text_equal(b->entry->value, TEXT_LITERAL("published")))
		b->policy->protect = PROTECT_PUBLISHED;
	else if (text_equal(b->entry->value, TEXT_LITERAL("all")))
		b->policy->protect = PROTECT_ALL;
	else
		return refuse(b, "'published' or 'all'");
	return 0;
}

static int add_ref(struct policy_builder *b, struct text_list *list)
{
	if (b->entry->value.len == 0)
		return refuse(b, "the name of a ref or a pattern of names");
	list_add(b, list, b->entry->value);
	return 0;
}

static int add_protected_ref(struct policy_builder *b)
{
	return add_ref(b, &b->policy->protected_refs);
}

static int add_deploy_ref(struct policy_builder *b)
{
	return add_ref(b, &b->policy->deploy_refs);
}

static int check_requires(struct policy_builder *b)
{
	int order;

	if (!policy_version_compare(b->entry->value, TEXT_LITERAL(REVIDENT_VERSION), &order))
		return refuse(b, "a version such as '" REVIDENT_VERSION "'");
	if (order <= 0)
		return 0;
	err_set(b->err, ERR_USAGE, "this repository requires revident %s or later, and this is %s: install a newer one",
		arena_printable(b->arena, b->entry->value), REVIDENT_VERSION);
	return policy_blame(b->layer->name, b->entry->line, b->err);
}

/* --- [rule "NAME"] --- */

static int set_level(struct policy_builder *b)
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
static int read_path(struct policy_builder *b, struct text value, struct text *out)
{
	if (value.len > 0 && config_path_join(TEXT_LITERAL(""), value, b->arena, out))
		return 0;
	return refuse_key(b, "no path inside the repository in");
}

static struct policy_environment *get_environment(struct policy_builder *b)
{
	struct policy *p = b->policy;
	struct policy_environment *made;
	struct text path;

	if (read_path(b, b->entry->subsection, &path) < 0)
		return NULL;
	for (size_t i = 0; i < p->environment_count; i++)
		if (text_equal(p->environments[i].path, path))
			return &p->environments[i];
	ARENA_GROW(b->arena, p->environments, p->environment_count);
	made = &p->environments[p->environment_count++];
	memset(made, 0, sizeof(*made));
	made->path = path;
	return made;
}

static int add_versions(struct policy_builder *b)
{
	struct policy_environment *environment = get_environment(b);
	struct text path;

	if (!environment || read_path(b, b->entry->value, &path) < 0)
		return -1;
	list_add(b, &environment->versions, path);
	return 0;
}

static int set_heads(struct policy_builder *b)
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

static int add_external(struct policy_builder *b)
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
static int set_ignore(struct policy_builder *b)
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

static struct waiver *get_waiver(struct policy_builder *b)
{
	struct policy *p = b->policy;
	struct waiver *made;

	for (size_t i = 0; i < p->waiver_count; i++)
		if (text_equal(p->waivers[i].name, b->entry->subsection))
			return &p->waivers[i];
	ARENA_GROW(b->arena, p->waivers, p->waiver_count);
	made = &p->waivers[p->waiver_count++];
	memset(made, 0, sizeof(*made));
	made->name = b->entry->subsection;
	made->source = b->layer->name;
	made->line = b->entry->line;
	return made;
}

static int add_waived_rule(struct policy_builder *b)
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

static int add_waived_revision(struct policy_builder *b)
{
	if (b->entry->value.len == 0)
		return refuse(b, "the id of a revision");
	list_add(b, &get_waiver(b)->revisions, b->entry->value);
	return 0;
}

static int set_waived_environment(struct policy_builder *b)
{
	struct waiver *waiver = get_waiver(b);

	waiver->has_environment = true;
	return read_path(b, b->entry->value, &waiver->environment);
}

static int set_waived_blob(struct policy_builder *b)
{
	struct waiver *waiver = get_waiver(b);

	waiver->has_blob = true;
	if (!oid_parse(&waiver->blob, b->entry->value.ptr, b->entry->value.len))
		return refuse(b, "a whole object id, 40 hexadecimal digits");
	return 0;
}

static int set_waiver_reason(struct policy_builder *b)
{
	get_waiver(b)->reason = b->entry->value;
	return 0;
}

/* --- [prune "REVISION"] --- */

static int set_prune_reason(struct policy_builder *b)
{
	struct policy *p = b->policy;

	for (size_t i = 0; i < p->prune_count; i++) {
		if (!text_equal(p->prunes[i].revision, b->entry->subsection))
			continue;
		p->prunes[i].reason = b->entry->value;
		return 0;
	}
	ARENA_GROW(b->arena, p->prunes, p->prune_count);
	p->prunes[p->prune_count++] =
		(struct prune){ b->entry->subsection, b->entry->value, b->layer->name, b->entry->line };
	return 0;
}

static const struct key {
	const char *section, *key;
	bool takes_name;     /* [section "name"] */
	bool may_lack_value; /* a key without `=` means something */
	int (*apply)(struct policy_builder *b);
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

int policy_apply(struct policy_builder *b)
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
