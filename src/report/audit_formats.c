#include "audit_formats.h"

#include <string.h>

#include "text.h"

const char *const audit_format_names[] = { "text", "json", NULL };

static const struct audit_format formats[] = {
	{ "text", audit_render_text },
	{ "json", audit_render_json },
};

const struct audit_format *audit_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

void audit_render_rules(struct strbuf *out)
{
	const struct styles *styles = styles_find(false);
	struct paragraph p;
	int i;

	for (i = 0; i < RULE_COUNT; i++) {
		const struct rule *rule = rule_get((enum rule_id)i);

		if (rule->group != RULE_OF_TREE)
			continue;
		if (i)
			strbuf_addch(out, '\n');
		paragraph_begin(&p, out, styles, 0, 4);
		paragraph_addf(&p, "%s (%s): %s", rule->name, level_name(rule->level), rule->summary);
		paragraph_end(&p);
		paragraph_begin(&p, out, styles, 4, 4);
		paragraph_add(&p, rule->help);
		paragraph_end(&p);
	}
}
