#include <stdlib.h>
#include <string.h>

#include "judge_parts.h"
#include "revident/alembic/config.h"
#include "revident/base/printable.h"
#include "revident/base/shell.h"

static const char *how_to_waive(const struct judging *j)
{
	return j->judge->options.policy_is_of_base
		       ? "say so in .revident, and why, in a push of its own before this one"
		       : "say so in .revident, and why";
}

static const char *shown_path(struct judging *j, const struct place *place)
{
	return study_shown(j->study, study_path_text(j->study, place->path));
}

/* The id that a place declares now, or NULL. */
static const char *id_at(struct judging *j, const struct place *place)
{
	uint32_t revision = place->blob == BLOB_NONE ? INTERN_NONE : j->study->blobs[place->blob].revision;

	return revision == INTERN_NONE ? NULL : study_shown(j->study, study_revision_text(j->study, revision));
}

static void add_parents(struct judging *j, struct strbuf *out, uint32_t blob)
{
	const struct migration *m = blob == BLOB_NONE ? NULL : j->study->blobs[blob].migration;
	size_t i;

	if (!m || m->down_revision.kind == BINDING_DYNAMIC) {
		strbuf_addstr(out, "something computed");
		return;
	}
	for (i = 0; i < m->down_revision.count; i++) {
		strbuf_addstr(out, i ? ", " : "");
		strbuf_add_printable_text(out, m->down_revision.values[i]);
	}
	if (!i)
		strbuf_addstr(out, "nothing");
}

/* "189b1231afd4 ("bootstrap tables"), published on refs/remotes/origin/main and in v1.3," */
static void add_subject(
	struct judging *j, const struct charge *charge, const struct holding *holding, bool by_base, struct strbuf *out)
{
	const struct place *known = charge->before.path != INTERN_NONE ? &charge->before : &charge->after;
	const struct migration *m = known->blob == BLOB_NONE ? NULL : j->study->blobs[known->blob].migration;
	struct text tag = holding->tag, prefix = TEXT_LITERAL("refs/tags/");

	strbuf_add_printable_text(out, study_revision_text(j->study, charge->revision));
	if (m && m->message.len) {
		strbuf_addstr(out, " (\"");
		strbuf_add_printable_text(out, m->message);
		strbuf_addstr(out, "\")");
	}
	if (charge->rule == RULE_MOVED)
		return;
	if (tag.ptr && tag.len > prefix.len && memcmp(tag.ptr, prefix.ptr, prefix.len) == 0)
		tag = (struct text){ tag.ptr + prefix.len, tag.len - prefix.len };
	if (holding->ref.ptr)
		strbuf_addf(out, ", published on %s", study_shown(j->study, holding->ref));
	if (tag.ptr)
		strbuf_addf(out, "%s %s", holding->ref.ptr ? " and in tag" : ", published in tag",
			study_shown(j->study, tag));
	if (holding->tag_count > 1)
		strbuf_addf(out, " and %zu more", holding->tag_count - 1);
	if (!holding->ref.ptr && !tag.ptr)
		strbuf_addstr(out, by_base ? ", protected here" : ", not published yet");
	strbuf_addch(out, ',');
}

/* What the change does to it. */
static void add_predicate(struct judging *j, const struct charge *charge, struct strbuf *out)
{
	const char *now = id_at(j, &charge->after), *goes_on = id_at(j, &charge->continues_as);

	switch (charge->rule) {
	case RULE_IDENTITY_OVERWRITTEN:
		strbuf_addf(out, " is lost: its file %s now holds %s", shown_path(j, &charge->before), now);
		break;
	case RULE_IDENTITY_EDITED:
		strbuf_addf(out, " is lost: its content now calls itself %s in %s", goes_on ? goes_on : now,
			shown_path(j, goes_on ? &charge->continues_as : &charge->after));
		break;
	case RULE_IDENTITY_STRIPPED:
		strbuf_addf(out, " is lost: its file %s is no migration any more", shown_path(j, &charge->before));
		break;
	case RULE_IDENTITY_DELETED:
		strbuf_addf(out, " is lost: its file %s is gone", shown_path(j, &charge->before));
		break;
	case RULE_IDENTITY_LOST_IN_MERGE:
		strbuf_addf(out, " is lost: one parent of the merge has it in %s, and the merge drops it",
			shown_path(j, &charge->before));
		break;
	case RULE_IDENTITY_REPLACED:
		strbuf_addf(out, " now names another migration: the content of %s is another",
			shown_path(j, &charge->after));
		break;
	case RULE_IDENTITY_REUSED:
		strbuf_addf(out, " is an id that was taken: %s", charge->since);
		break;
	case RULE_REPARENTED:
		strbuf_addstr(out, " got another parent: down_revision was ");
		add_parents(j, out, charge->before.blob);
		strbuf_addstr(out, " and is ");
		add_parents(j, out, charge->after.blob);
		break;
	case RULE_CONTENT_EDITED:
		strbuf_addf(out, " was changed in %s: a database that ran it will not run it again",
			shown_path(j, &charge->after));
		break;
	default:
		strbuf_addf(out, " moved from %s to %s", shown_path(j, &charge->before), shown_path(j, &charge->after));
		break;
	}
}

