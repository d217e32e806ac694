#include "audit_formats.h"

#include <stdlib.h>
#include <string.h>

#include "findings_parts.h"
#include "revident/base/xalloc.h"
#include "revident/report/findings.h"

const char *const audit_format_names[] = { "text", "json", "ndjson", "sarif", "mermaid", "svg", NULL };

/* The findings of all environments, in the one order. */
static int render_sarif(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct findings_run run;
	struct finding *all;
	size_t count = 0, i, k;
	int rc;

	(void)options;
	for (i = 0; i < audit->environment_count; i++)
		count += audit->environments[i].finding_count;
	all = xcalloc(count + 1, sizeof(*all));
	count = 0;
	for (i = 0; i < audit->environment_count; i++)
		for (k = 0; k < audit->environments[i].finding_count; k++)
			all[count++] = audit->environments[i].findings[k];
	findings_sort(all, count);
	run = (struct findings_run){ all, count, audit->limits, audit->limit_count, &audit->provenance };
	rc = findings_render_sarif(&run, out, err);
	free(all);
	return rc;
}

static const struct audit_format formats[] = {
	{ "text", audit_render_text },
	{ "json", audit_render_json },
	{ "ndjson", audit_render_ndjson },
	{ "sarif", render_sarif },
	{ "mermaid", audit_render_mermaid },
	{ "svg", audit_render_svg },
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
	int i;

	for (i = 0; i < RULE_COUNT; i++)
		if (rule_get((enum rule_id)i)->group == RULE_OF_TREE)
			findings_add_rule(out, rule_get((enum rule_id)i));
}
