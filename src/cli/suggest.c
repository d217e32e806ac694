#include "revident/cli/options.h"

#include <string.h>

/* Names longer than this are no typing mistake of ours, and get no suggestion. */
enum { SUGGEST_MAX = 40 };

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* How many letters to insert, drop, change or swap with a neighbour (optimal string alignment). */
static size_t distance(const char *a, const char *b)
{
	size_t cost[SUGGEST_MAX + 1][SUGGEST_MAX + 1];
	size_t i, j, rows = strlen(a), columns = strlen(b);

	for (i = 0; i <= rows; i++)
		cost[i][0] = i;
	for (j = 0; j <= columns; j++)
		cost[0][j] = j;
	for (i = 1; i <= rows; i++) {
		for (j = 1; j <= columns; j++) {
			cost[i][j] = least(
				cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				cost[i - 2][j - 2] + 1 < cost[i][j])
				cost[i][j] = cost[i - 2][j - 2] + 1;
		}
	}
	return cost[rows][columns];
}

const char *suggest(const char *typed, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	size_t i, best = strlen(typed) / 3 + 2; /* a third of the letters may be wrong, and one in short names */

	if (strlen(typed) > SUGGEST_MAX)
		return NULL;
	for (i = 0; i < count; i++) {
		size_t away = strlen(names[i]) > SUGGEST_MAX ? best : distance(typed, names[i]);

		if (away < best && away < strlen(names[i])) {
			best = away;
			nearest = names[i];
		}
	}
	return nearest;
}
