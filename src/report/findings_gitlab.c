#include "findings_parts.h"
#include "json.h"
#include "revident/report/findings.h"

/* Two findings with one fingerprint are one to GitLab, so what else tells them apart is behind it. */
static json_t *from_finding(const struct finding *finding)
{
	char fingerprint[SHA256_HEX + 1];
	struct text path = finding->path.ptr ? finding->path : finding->environment;

	return json_pack("{s:o, s:s, s:s, s:s, s:{s:o, s:{s:i}}}", "description", json_from_text(finding->message),
		"check_name", rule_get(finding->rule)->name, "fingerprint", finding_fingerprint(finding, fingerprint),
		"severity", finding->level == LEVEL_ERROR ? "critical" : "minor", "location", "path",
		json_from_text(path), "lines", "begin", finding->line ? (int)finding->line : 1);
}

int findings_render_gitlab(const struct finding *findings, size_t count, struct strbuf *out, struct err *err)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		if (findings[i].level > LEVEL_NOTE)
			json_array_append_new(list, from_finding(&findings[i]));
	return json_document_of(out, list, err);
}
