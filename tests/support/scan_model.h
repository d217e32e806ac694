/*
 * scan_model: hand-made scans for the tests of the renderers. Each function fills the defaults in; a test changes what
 * it is about. Everything is static or in the arena that is given.
 */
#ifndef TESTS_SUPPORT_SCAN_MODEL_H
#define TESTS_SUPPORT_SCAN_MODEL_H

#include "revident/base/arena.h"
#include "revident/model/scan.h"

/* The object id that is one byte again and again: 0x11 is "1111...". */
struct oid model_oid(unsigned char byte);

/* A commit by Maja on 17 September 2025, 16:42:11 +0200, plus `days`. Its id is model_oid(byte). */
struct commit_info *model_commit(struct arena *arena, unsigned char byte, int days, const char *summary);

/* A migration with a message and one parent (NULL: a base). */
struct migration *model_migration(struct arena *arena, const char *revision, const char *parent, const char *message);

/* A file at migrations/versions/<name>.py that holds the migration; its blob is model_oid(byte). */
struct event_side model_side(
	struct arena *arena, const char *name, unsigned char byte, const struct migration *migration);

/* An event of that kind on `revision`, of "migrations"; nothing before and after. */
struct event *model_event(
	struct arena *arena, enum event_kind kind, const char *revision, const struct commit_info *commit);

/* A revision that `event` lost, retired, published, on HEAD. Path and blob are the event's before. */
struct lost_revision model_lost(const struct event *event);

/* A scan of HEAD: 7 commits, 5 files, one environment, nothing lost. */
struct scan model_scan(void);

/* The accident: 189b1231afd4 overwritten by 2a3f4c9d1cde, whose parent it is; in the tag v1.3. */
struct model_accident {
	struct event *event;
	struct lost_revision lost;
	struct missing_revision missing;
	struct scan scan;
};

/* A scan that finds it and nothing else, of a commit with that summary. */
struct model_accident *model_accident(struct arena *arena, const char *summary);

#endif
