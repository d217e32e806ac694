#include <string.h>

#include "findings_parts.h"
#include "json.h"
#include "revident/base/version.h"
#include "revident/report/findings.h"

/* More results than this are refused by those who read them. */
enum { RESULTS_MAX = 25000 };

static const char *level_of(enum level level)
{
	return level == LEVEL_ERROR     ? "error"
	       : level == LEVEL_WARNING ? "warning"
	       : level == LEVEL_NOTE    ? "note"
					: "none";
}

static json_t *from_rules(void)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < RULE_COUNT; i++) {
		const struct rule *rule = rule_get((enum rule_id)i);

		json_array_append_new(
			list, json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}}", "id", rule->name, "shortDescription",
				      "text", rule->summary, "fullDescription", "text", rule->help,
				      "defaultConfiguration", "level", level_of(rule->level)));
	}
	return list;
}

/* A relative URI reference: what RFC 3986 does not take in a path is escaped, and a colon, which would end a scheme. */
static json_t *uri_of(struct text path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@";
	struct strbuf uri = STRBUF_INIT;
	json_t *value;
	size_t i;

	for (i = 0; i < path.len; i++) {
		if (path.ptr[i] && strchr(plain, path.ptr[i]))
			strbuf_addch(&uri, path.ptr[i]);
		else
			strbuf_addf(&uri, "%%%02X", (unsigned)(unsigned char)path.ptr[i]);
	}
	value = json_stringn(uri.buf, uri.len);
	strbuf_release(&uri);
	return value;
}

static json_t *message_of(const struct finding *finding)
{
	struct strbuf text = STRBUF_INIT;
	json_t *value;

	strbuf_add(&text, finding->message.ptr, finding->message.len);
	if (finding->hint.ptr) {
		strbuf_addch(&text, '\n');
		strbuf_add(&text, finding->hint.ptr, finding->hint.len);
	}
	value = json_from_text((struct text){ text.buf, text.len });
	strbuf_release(&text);
	return value;
}

static json_t *from_finding(const struct finding *finding)
{
	char fingerprint[SHA256_HEX + 1];
	struct text path = finding->path.ptr ? finding->path : finding->environment;

	return json_pack("{s:s, s:i, s:s, s:{s:o}, s:[{s:{s:{s:o, s:s}, s:{s:i}}}], s:{s:s}}", "ruleId",
		rule_get(finding->rule)->name, "ruleIndex", (int)finding->rule, "level", level_of(finding->level),
		"message", "text", message_of(finding), "locations", "physicalLocation", "artifactLocation", "uri",
		uri_of(path), "uriBaseId", "%SRCROOT%", "region", "startLine", finding->line ? (int)finding->line : 1,
		"partialFingerprints", "revisionIdentity/v1", finding_fingerprint(finding, fingerprint));
}

static json_t *from_limits(const char *const *limits, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:{s:o}}", "level", "error", "message", "text",
						    json_from_text(text_of(limits[i]))));
	return list;
}

/*
 * SARIF wants the repository's address beside the commit. Where nobody knows one, the commit's own identifier, which is
 * a URI and the same in every clone, says what was looked at.
 */
static json_t *from_provenance(const struct provenance *provenance)
{
	char hex[OID_HEX + 1];
	json_t *list = json_array(), *details;

	if (!provenance->has_commit)
		return list;
	oid_hex(&provenance->commit, hex);
	details = json_pack("{s:s, s:{s:s}}", "revisionId", hex, "mappedTo", "uriBaseId", "%SRCROOT%");
	if (provenance->remote.ptr)
		json_object_set_new(details, "repositoryUri", json_from_text(provenance->remote));
	else
		json_object_set_new(details, "repositoryUri", json_sprintf("swh:1:rev:%s", hex));
	if (provenance->branch.ptr)
		json_object_set_new(details, "branch", json_from_text(provenance->branch));
	json_array_append_new(list, details);
	return list;
}

int findings_render_sarif(const struct findings_run *run, struct strbuf *out, struct err *err)
{
	json_t *results = json_array();
	size_t i;

	for (i = 0; i < run->count && i < RESULTS_MAX; i++)
		json_array_append_new(results, from_finding(&run->findings[i]));
	return json_document_of(out,
		json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:[{s:b, s:o}], s:o, s:s, s:o}]}", "$schema",
			"https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool", "driver",
			"name", "revident", "version", REVIDENT_VERSION, "rules", from_rules(), "invocations",
			"executionSuccessful", run->limit_count == 0, "toolExecutionNotifications",
			from_limits(run->limits, run->limit_count), "versionControlProvenance",
			from_provenance(run->provenance), "columnKind", "utf16CodeUnits", "results", results),
		err);
}
