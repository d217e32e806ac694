#include "check_parts.h"

int check_merged(struct checking *c, const struct judge_case *judged)
{
	(void)judged;
	return err_set(c->err, ERR_USAGE, "not yet");
}
