#include "revident/model/rule.h"

static const struct rule rules[RULE_COUNT] = {
	[RULE_MISSING_REVISION] = { "missing-revision", LEVEL_ERROR, RULE_OF_TREE,
		"a down_revision or depends_on names a revision that is not there",
		"Alembic stops with a KeyError at every command. `revident explain ID` says which commit took "
		"the revision away and where its file still is; `revident recover` plans the repair. A warning "
		"where the environment holds a migration whose own id cannot be read, since that may be the one. "
		"Alembic takes neither a prefix, nor a file name, nor, in down_revision, a branch label." },
	[RULE_DUPLICATE_REVISION] = { "duplicate-revision", LEVEL_ERROR, RULE_OF_TREE,
		"two files declare the same revision",
		"Alembic warns, loads the file that it reads last and forgets the other. Give one of them an id "
		"of its own and point its children to it." },
	[RULE_DUPLICATE_LABEL] = { "duplicate-label", LEVEL_ERROR, RULE_OF_TREE,
		"two revisions declare the same branch label",
		"Alembic refuses to load the directory. A label belongs to one revision; take it out of the other." },
	[RULE_CYCLE] = { "cycle", LEVEL_ERROR, RULE_OF_TREE, "revisions are each other's ancestors",
		"Alembic refuses to load the directory. One down_revision or depends_on of the cycle has to name "
		"something else; the history of these files says which one changed." },
	[RULE_UNREADABLE_MIGRATION] = { "unreadable-migration", LEVEL_ERROR, RULE_OF_TREE,
		"a file that Alembic would load is no readable migration",
		"It has conflict markers, an unclosed string or bracket, bytes that its encoding does not take, a NUL "
		"or another character that Python does not take, more than 4 MiB, no id, or no down_revision. Alembic "
		"stops at it." },
	[RULE_NOT_LOADED] = { "not-loaded", LEVEL_WARNING, RULE_OF_TREE,
		"a migration lies in a directory that Alembic does not enter",
		"Without `recursive_version_locations = true`, which Alembic has since 1.10, subdirectories of a "
		"versions directory are not read: to Alembic the revision is missing. In `check`, also one that stays "
		"where it is while a change takes its directory out of the configuration." },
	[RULE_DYNAMIC_REVISION] = { "dynamic-revision", LEVEL_WARNING, RULE_OF_TREE,
		"a migration computes its id or its parents",
		"Only Python knows the value, so nothing can be said of the chain at this place. Write it as a "
		"string." },
	[RULE_INVALID_REVISION] = { "invalid-revision", LEVEL_ERROR, RULE_OF_TREE,
		"an id holds a character that Alembic refuses",
		"`@`, `-` and `+` have a meaning on Alembic's command line, and an empty id cannot be named. A "
		"warning for `:`, which Alembic refuses since 1.17.1." },
	[RULE_LONG_REVISION] = { "long-revision", LEVEL_WARNING, RULE_OF_TREE, "an id is longer than 32 characters",
		"The column version_num of the table alembic_version takes 32; most databases refuse to store more." },
	[RULE_MULTIPLE_HEADS] = { "multiple-heads", LEVEL_WARNING, RULE_OF_TREE,
		"an environment has more than one head",
		"`alembic upgrade head` stops. `alembic merge heads` joins them. A note where each head has a "
		"branch label of its own, or where `heads` of the environment allows as many; an error where a "
		"change that lands on a protected ref adds one." },
	[RULE_MULTIPLE_BASES] = { "multiple-bases", LEVEL_NOTE, RULE_OF_TREE, "an environment has more than one base",
		"Usual where version locations hold branches of their own; otherwise a migration has lost its "
		"parent." },
	[RULE_FILENAME_MISMATCH] = { "filename-mismatch", LEVEL_WARNING, RULE_OF_TREE,
		"a file's name holds another revision's id",
		"The name is that of another, or of a former, revision: the file may have been overwritten. A "
		"note where the name merely lacks the file's own id. Alembic does not read names; people do." },
	[RULE_DOCSTRING_MISMATCH] = { "docstring-mismatch", LEVEL_WARNING, RULE_OF_TREE,
		"a docstring's `Revision ID:` or `Revises:` is not what the code declares",
		"Alembic does not read docstrings; people do. A note where only `Revises:` differs, as it does "
		"after a migration was given another parent." },
	[RULE_TABLE_NEVER_CREATED] = { "table-never-created", LEVEL_NOTE, RULE_OF_TREE,
		"a migration assumes a table that nothing before it creates",
		"A database built from the chain alone stops here; the migration that created the table may be lost." },
	[RULE_MODEL_WITHOUT_TABLE] = { "model-without-table", LEVEL_NOTE, RULE_OF_TREE,
		"a model's table is created by no migration",
		"The table exists only where it was made by other means, or its migration is lost." },
	[RULE_IDENTITY_OVERWRITTEN] = { "identity-overwritten", LEVEL_ERROR, RULE_OF_CHANGE,
		"a migration's file now holds another migration",
		"The old revision is lost: its children do not load, and a database stamped with it is refused. "
		"Give the new migration a file of its own and restore the old one." },
	[RULE_IDENTITY_EDITED] = { "identity-edited", LEVEL_ERROR, RULE_OF_CHANGE, "a migration got another id",
		"A database stamped with the old id is refused. Put the id back." },
	[RULE_IDENTITY_REPLACED] = { "identity-replaced", LEVEL_ERROR, RULE_OF_CHANGE,
		"an id now names a migration with other content",
		"A database that ran the old content will never run the new. Put the content back and write the "
		"new one as a migration of its own." },
	[RULE_IDENTITY_STRIPPED] = { "identity-stripped", LEVEL_ERROR, RULE_OF_CHANGE,
		"a migration's file is no migration any more",
		"The file is there, but declares no revision that Alembic could read. Restore it." },
	[RULE_IDENTITY_DELETED] = { "identity-deleted", LEVEL_ERROR, RULE_OF_CHANGE, "a migration is gone",
		"A database stamped with it is refused, and its children do not load. Restore it; where old "
		"migrations are dropped on purpose, a prune in .revident says so." },
	[RULE_IDENTITY_LOST_IN_MERGE] = { "identity-lost-in-merge", LEVEL_ERROR, RULE_OF_CHANGE,
		"a merge drops a migration that one of its parents has",
		"Nobody removed it: the merge did. Take the file from the parent that has it." },
	[RULE_IDENTITY_REUSED] = { "identity-reused", LEVEL_ERROR, RULE_OF_CHANGE,
		"a new file takes an id that another migration had before",
		"A database that ran the former one takes this one for done. Give the new migration an id of its "
		"own. A note where the history at hand is cut short, or the new file has no content to compare." },
	[RULE_REPARENTED] = { "reparented", LEVEL_ERROR, RULE_OF_CHANGE, "a migration got another down_revision",
		"Databases beyond it keep the old order; what is put before it never runs there. Put the parent "
		"back, and join branches with `alembic merge`." },
	[RULE_CONTENT_EDITED] = { "content-edited", LEVEL_WARNING, RULE_OF_CHANGE,
		"a migration's upgrade() or downgrade() changed",
		"A database that ran the old one will not run the change. Comments, layout and the like do not "
		"count." },
	[RULE_MOVED] = { "moved", LEVEL_NOTE, RULE_OF_CHANGE, "a migration has another path",
		"Harmless to Alembic as long as the new place is one that it loads from." },
};

static const char *const level_names[] = {
	[LEVEL_OFF] = "off",
	[LEVEL_NOTE] = "note",
	[LEVEL_WARNING] = "warning",
	[LEVEL_ERROR] = "error",
};

const struct rule *rule_get(enum rule_id id)
{
	return &rules[id];
}

bool rule_find(struct text name, enum rule_id *out)
{
	for (int i = 0; i < RULE_COUNT; i++) {
		if (!text_equal(name, text_of(rules[i].name)))
			continue;
		*out = (enum rule_id)i;
		return true;
	}
	return false;
}

const char *level_name(enum level level)
{
	return level_names[level];
}

bool level_find(struct text name, enum level *out)
{
	for (int i = LEVEL_OFF; i <= LEVEL_ERROR; i++) {
		if (!text_equal(name, text_of(level_names[i])))
			continue;
		*out = (enum level)i;
		return true;
	}
	return false;
}
