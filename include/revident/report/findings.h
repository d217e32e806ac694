/*
 * findings: lists of findings in the formats that other programs read. Layer report; pure.
 *
 * One renderer a format, whatever command found them. Paths are relative to the top of the repository.
 */
#ifndef REVIDENT_REPORT_FINDINGS_H
#define REVIDENT_REPORT_FINDINGS_H

#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/model/finding.h"
#include "revident/model/provenance.h"

/* What a run of a command found, in the order of model/finding.h. */
struct findings_run {
	const struct finding *findings;
	size_t count;
	const char *const *limits; /* why it could not be decided, sentences */
	size_t limit_count;
	const struct provenance *provenance;
};

/*
 * SARIF 2.1.0: one run with every rule of the table. A finding's fingerprint is made of rule, environment and revision,
 * not of its line or commit. Limits become notifications, and make the run unsuccessful. 0 or -1.
 */
int findings_render_sarif(const struct findings_run *run, struct strbuf *out, struct err *err);

/* Workflow commands that GitHub Actions turns into annotations, a line each. */
void findings_render_github(const struct finding *findings, size_t count, const char *const *limits, size_t limit_count,
	struct strbuf *out);

/* GitLab's code quality report, without notes. 0 or -1. */
int findings_render_gitlab(const struct finding *findings, size_t count, struct strbuf *out, struct err *err);

/* All rules, a paragraph each: what `check --list-rules` prints. */
void findings_render_rules(struct strbuf *out);

#endif