/* `git mv PATH NEW`, where what took the path has a name that is free in its directory. */
static void add_move_away(struct judging *j, const struct charge *charge, struct strbuf *out)
{
	const struct blob *usurper = charge->after.blob == BLOB_NONE ? NULL : &j->study->blobs[charge->after.blob];
	const struct create_date date = { .year = 1970, .month = 1, .day = 1 };
	struct text from = study_path_text(j->study, charge->before.path), name, to;
	struct source_entry entry;
	struct err why = { 0 };
	size_t dir = from.len - text_base_name(from).len;

	if (!usurper || usurper->revision == INTERN_NONE || charge->after.path != charge->before.path ||
		config_migration_name(NULL, study_revision_text(j->study, usurper->revision),
			usurper->migration->message, &date, &j->study->arena, &name, &why) < 0)
		return;
	to = study_sentence(j->study, "%.*s%.*s", (int)dir, from.ptr, (int)name.len, name.ptr);
	if (source_find(judging_target(j)->source, to, &entry, &why) != 0)
		return;
	strbuf_addstr(out, "\n\tgit mv -- ");
	strbuf_add_shell_word(out, from);
	strbuf_addch(out, ' ');
	strbuf_add_shell_word(out, to);
}

/* The first base that has the file as it was: of a merge it need not be HEAD. */
static size_t base_with(struct judging *j, const struct place *place)
{
	struct text path = study_path_text(j->study, place->path);
	struct source_entry entry;
	struct err why = { 0 };
	size_t i;

	for (i = 0; i < j->judged->base_count; i++)
		if (source_find(j->sides[i].source, path, &entry, &why) == 1 &&
			oid_equal(&entry.id, &j->study->blobs[place->blob].id))
			return i;
	return 0;
}

/* `git checkout WHERE -- PATH`, on a line of its own behind a tab */
static void add_restore(struct judging *j, const struct charge *charge, struct strbuf *out)
{
	const struct judge_case *judged = j->judged;
	size_t base = base_with(j, &charge->before);
	char hex[OID_HEX + 1];

	strbuf_addch(out, ':');
	if (charge->rule == RULE_IDENTITY_OVERWRITTEN)
		add_move_away(j, charge, out);
	strbuf_addstr(out, "\n\tgit checkout ");
	if (base == 0 && judged->restore_from.ptr)
		strbuf_add_shell_word(out, judged->restore_from);
	else
		strbuf_addstr(out, oid_hex(&judged->bases[base].commit, hex));
	strbuf_addstr(out, " -- ");
	strbuf_add_shell_pathspec(out, study_path_text(j->study, charge->before.path));
}

/* `git mv NEW OLD` */
static void add_move_back(struct judging *j, const struct charge *charge, struct strbuf *out)
{
	strbuf_addstr(out, "Move it back:\n\tgit mv -- ");
	strbuf_add_shell_word(out, study_path_text(j->study, charge->after.path));
	strbuf_addch(out, ' ');
	strbuf_add_shell_word(out, study_path_text(j->study, charge->before.path));
}

static void add_hint(struct judging *j, const struct charge *charge, struct strbuf *out)
{
	switch (charge->rule) {
	case RULE_IDENTITY_OVERWRITTEN:
		strbuf_addstr(out,
			"If a database has run it: give the new migration a file of its own, and put the old "
			"one back");
		add_restore(j, charge, out);
		break;
	case RULE_IDENTITY_REUSED:
		strbuf_addstr(out, "If a database has run the former one: give the new migration an id of its own, in "
				   "the file and in those that name it");
		break;
	case RULE_REPARENTED:
		strbuf_addstr(out, "If a database has run it: put down_revision back, and join branches with `alembic "
				   "merge`");
		add_restore(j, charge, out);
		break;
	case RULE_IDENTITY_REPLACED:
	case RULE_CONTENT_EDITED:
		strbuf_addstr(out, "If a database has run it: restore it, and write the change as a new migration");
		add_restore(j, charge, out);
		break;
	case RULE_MOVED:
		add_move_back(j, charge, out);
		strbuf_addf(out, "\nIf it is to stay there: %s:", how_to_waive(j));
		return;
	default:
		strbuf_addstr(out, "If a database has run it: restore it, and write a new migration that undoes it");
		add_restore(j, charge, out);
		break;
	}
	strbuf_addf(out, "\nIf none has: %s:", how_to_waive(j));
}

