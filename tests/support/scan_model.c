#include "scan_model.h"

#include <string.h>

#include "revident/base/text.h"

struct oid model_oid(unsigned char byte)
{
	struct oid id;

	memset(id.bytes, byte, sizeof(id.bytes));
	return id;
}

struct commit_info *model_commit(struct arena *arena, unsigned char byte, int days, const char *summary)
{
	struct commit_info *commit = arena_alloc(arena, sizeof(*commit));
	struct oid *parent = arena_alloc(arena, sizeof(*parent));

	*parent = model_oid((unsigned char)(byte - 1));
	commit->id = model_oid(byte);
	commit->parents = parent;
	commit->parent_count = 1;
	commit->author = (struct signature){
		.name = TEXT_LITERAL("Maja Lindqvist"),
		.email = TEXT_LITERAL("maja@habits.example"),
		.has_time = true,
		.time = 1758120131 + (int64_t)days * 86400,
		.offset = 120,
	};
	commit->committer = commit->author;
	commit->summary = commit->message = text_of(summary);
	return commit;
}

struct migration *model_migration(struct arena *arena, const char *revision, const char *parent, const char *message)
{
	struct migration *m = arena_alloc(arena, sizeof(*m));
	struct text *values = arena_calloc(arena, 2, sizeof(*values));

	values[0] = text_of(revision);
	values[1] = text_of(parent);
	m->revision = (struct binding){ .kind = BINDING_LITERAL, .values = values, .count = 1, .line = 11 };
	m->down_revision =
		(struct binding){ .kind = BINDING_LITERAL, .values = values + 1, .count = parent ? 1 : 0, .line = 12 };
	m->message = text_of(message);
	return m;
}

struct event_side model_side(
	struct arena *arena, const char *name, unsigned char byte, const struct migration *migration)
{
	return (struct event_side){
		.path = text_of(arena_printf(arena, "migrations/versions/%s.py", name)),
		.blob = model_oid(byte),
		.revision = migration ? migration_id(migration) : TEXT_NONE,
		.migration = migration,
	};
}

struct event *model_event(
	struct arena *arena, enum event_kind kind, const char *revision, const struct commit_info *commit)
{
	struct event *event = arena_alloc(arena, sizeof(*event));

	*event = (struct event){
		.kind = kind,
		.environment = TEXT_LITERAL("migrations"),
		.revision = text_of(revision),
		.similarity = SIMILARITY_NULL,
		.continues_as.similarity = SIMILARITY_NULL,
		.commit = commit,
		.has_parent = true,
		.parent = commit->parents[0],
	};
	return event;
}

struct lost_revision model_lost(const struct event *event)
{
	static const struct text head[] = { { "HEAD", 4 } };

	return (struct lost_revision){
		.revision = event->revision,
		.environment = event->environment,
		.status = LOST_RETIRED,
		.cause = event->kind,
		.published = true,
		.loss = event,
		.removed_by = event->commit,
		.last_commit = event->parent,
		.path = event->before.path,
		.blob = event->before.blob,
		.migration = event->before.migration,
		.continues_as = event->continues_as,
		.at_head = true,
		.tips = { .names = head, .count = 1 },
	};
}

struct scan model_scan(void)
{
	static const struct text versions[] = { { "migrations/versions", 19 } };
	static const struct environment environments[] = { {
		.path = { "migrations", 10 },
		.versions = versions,
		.version_count = 1,
		.found_by = { "alembic.ini", 11 },
	} };
	static struct tip tips[] = { { .ref = { "HEAD", 4 } } };

	memset(tips[0].commit.bytes, 0x77, OID_BYTES);
	return (struct scan){
		.repository = { .head = TEXT_LITERAL("refs/heads/main"),
			.has_commit = true,
			.commit = model_oid(0x77) },
		.tips = tips,
		.tip_count = 1,
		.counts = { .commits = 7, .blobs = 5 },
		.environments = environments,
		.environment_count = 1,
	};
}

struct model_accident *model_accident(struct arena *arena, const char *summary)
{
	static const struct text referencing[] = { { "2a3f4c9d1cde", 12 } };
	static const struct text tag[] = { { "v1.3", 4 } };
	struct model_accident *a = arena_alloc(arena, sizeof(*a));

	a->event = model_event(arena, EVENT_OVERWRITTEN, "189b1231afd4", model_commit(arena, 0x60, 0, summary));
	a->event->before = model_side(arena, "189b1231afd4_bootstrap_tables", 0x11,
		model_migration(arena, "189b1231afd4", NULL, "bootstrap tables"));
	a->event->after = model_side(arena, "189b1231afd4_bootstrap_tables", 0x22,
		model_migration(arena, "2a3f4c9d1cde", "189b1231afd4", "add cascade deletes"));
	a->event->similarity = 0.05;
	a->lost = model_lost(a->event);
	a->lost.status = LOST_BROKEN;
	a->lost.referenced_by = referencing;
	a->lost.referenced_count = 1;
	a->lost.tags = (struct ref_names){ tag, 1, 0 };
	a->missing = (struct missing_revision){
		.revision = a->lost.revision,
		.environment = a->lost.environment,
		.referenced_by = referencing,
		.referenced_count = 1,
		.referencing_path = a->lost.path,
		.referencing_line = 12,
		.ever_in_history = true,
		.decides = true,
		.tips = a->lost.tips,
	};
	a->scan = model_scan();
	a->scan.lost = &a->lost;
	a->scan.missing = &a->missing;
	a->scan.lost_count = a->scan.missing_count = 1;
	a->scan.counts.losses = a->scan.counts.lost = a->scan.counts.broken = 1;
	return a;
}
