#include "revident/cli/options.h"

#include <assert.h>
#include <string.h>

#include "revident/base/printable.h"
#include "revident/base/strbuf.h"

struct parser {
	const struct opt_set *set;
	struct arena *arena;
	const char *const *args;
	size_t count, at; /* `at` is the argument that is read now */
	struct opt_given *given;
	size_t given_count;
	const char **operands;
	size_t operand_count;
	struct err *err;
};

/* How a message names the option: "--name", or "-C". In the arena. */
static const char *shown_option(struct arena *arena, const struct opt_spec *spec)
{
	return spec->name ? arena_printf(arena, "--%s", spec->name) : arena_printf(arena, "-%c", spec->letter);
}

static int unknown(struct parser *p, const char *typed, const char *name, size_t len)
{
	const char **names = arena_calloc(p->arena, p->set->count + 1, sizeof(*names));
	const char *near;
	size_t i, count = 0;

	for (i = 0; i < p->set->count; i++)
		if (p->set->items[i]->name)
			names[count++] = p->set->items[i]->name;
	near = suggest(arena_memdup(p->arena, name, len), names, count);
	if (near)
		return err_set(p->err, ERR_USAGE, "unknown option \"%s\"; did you mean \"--%s\"?",
			arena_printable(p->arena, text_of(typed)), near);
	return err_set(p->err, ERR_USAGE, "unknown option \"%s\"; --help lists the options",
		arena_printable(p->arena, text_of(typed)));
}

static int check_choice(struct parser *p, const struct opt_spec *spec, const char *value)
{
	struct strbuf choices = STRBUF_INIT;
	const char *const *choice;
	int rc = -1;

	for (choice = spec->choices; *choice; choice++) {
		if (!strcmp(*choice, value)) {
			rc = 0;
			goto done;
		}
		strbuf_addf(&choices, "%s%s", choices.len ? ", " : "", *choice);
	}
	err_set(p->err, ERR_USAGE, "%s takes no \"%s\"; it takes one of: %s", shown_option(p->arena, spec),
		arena_printable(p->arena, text_of(value)), choices.buf);
done:
	strbuf_release(&choices);
	return rc;
}

/* `value` NULL: the option's value, if it takes one, is the next argument. */
static int take(struct parser *p, const struct opt_spec *spec, const char *value)
{
	const char *shown = shown_option(p->arena, spec);

	if (spec->kind == OPT_FLAG) {
		if (value)
			return err_set(p->err, ERR_USAGE, "%s takes no value, but \"%s\" was given; leave it out",
				shown, arena_printable(p->arena, text_of(value)));
	} else if (spec->kind == OPT_MAYBE) {
		if (value && spec->choices && check_choice(p, spec, value) < 0)
			return -1;
		value = value ? value : "";
	} else {
		if (!value) {
			if (p->at + 1 >= p->count)
				return err_set(
					p->err, ERR_USAGE, "%s needs a value: %s %s", shown, shown, spec->metavar);
			value = p->args[++p->at];
		}
		if (spec->choices && check_choice(p, spec, value) < 0)
			return -1;
	}
	p->given[p->given_count++] = (struct opt_given){ spec, value };
	return 0;
}

static int parse_long(struct parser *p, const char *arg)
{
	const char *name = arg + 2;
	const char *equals = strchr(name, '=');
	size_t i, len = equals ? (size_t)(equals - name) : strlen(name);

	for (i = 0; i < p->set->count; i++) {
		const struct opt_spec *spec = p->set->items[i];

		if (spec->name && strlen(spec->name) == len && !memcmp(spec->name, name, len))
			return take(p, spec, equals ? equals + 1 : NULL);
	}
	return unknown(p, arg, name, len);
}

static const struct opt_spec *find_letter(const struct opt_set *set, char letter)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->items[i]->letter == letter)
			return set->items[i];
	return NULL;
}

static int parse_letters(struct parser *p, const char *arg)
{
	const char *at;

	for (at = arg + 1; *at; at++) {
		const struct opt_spec *spec = find_letter(p->set, *at);

		if (!spec)
			return unknown(p, arg, arg + 1, strlen(arg + 1));
		if (spec->kind != OPT_FLAG && spec->kind != OPT_MAYBE)
			return take(p, spec, at[1] ? at + 1 : NULL);
		if (take(p, spec, NULL) < 0)
			return -1;
	}
	return 0;
}

int options_parse(struct options *out, struct arena *arena, const struct opt_set *set, const char *const *args,
	size_t count, struct err *err)
{
	struct parser p = { .set = set, .arena = arena, .args = args, .count = count, .err = err };
	bool only_operands = false;
	size_t letters = 0, i;

	for (i = 0; i < count; i++)
		letters += strlen(args[i]);
	p.given = arena_calloc(arena, letters + 1, sizeof(*p.given)); /* joined letters are an option each */
	p.operands = arena_calloc(arena, count + 1, sizeof(*p.operands));
	for (p.at = 0; p.at < count; p.at++) {
		const char *arg = args[p.at];

		if (only_operands || arg[0] != '-' || !arg[1])
			p.operands[p.operand_count++] = arg;
		else if (!strcmp(arg, "--"))
			only_operands = true;
		else if ((arg[1] == '-' ? parse_long(&p, arg) : parse_letters(&p, arg)) < 0)
			return -1;
	}
	*out = (struct options){
		.set = *set,
		.given = p.given,
		.given_count = p.given_count,
		.operands = p.operands,
		.operand_count = p.operand_count,
	};
	return 0;
}

static bool is_named(const struct opt_spec *spec, const char *name)
{
	return spec->name ? !strcmp(spec->name, name) : spec->letter == name[0] && !name[1];
}

static void assert_in_table(const struct options *options, const char *name)
{
	size_t i;

	for (i = 0; i < options->set.count; i++)
		if (is_named(options->set.items[i], name))
			return;
	assert(false && "an option that is in no table was asked for");
}

bool opt_is_given(const struct options *options, const char *name)
{
	size_t i;

	assert_in_table(options, name);
	for (i = 0; i < options->given_count; i++)
		if (is_named(options->given[i].spec, name))
			return true;
	return false;
}

const char *opt_value(const struct options *options, const char *name)
{
	const char *value = NULL;
	size_t i;

	assert_in_table(options, name);
	for (i = 0; i < options->given_count; i++)
		if (is_named(options->given[i].spec, name))
			value = options->given[i].value;
	return value;
}

size_t opt_list(const struct options *options, struct arena *arena, const char *name, const char *const **out)
{
	const char **values = arena_calloc(arena, options->given_count + 1, sizeof(*values));
	size_t i, count = 0;

	assert_in_table(options, name);
	for (i = 0; i < options->given_count; i++)
		if (is_named(options->given[i].spec, name))
			values[count++] = options->given[i].value;
	*out = values;
	return count;
}
