/*
 * findings_parts: what the formats of findings share. Private to src/report.
 */
#ifndef REVIDENT_SRC_REPORT_FINDINGS_PARTS_H
#define REVIDENT_SRC_REPORT_FINDINGS_PARTS_H

#include "revident/base/digest.h"
#include "revident/base/strbuf.h"
#include "revident/model/finding.h"

/* What tells a finding from others wherever it stands: a digest of rule, environment, revision or else path. */
char *finding_fingerprint(const struct finding *finding, char out[SHA256_HEX + 1]);

/* A paragraph on a rule, for a list of them. */
void findings_add_rule(struct strbuf *out, const struct rule *rule);

#endif
