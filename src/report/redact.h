/*
 * redact: keeping names and addresses out of a report. Private to src/report; pure.
 */
#ifndef REVIDENT_SRC_REPORT_REDACT_H
#define REVIDENT_SRC_REPORT_REDACT_H

#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/model/casefile.h"

/* What stands where something was taken out. */
#define REDACTED "[redacted]"

/*
 * Appends the text. Where the casefile has secrets, each whole word that is one, in any case, and everything that looks
 * like an e-mail address becomes REDACTED; without, the bytes go through.
 */
void redact(const struct casefile *file, struct text text, struct strbuf *out);

#endif
