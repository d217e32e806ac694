#!/bin/sh
# What a run found out about packs is kept in the user's cache: the next one reads less
# and says the same, to the byte, whatever became of the cache; and what was damaged
# since is told. The repository is not touched. (tests/unit/test_facts.c counts what is read.)

. "${0%/*}/lib.sh"
need_binary

CACHE=$HOME/.cache/revident

# long_history: 6,000 commits, 80 migrations, of which the first is overwritten; packed, with a commit-graph.
long_history() {
	git init -q -b main repo
	cd repo
	awk 'function file(path, text) {
		printf "M 100644 inline %s\ndata %d\n%s\n", path, length(text), text
	}
	function migration(n, parent) {
		return sprintf("\"\"\"number %d\"\"\"\nrevision = \"m%03d\"\ndown_revision = %s\n\n\ndef upgrade():\n    op.execute(\"%d\")\n",
			n, n, parent, n)
	}
	BEGIN {
		for (i = 0; i < 6000; i++) {
			printf "commit refs/heads/main\ncommitter A <a@b.example> %d +0000\ndata 2\nc\n", 1700000000 + i
			if (i == 0) {
				file("alembic.ini", "[alembic]\nscript_location = m\n")
				file("m/env.py", "import alembic\n")
			}
			if (i < 80)
				file(sprintf("m/versions/m%03d.py", i), migration(i, i ? sprintf("\"m%03d\"", i - 1) : "None"))
			else if (i == 3000)
				file("m/versions/m000.py", migration(99, "\"m079\""))
			else
				file("docs/d" (i % 7) "/text", i "\n")
		}
		print "done"
	}' /dev/null | git fast-import --quiet
	git reset -q --hard
	git repack -q -a -d
	git commit-graph write --reachable --changed-paths 2>/dev/null
	sleep 0.2
	REPOS="$REPOS $PWD"
}

# answers OPTION...: what the commands say that follow a history.
answers() {
	for answers_command in "scan --format json --events all" "scan --all" "explain m000" "show m000" "recover m000" \
		"report --format md" "check --range HEAD~3..HEAD"; do
		echo "--- $answers_command"
		# shellcheck disable=SC2086
		run revident $answers_command "$@"
		cat "$CASE_DIR/out" "$CASE_DIR/err"
		echo "exit $(cat "$CASE_DIR/status")"
	done
}

# same_answers WHAT: as without a cache.
same_answers() {
	answers --no-cache >"$CASE_DIR/without"
	answers >"$CASE_DIR/with"
	compare "$CASE_DIR/without" "$CASE_DIR/with" "$1"
}

# listing: every file of the repository, with the time of its last change.
listing() {
	find . -printf '%p %s %m %C@\n' | sort
}

it "the first run and the next say the same, and the repository is not touched"
long_history
listing >"$CASE_DIR/before"
answers --no-cache >/dev/null
test ! -e "$CACHE" || fail "--no-cache kept something"
same_answers "of the first run"
test "$(find "$CACHE" -type f | wc -l)" -eq 2 || fail "kept is not one file about the pack, one about the commit-graph"
same_answers "of the next run"
listing >"$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"
for status in 0 1; do
	grep -q "exit $status" "$CASE_DIR/with" || fail "no answer with exit status $status"
done

it "a damaged pack, and a damaged commit-graph, are noticed behind what was kept of them"
long_history
same_answers "before"
graph=.git/objects/info/commit-graph
migration=$(git rev-parse HEAD:m/versions/m040.py)
migration=$(git show-index <"$(echo .git/objects/pack/*.idx)" | sed -n "s/ $migration.*//p")
for file in .git/objects/pack/*.pack "$graph"; do
	chmod u+w "$file"
	cp -p "$file" "$CASE_DIR/kept"
	for place in 900 70000 $((migration + 5)); do
		printf '\125\252' | dd of="$file" bs=1 seek="$place" conv=notrunc status=none
		touch -r "$CASE_DIR/kept" "$file"
		sleep 0.2 # a change of this moment would keep anything from being used
		same_answers "$file, damaged at $place"
		cat "$CASE_DIR/kept" >"$file"
	done
done
same_answers "after"

it "where nothing can be kept, nothing is, without a word"
long_history
answers --no-cache >"$CASE_DIR/without"
mkdir "$CASE_DIR/file" "$CASE_DIR/link" "$CASE_DIR/open"
touch "$CASE_DIR/file/.cache"
mkdir -p "$CASE_DIR/link/.cache" "$CASE_DIR/open/.cache/revident" "$CASE_DIR/elsewhere"
ln -s "$CASE_DIR/elsewhere" "$CASE_DIR/link/.cache/revident"
chmod a+w "$CASE_DIR/open/.cache/revident"
for home in "" relative /nowhere/at/all /dev/null "$CASE_DIR/file" "$CASE_DIR/link" "$CASE_DIR/open"; do
	(
		HOME=$home
		answers
	) >"$CASE_DIR/with"
	compare "$CASE_DIR/without" "$CASE_DIR/with" "with HOME=$home"
done
test -z "$(find "$CASE_DIR/elsewhere" "$CASE_DIR/open/.cache/revident" -type f)" || fail "kept in another's directory"

it "XDG_CACHE_HOME says where, if it is absolute"
long_history
rm -rf "$CACHE"
run env XDG_CACHE_HOME="$CASE_DIR/x" "$REVIDENT" scan
test -d "$CASE_DIR/x/revident" || fail "nothing was kept in XDG_CACHE_HOME"
test ! -e "$CACHE" || fail "kept below HOME, too"
run env XDG_CACHE_HOME="x" "$REVIDENT" scan
test ! -e x || fail "a relative XDG_CACHE_HOME was used"
test -d "$CACHE" || fail "nothing was kept below HOME"

it "one tree at two places, with a directory where a configuration would be, is told of at both, kept or not"
git init -q -b main repo
cd repo
for place in a b; do
	mkdir -p $place/alembic.ini $place/docs
	echo x | tee $place/alembic.ini/file >$place/docs/text
done
mkdir -p m/versions
printf '[alembic]\nscript_location = m\n' >alembic.ini
echo "import alembic" >m/env.py
for number in $(seq 40); do
	printf 'revision = "r%s"\ndown_revision = None\n' "$number" >"m/versions/r$number.py"
done
git add .
git commit -q -m all
git repack -q -a -d
sleep 0.2
same_answers "of the first run"
same_answers "of the next run"
run revident scan --format json
expect_json '[any(place in limit for limit in d["repository"]["limits"]) for place in ("a/alembic.ini", "b/alembic.ini")]' \
	'[true, true]'

it "below another's HOME nothing is made"
long_history
mkdir "$CASE_DIR/other"
if [ "$(id -u)" -eq 0 ]; then
	chown 1234 "$CASE_DIR/other"
	run env HOME="$CASE_DIR/other" "$REVIDENT" scan
	test ! -e "$CASE_DIR/other/.cache" || fail "made below a directory of another user"
	mkdir "$CASE_DIR/other/.cache"
	chown 1234 "$CASE_DIR/other/.cache"
	run env HOME="$CASE_DIR/other" "$REVIDENT" scan
	test ! -e "$CASE_DIR/other/.cache/revident" || fail "made in the cache of another user"
	chown -R 0 "$CASE_DIR/other"
fi
run env HOME="$CASE_DIR/other" "$REVIDENT" scan
test -d "$CASE_DIR/other/.cache/revident" || fail "not made in one's own"
test -z "$(find "$CASE_DIR/other/.cache" -type f -perm /077)" || fail "others may read what is kept"
