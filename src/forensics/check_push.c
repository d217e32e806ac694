#include "check_parts.h"

int check_push(struct checking *c)
{
	return err_set(c->err, ERR_USAGE, "not yet");
}

int check_receive(struct checking *c)
{
	return err_set(c->err, ERR_USAGE, "not yet");
}
