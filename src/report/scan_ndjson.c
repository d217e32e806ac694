#include "revident/base/version.h"
#include "scan_json.h"

static json_t *header(const struct scan *scan)
{
	json_t *tips = json_array();
	size_t i;

	for (i = 0; tips && i < scan->tip_count; i++)
		if (json_array_append_new(tips, scan_json_tip(&scan->tips[i])) < 0)
			return NULL;
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "format", SCAN_DOCUMENT, "version", REVIDENT_VERSION,
		"repository", scan_json_repository(&scan->repository), "tips", tips, "counts", scan_json_counts(scan));
}

int scan_render_ndjson(
	const struct scan *scan, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct scan_list lists[SCAN_LISTS];
	size_t i, j;

	(void)options;
	if (json_line_add(out, "scan", header(scan), err) < 0)
		return -1;
	scan_json_lists(scan, lists);
	for (i = 0; i < SCAN_LISTS; i++) {
		const char *items = lists[i].items;

		for (j = 0; j < lists[i].count; j++)
			if (json_line_add(out, lists[i].type, lists[i].make(items + j * lists[i].size), err) < 0)
				return -1;
	}
	return 0;
}
