# What the streams for git fast-import have in common that awk programs beside this one write.

# A commit of main behind that of the mark before it, a day later.
function commit(mark, message) {
	printf "commit refs/heads/main\nmark :%d\n", mark
	printf "author Ada Marsh <ada@example.org> %d +0000\n", 1700000000 + mark * 86400
	printf "committer Ada Marsh <ada@example.org> %d +0000\n", 1700000000 + mark * 86400
	printf "data <<MESSAGE\n%s\nMESSAGE\n", message
	if (mark > 1)
		printf "from :%d\n", mark - 1
}

# The environment `migrations`.
function environment() {
	printf "M 100644 inline alembic.ini\ndata <<END_OF_FILE\n[alembic]\nscript_location = migrations\nEND_OF_FILE\n"
	printf "M 100644 inline migrations/env.py\ndata <<END_OF_FILE\nfrom alembic import context\nEND_OF_FILE\n"
}

# What a migration declares, up to the body of its upgrade().
function declare(id, down) {
	printf "revision = \"%s\"\ndown_revision = %s\n\n\ndef upgrade():\n", id, down == "" ? "None" : "\"" down "\""
}
