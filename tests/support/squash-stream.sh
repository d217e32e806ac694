#!/bin/sh
# A fast-import stream in which 300 migrations are squashed in one commit, too
# long and too dull to be committed:
#
#   :1 .. :6 (50 migrations each) ---- :7(all 300 deleted, +base) ---- :8(+one)   main
#
# Ids: 000000000001 .. 000000000300, base baba00000000, then cafe00000000.

exec awk "$(cat "${0%/*}/stream.awk")"'
function migration(id, down, table, lines) {
	printf "M 100644 inline migrations/versions/%s_%s.py\ndata <<END_OF_FILE\n", id, table
	printf "\"\"\"add %s\n\nRevision ID: %s\nRevises: %s\n\n\"\"\"\nfrom alembic import op\n\n", table, id, down
	declare(id, down)
	printf "%s", lines
	printf "END_OF_FILE\n"
}
function body(i) {
	return sprintf("    op.execute(\"CREATE TABLE t%d (a%d int, b%d int)\")\n    op.execute(\"CREATE INDEX i%d ON t%d (a%d)\")\n    op.execute(\"GRANT SELECT ON t%d TO reader%d\")\n", i, i, i, i, i, i, i, i)
}
BEGIN {
	print "feature done"
	for (mark = 1; mark <= 6; mark++) {
		commit(mark, "Add fifty migrations")
		if (mark == 1)
			environment()
		for (i = mark * 50 - 49; i <= mark * 50; i++) {
			migration(sprintf("%012d", i), i > 1 ? sprintf("%012d", i - 1) : "", "t" i, body(i))
			all = all body(i)
		}
		print ""
	}
	commit(7, "Squash the first 300 migrations")
	print "D migrations/versions"
	migration("baba00000000", "", "everything", all)
	print ""
	commit(8, "Add one more")
	migration("cafe00000000", "baba00000000", "t301", body(301))
	print "\ndone"
}' </dev/null
