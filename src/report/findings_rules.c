#include "findings_parts.h"
#include "revident/base/strbuf.h"
#include "revident/report/findings.h"
#include "text.h"

char *finding_fingerprint(const struct finding *finding, char out[SHA256_HEX + 1])
{
	struct text subject = finding->revision.ptr ? finding->revision : finding->path;
	unsigned char digest[SHA256_BYTES];
	struct strbuf key = STRBUF_INIT;

	strbuf_addstr(&key, rule_get(finding->rule)->name);
	strbuf_addch(&key, '\0');
	if (finding->environment.ptr)
		strbuf_add(&key, finding->environment.ptr, finding->environment.len);
	strbuf_addch(&key, '\0');
	if (subject.ptr)
		strbuf_add(&key, subject.ptr, subject.len);
	sha256(key.buf, key.len, digest);
	strbuf_release(&key);
	return sha256_hex(digest, out);
}

void findings_add_rule(struct strbuf *out, const struct rule *rule)
{
	const struct styles *styles = styles_find(false);
	struct paragraph p;

	if (out->len)
		strbuf_addch(out, '\n');
	paragraph_begin(&p, out, styles, 0, 4);
	paragraph_addf(&p, "%s (%s): %s", rule->name, level_name(rule->level), rule->summary);
	paragraph_end(&p);
	paragraph_begin(&p, out, styles, 4, 4);
	paragraph_add(&p, rule->help);
	paragraph_end(&p);
}

void findings_render_rules(struct strbuf *out)
{
	int i;

	for (i = 0; i < RULE_COUNT; i++)
		findings_add_rule(out, rule_get((enum rule_id)i));
}
