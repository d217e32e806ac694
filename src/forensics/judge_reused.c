#include "judge_parts.h"

int judge_reused_ids(struct judging *j)
{
	(void)j;
	return 0;
}
