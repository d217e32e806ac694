/*
 * scan_json: the parts of a scan's document, which json and ndjson share, and the renderers that scan_formats.c has
 * rows for. Private to src/report. As in json.h, new references, or NULL where memory ended.
 */
#ifndef REVIDENT_SRC_REPORT_SCAN_JSON_H
#define REVIDENT_SRC_REPORT_SCAN_JSON_H

#include "json.h"
#include "revident/model/scan.h"
#include "revident/report/render.h"

#define SCAN_DOCUMENT "revident.scan.v1"

json_t *scan_json_repository(const struct repo_facts *facts);
json_t *scan_json_counts(const struct scan *scan);

json_t *scan_json_tip(const struct tip *tip);

/* A change of the index or the work tree: a json_item_fn. */
json_t *scan_json_change(const void *item);

/* A list of a scan: where it stands, and what it is called in either format. */
struct scan_list {
	const char *key;  /* in the document */
	const char *type; /* of a line */
	const void *items;
	size_t count, size;
	json_item_fn *make;
};

enum { SCAN_LISTS = 6 };

/* The lists in the document's order: environments, skipped ones, worktree, events, lost, missing. */
void scan_json_lists(const struct scan *scan, struct scan_list lists[SCAN_LISTS]);

int scan_render_json(
	const struct scan *scan, const struct render_options *options, struct strbuf *out, struct err *err);

/* Every missing and every lost revision as a finding, with the rule that is about it: SARIF 2.1.0. */
int scan_render_sarif(
	const struct scan *scan, const struct render_options *options, struct strbuf *out, struct err *err);

/*
 * One object a line: first {"type": "scan", ...} with all that is no list, then each item of each list, in the
 * document's order, with its kind as `type`: environment, skipped_environment, worktree, event, lost, missing.
 */
int scan_render_ndjson(
	const struct scan *scan, const struct render_options *options, struct strbuf *out, struct err *err);

int scan_render_text(
	const struct scan *scan, const struct render_options *options, struct strbuf *out, struct err *err);

#endif
