#!/bin/sh
# A fast-import stream in which 200 heads of a chain of 300 are deleted in one commit, too long and too dull to be committed:
#
#   :1(aaaa0001 .. aaaa0300, a chain; bbbb0001 .. bbbb0200, each on the aaaa of its number) ---- :2(-bbbb0001 .. bbbb0200)   main

exec awk "$(cat "${0%/*}/stream.awk")"'
function migration(id, down) {
	printf "M 100644 inline migrations/versions/%s.py\ndata <<END_OF_FILE\n", id
	declare(id, down)
	printf "    op.create_table(\"t_%s\")\nEND_OF_FILE\n", id
}
BEGIN {
	print "feature done"
	commit(1, "A long chain, and a head on many of it")
	environment()
	for (i = 1; i <= 300; i++)
		migration(sprintf("aaaa%04d", i), i > 1 ? sprintf("aaaa%04d", i - 1) : "")
	for (i = 1; i <= 200; i++)
		migration(sprintf("bbbb%04d", i), sprintf("aaaa%04d", i))
	commit(2, "The heads go")
	for (i = 1; i <= 200; i++)
		printf "D migrations/versions/bbbb%04d.py\n", i
	print "done"
}'
