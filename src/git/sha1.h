/*
 * sha1: the checksum at the end of git's files, and objects' ids. Private to src/git; guards against damage, not
 * against forgery.
 */
#ifndef REVIDENT_SRC_GIT_SHA1_H
#define REVIDENT_SRC_GIT_SHA1_H

#include <stddef.h>

#include "revident/model/oid.h"

void sha1_of(const void *bytes, size_t len, struct oid *out);

/* The id of an object of `type` ("blob") with these bytes. */
void sha1_of_object(const char *type, const void *bytes, size_t len, struct oid *out);

#endif
