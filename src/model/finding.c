#include "revident/model/finding.h"

#include <stdlib.h>
#include <string.h>

int finding_compare(const struct finding *a, const struct finding *b)
{
	int order;

	if (a->level != b->level)
		return a->level > b->level ? -1 : 1;
	order = text_compare(a->environment, b->environment);
	if (!order)
		order = text_compare(a->path, b->path);
	if (order)
		return order;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	order = text_compare(a->revision, b->revision);
	return order ? order : text_compare(a->message, b->message);
}

static int compare(const void *a, const void *b)
{
	return finding_compare(a, b);
}

void findings_sort(struct finding *findings, size_t count)
{
	if (count)
		qsort(findings, count, sizeof(*findings), compare);
}

void findings_count(const struct finding *findings, size_t count, size_t counts[LEVEL_ERROR + 1])
{
	size_t i;

	memset(counts, 0, (LEVEL_ERROR + 1) * sizeof(counts[0]));
	for (i = 0; i < count; i++)
		counts[findings[i].level]++;
}