void judge_describe(struct judging *j, const struct charge *charge, const struct holding *holding, bool by_base,
	enum level level, struct verdict_words *out)
{
	struct strbuf message = STRBUF_INIT, hint = STRBUF_INIT;
	const char *since;

	add_subject(j, charge, holding, by_base, &message);
	add_predicate(j, charge, &message);
	since = judge_since(j, charge, level);
	if (since)
		strbuf_addf(&message, "; %s", since);
	if (level > LEVEL_NOTE)
		add_hint(j, charge, &hint);
	out->message = (struct text){ arena_memdup(&j->study->arena, message.buf, message.len), message.len };
	out->hint =
		hint.len ? (struct text){ arena_memdup(&j->study->arena, hint.buf, hint.len), hint.len } : TEXT_NONE;
	strbuf_release(&message);
	strbuf_release(&hint);
}

/* What git's configuration can say of a byte that no line may hold as it is; NULL for others. */
static const char *config_escape(char byte)
{
	switch (byte) {
	case '\n':
		return "\\n";
	case '\t':
		return "\\t";
	case '\b':
		return "\\b";
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	default:
		return NULL;
	}
}

/* A value of git's configuration: in quotes where it needs them. Bytes that it cannot say are shown, no more. */
static void add_config_value(struct judging *j, struct strbuf *out, struct text text)
{
	bool quoted = text.len == 0 || memchr(text.ptr, '#', text.len) || memchr(text.ptr, ';', text.len) ||
		      memchr(text.ptr, ' ', text.len);
	struct strbuf value = STRBUF_INIT;
	size_t i, plain = 0;

	for (i = 0; i <= text.len; i++) {
		const char *escape = i < text.len ? config_escape(text.ptr[i]) : "";

		if (!escape)
			continue;
		strbuf_addstr(&value, study_shown(j->study, (struct text){ text.ptr + plain, i - plain }));
		strbuf_addstr(&value, escape);
		quoted = quoted || *escape;
		plain = i + 1;
	}
	strbuf_addf(out, quoted ? "\"%s\"" : "%s", value.buf);
	strbuf_release(&value);
}

/* A subsection, which holds any byte but a newline, and escapes two. */
static void add_config_name(struct strbuf *out, const char *name)
{
	strbuf_addch(out, '"');
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			strbuf_addch(out, '\\');
		strbuf_addch(out, *name);
	}
	strbuf_addch(out, '"');
}

struct text judge_add_waiver(struct judging *j, struct text hint, const struct finding *finding, const struct oid *blob)
{
	const char *rule = rule_get(finding->rule)->name;
	struct text name = finding->revision.ptr ? finding->revision : finding->environment;
	struct strbuf out = STRBUF_INIT;
	char hex[OID_HEX + 1];
	struct text text;

	if (hint.ptr)
		strbuf_add(&out, hint.ptr, hint.len);
	if (!hint.ptr || rule_get(finding->rule)->group == RULE_OF_TREE)
		strbuf_addf(&out, "%sTo %s, %s:", hint.ptr ? "\n" : "",
			finding->level == LEVEL_NOTE ? "leave it out" : "let it pass", how_to_waive(j));
	strbuf_addstr(&out, "\n[waiver ");
	add_config_name(&out, study_sentence(j->study, "%s of %s", rule, study_shown(j->study, name)).ptr);
	strbuf_addf(&out, "]\n\trule = %s\n", rule);
	if (finding->revision.ptr) {
		strbuf_addstr(&out, "\trevision = ");
		add_config_value(j, &out, finding->revision);
		strbuf_addch(&out, '\n');
	}
	strbuf_addstr(&out, "\tenvironment = ");
	add_config_value(j, &out, finding->environment);
	if (blob)
		strbuf_addf(&out, "\n\tblob = %s", oid_hex(blob, hex));
	strbuf_addstr(&out, "\n\treason =");
	text = (struct text){ arena_memdup(&j->study->arena, out.buf, out.len), out.len };
	strbuf_release(&out);
	return text;
}
