#!/bin/sh
# revident report: what a postmortem needs, from the history alone.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hostile.sh"
need_command report

it "writes the accident down in Markdown"
fixture september-17
snapshot "$CASE_DIR/before"
run revident report
expect_exit 0
expect_err </dev/null
expect_golden september-17.report.markdown
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

it "a loss in HEAD itself has just begun"
fixture september-17
git checkout -q -f :/'deleting a program deletes its steps'
run revident report
sed -n '/Exposure/p' "$CASE_DIR/out" >"$CASE_DIR/exposure"
echo "**Exposure:** it begins with HEAD's commit (2025-09-17T14:42:11Z), which is the commit of the loss; it is not repaired there." |
	expect_file "$CASE_DIR/exposure"

it "is the same from another directory, in another time zone, from packs"
fixture september-17
run revident report
cp "$CASE_DIR/out" "$CASE_DIR/first"
git gc -q --aggressive --prune=now
cd habits_service
run env TZ=Asia/Kolkata LC_ALL=C.UTF-8 "$REVIDENT" report
compare "$CASE_DIR/first" "$CASE_DIR/out" "the report"

it "every command that it cites as evidence runs"
fixture september-17
run revident report
# shellcheck disable=SC2016 # Markdown's backticks
grep -o '`git [^`]*`' "$CASE_DIR/out" | tr -d '`' | sort -u >"$CASE_DIR/commands"
[ "$(wc -l <"$CASE_DIR/commands")" -ge 12 ] || fail "few commands are cited"
while read -r cited; do
	sh -c "$cited" >"$CASE_DIR/shown" 2>&1 || fail "$cited: $(cat "$CASE_DIR/shown")"
	[ -s "$CASE_DIR/shown" ] || fail "$cited shows nothing"
done <"$CASE_DIR/commands"

it "its repair, pasted into a shell, repairs"
fixture september-17
run revident report
# shellcheck disable=SC2016 # Markdown's backticks
sed -n '/^```sh$/,/^```$/p' "$CASE_DIR/out" | sed '1d;$d' >"$CASE_DIR/repair.sh"
sh -e "$CASE_DIR/repair.sh"
run revident audit --staged
expect_exit 0
git commit -q -m repair
run revident report
expect_exit 0
sed -n 1p "$CASE_DIR/out" >"$CASE_DIR/title"
echo '# No migration is missing' | expect_file "$CASE_DIR/title"

it "--evidence writes the files that sha256sum accepts"
fixture september-17
run revident report --evidence "$CASE_DIR/evidence"
expect_exit 0
run sh -c "cd '$CASE_DIR/evidence' && sha256sum -c --strict SHA256SUMS"
expect_exit 0
expect_blob "$CASE_DIR/evidence/dc24da5d9d7cf21bfbce7d46090a40f153f0d560.py" dc24da5d9d7cf21bfbce7d46090a40f153f0d560

it "--redact-authors keeps names and addresses out, trailers included"
fixture september-17
GIT_AUTHOR_NAME='Ada Okafor' GIT_AUTHOR_EMAIL=ada@habits.example git commit -q --allow-empty -m 'rota: thanks to Tomasz

Signed-off-by: Maja Lindqvist <maja@habits.example>
Co-authored-by: Zoe Quist <zoe@elsewhere.example>'
run revident report --redact-authors
expect_exit 0
for name in Maja Lindqvist Tomasz Wrona Priya Raman Zoe Quist habits.example elsewhere.example Okafor; do
	if grep -qi "$name" "$CASE_DIR/out"; then
		fail "the report names $name"
	fi
done
run revident report
grep -q 'Zoe Quist' "$CASE_DIR/out" || fail "a report that is not redacted has no trailers"

for format in html json; do
	it "--redact-authors keeps them out of $format, too"
	fixture september-17
	run revident report --redact-authors --format "$format"
	for name in Maja Lindqvist Tomasz Wrona Priya Raman habits.example; do
		if grep -qi "$name" "$CASE_DIR/out"; then
			fail "the report names $name"
		fi
	done
done

it "--redact-authors: authors, messages, trailers, files, and the evidence"
fixture september-17
cd habits_service/alembic/versions
git mv 3b7a1d2e4f56_soft_delete_program_templates.py 3b7a1d2e4f56_for_zoe.py
echo '# ask Zoe Quist <zoe@elsewhere.example>, or +1.zoe@sub.elsewhere.example' >>3b7a1d2e4f56_for_zoe.py
GIT_AUTHOR_NAME='Zoe Quist' GIT_AUTHOR_EMAIL=zoe@elsewhere.example git commit -q -a -m 'ask zoe'
printf '"""users by Zoe"""\nrevision = "3b7a1d2e4f56x"\ndown_revision = "3b7a1d2e4f56"\n# Zoe\n' >3b7a1d2e4f56_for_zoe.py
GIT_AUTHOR_NAME='Q.' GIT_AUTHOR_EMAIL=42+quist@users.noreply.github.com git commit -q -a -m "Merge pull request #12 from zoe/mine

Reviewed-by: Maja Lindqvist <maja@habits.example>"
cd ../../..
for format in markdown html json; do
	run revident report --redact-authors --format "$format" --evidence "$CASE_DIR/evidence-$format"
	expect_exit 0
	for name in Maja Lindqvist Tomasz Wrona Priya Raman Zoe Quist habits.example elsewhere.example noreply.github; do
		if grep -rqi "$name" "$CASE_DIR/out" "$CASE_DIR/evidence-$format"; then
			fail "$format names $name: $(grep -rhio ".\{20\}$name.\{20\}" "$CASE_DIR/out" "$CASE_DIR/evidence-$format" | head -n 1)"
		fi
	done
	(cd "$CASE_DIR/evidence-$format" && sha256sum -c --quiet --strict SHA256SUMS) || fail "the manifest is wrong"
done
run revident report --redact-authors
[ "$(grep -c 'so that --evidence leaves it out' "$CASE_DIR/out")" = 2 ] || fail "what is left out is not told"

it "a change that came through the hosting service, with its request, trailers, two times, and where it landed"
fixture september-17
git checkout -q -f -B main "$(git rev-parse v1.3)"
git checkout -q -b topic2
git rm -q habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py
GIT_AUTHOR_DATE='2025-09-01T10:00:00+0200' GIT_COMMITTER_DATE='2025-09-03T09:00:00+0000' GIT_COMMITTER_NAME=GitHub \
	GIT_COMMITTER_EMAIL=noreply@github.com git commit -q -m "Drop the bootstrap (#41)

Co-authored-by: Ada Okafor <ada@habits.example>
Reviewed-by: Priya Raman <priya@habits.example>"
git checkout -q main
GIT_COMMITTER_DATE='2025-09-04T09:00:00+0000' git merge -q --no-ff -m 'Merge pull request #42 from topic2' topic2
git update-ref refs/remotes/origin/main HEAD
run revident report 189b1231afd4
expect_exit 0
for words in '| 2025-09-03T09:00:00Z | 2025-09-03T09:00:00+00:00 | **deleted** |' 'request \#41' 'Co-authored-by: Ada Okafor' \
	'authored 2025-09-01T10:00:00+02:00' 'the committer is the hosting service: no client hook ran' \
	'| 2025-09-04T09:00:00Z | 2025-09-04T09:00:00+00:00 | **landed** on `refs/remotes/origin/main`, the commit that lost it |' \
	'request \#42' 'only a check in CI or on the server would have stopped it'; do
	grep -qF "$words" "$CASE_DIR/out" || fail "the report does not say: $words"
done

# expect_wellformed: the HTML on standard output is.
expect_wellformed() {
	python3 "$E2E_DIR/html_wellformed.py" "$CASE_DIR/out" >"$CASE_DIR/wrong" 2>&1 || :
	expect_file "$CASE_DIR/wrong" </dev/null
}

it "HTML and its pictures are well-formed, and nothing in them executes"
fixture september-17
run revident report --format html
expect_exit 0
expect_wellformed
[ "$(grep -c '<svg' "$CASE_DIR/out")" = 3 ] || fail "there are not three pictures"

it "hostile names, messages, paths and blobs break no format of a report"
hostile_repository
for format in html markdown json; do
	run revident report --format "$format"
	expect_exit 0
	expect_err </dev/null
	[ "$(wc -c <"$CASE_DIR/out")" -lt 200000 ] || fail "$format is not bounded"
	expect_no_hidden
	case $format in
	html) expect_wellformed ;;
	json) expect_json 'd["cases"][0]["revision"]' '"aaaa1111"' ;;
	markdown)
		python3 "$E2E_DIR/markdown_markup.py" "$CASE_DIR/out" >"$CASE_DIR/wrong" 2>&1 || :
		expect_file "$CASE_DIR/wrong" </dev/null
		;;
	esac
done

it "nor any format of another command"
hostile_repository
for words in 'scan text' 'scan json' 'scan ndjson' 'scan sarif' 'audit text' 'audit json' 'audit ndjson' 'audit sarif' \
	'audit mermaid' 'audit svg' 'explain text' 'explain json' 'recover text' 'recover json' 'check text' 'check json' \
	'check sarif' 'check gitlab' 'check github'; do
	command=${words% *}
	format=${words#* }
	case $command in
	audit) run revident audit HEAD --format "$format" ;;
	explain) run revident explain aaaa1111 --format "$format" ;;
	check) run revident check --range HEAD~2..HEAD --format "$format" ;;
	*) run revident "$command" --format "$format" ;;
	esac
	expect_exit 1
	case $format in
	json | sarif | gitlab) expect_json 'len(d) > 0' true ;;
	text)
		! grep -n '^[[:space:]]*::' "$CASE_DIR/out" || fail "a runner would obey a line of $words"
		sed -i 's/^\( *\)\t/\1/' "$CASE_DIR/out" ;; # of a waiver
	github)
		! grep -vn '^::\(error\|warning\|notice\) ' "$CASE_DIR/out" || fail "a line is no annotation"
		sed -i 's/ file=.*,line=/ line=/' "$CASE_DIR/out" ;; # a path is exact
	ndjson)
		python3 -c 'import json, sys
for line in open(sys.argv[1], encoding="utf-8"): json.loads(line)["type"]' "$CASE_DIR/out" || fail "a line is no object" ;;
	svg)
		python3 -c 'import sys, xml.etree.ElementTree as tree; tree.parse(sys.argv[1])' "$CASE_DIR/out" ||
			fail "the picture is no XML" ;;
	esac
	expect_no_hidden
done

it "names the tables of the accident, all fourteen"
fixture september-17
run revident report --format json
expect_json '[len(d["cases"][0]["tables"]["created"]), d["cases"][0]["tables"]["created"][0], d["cases"][0]["tables"]["opaque"]]' \
	'[14, "habits.habit_events", null]'
expect_json 'set(d["cases"][0]["tables"]["assumed"]) <= set(d["cases"][0]["tables"]["created"]) and len(d["cases"][0]["tables"]["assumed"]) > 0' \
	true

it "says what else is missing at HEAD: notes on tables and models, none of which the lost migration leaves"
fixture september-17
run revident report --format json
expect_json '[len(d["cases"][0]["tables"][key]) for key in ("models", "uncreated", "left")]' '[14, 14, 0]'
run revident report
[ "$(grep -c '^| .*assumes table' "$CASE_DIR/out")" = 4 ] || fail "not four notes on what is assumed"
[ "$(grep -c '^| a model | `habits_service/app/db/tables.py`' "$CASE_DIR/out")" = 14 ] || fail "not fourteen on models"
grep -q '^The lost migration creates every one of them' "$CASE_DIR/out" || fail "it does not say that the repair is enough"

it "tables of a lost file of any size"
fixture september-17
git checkout -q -b long v1.3
python3 -c 'print("\n# " + "x" * 400000)' >>habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py
git commit -q -a -m 'a long comment'
git rm -q -f habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py
git commit -q -m 'lose it'
run revident report 189b1231afd4 --format json
expect_json '[len(d["cases"][0]["tables"]["created"]), d["cases"][0]["lost"]["size"] > 400000]' '[14, true]'

it "the files as they are and as they should be, and the tags that were shipped"
fixture september-17
git tag v1.6.0
run revident report
V=habits_service/alembic/versions
grep -qxF "| \`189b1231afd4\` | none, a base | **none** | \`$V/189b1231afd4_bootstrap_tables.py\` |" "$CASE_DIR/out" ||
	fail "no row of the lost file"
grep -qxF "| \`2a3f4c9d1cde\` | \`189b1231afd4\` | \`$V/189b1231afd4_bootstrap_tables.py\` | \`$V/2a3f4c9d1cde_add_cascade_deletes.py\` |" \
	"$CASE_DIR/out" || fail "no row of the usurper"
grep -qF 'Shipped without it: `v1.4.0` ... `v1.6.0` (3 tags); shipped with it: `v1.3`.' "$CASE_DIR/out" || fail "no tags"
grep -qF -- "- Named in down\\_revision by \`2a3f4c9d1cde\`, \`$V/189b1231afd4_bootstrap_tables.py\` line 12" "$CASE_DIR/out" ||
	fail "nobody names it"

it "deployRef says which refs mean deployed"
fixture september-17
git config revident.deployRef 'refs/tags/v1.4*'
run revident report
grep -qF '`refs/tags/v1.4.0` **(deployed)**, `refs/tags/v1.5.0`' "$CASE_DIR/out" || fail "$(grep Shipped "$CASE_DIR/out")"
run revident report --format json
expect_json '[r["ref"] for r in d["cases"][0]["damaged"]["refs"] if r["deployed"]]' '["refs/tags/v1.4.0"]'

it "many branches keep no tag out, and each list counts its own rest"
fixture september-17
for n in $(seq 10 69); do
	printf 'create refs/heads/team/%s %s\ncreate refs/tags/w%s %s\n' "$n" "$(git rev-parse "v1.5.0^{commit}")" "$n" "$(git rev-parse "v1.4.0^{commit}")"
done | git update-ref --stdin
run revident report
grep -qF 'Shipped without it: `v1.4.0` ... `v1.5.0` (62 tags); shipped with it: `v1.3`.' "$CASE_DIR/out" ||
	fail "$(grep Shipped "$CASE_DIR/out")"
grep -q '^- Shipped broken in the tags: .* and 12 more$' "$CASE_DIR/out" || fail "$(grep '^- Shipped' "$CASE_DIR/out")"
grep -q '^- HEAD and branches with the damage: .* and 1[0-9] more$' "$CASE_DIR/out" ||
	fail "$(grep '^- HEAD and' "$CASE_DIR/out")"

it "a parent is no head for the hole behind it; the stand-in is named where it runs"
fixture deleted-parent
run revident report
grep '^| its parent `a1a1a1a1a1a1` |' "$CASE_DIR/out" >"$CASE_DIR/parent"
grep -q 'no command: it must be at the head before the squash |$' "$CASE_DIR/parent" || fail "$(cat "$CASE_DIR/parent")"
grep -qF '`c3c3c3c3c3c3`, where `b2b2b2b2b2b2` is not the real one: **its stand-in raises**' "$CASE_DIR/parent" ||
	fail "$(cat "$CASE_DIR/parent")"
run revident report --format json
expect_json '[(r["role"], r["is_also_head"], r["squash"]["command"]) for r in d["cases"][0]["stamps"][2:]]' \
	'[["parent", false, null], ["child", true, "alembic stamp --purge NEW"]]'

it "a replaced revision: the replacement is the loss, and the original is the lost file"
fixture replaced
run revident report b2b2b2b2b2b2
expect_exit 0
for words in '# Replaced migration `b2b2b2b2b2b2`' '"add orders" of `migrations` was replaced by another migration with its id on' \
	'It was not put back: at HEAD the id names another migration, `migrations/versions/b2b2b2b2b2b2_orders.py`. A database' \
	'Alembic notices nothing' 'it is not repaired there.' 'git cat-file blob 2d4e66bbb252bc3ac948548164d63f39891ee5c8' \
	'`revident recover --apply b2b2b2b2b2b2`' 'The rule `identity-replaced` of'; do
	grep -qF "$words" "$CASE_DIR/out" || fail "the report does not say: $words"
done
if grep -e 'was not lost' -e 'None at HEAD' -e 'took it away' -e '| still in | ;' "$CASE_DIR/out"; then
	fail "it says that nothing happened"
fi
run revident report b2b2b2b2b2b2 --format json
expect_json '[d["cases"][0]["loss"]["kind"], d["cases"][0]["lost"]["blob"], d["cases"][0]["rule"]["name"], d["cases"][0]["holding"]["refs"]]' \
	'["replaced", "2d4e66bbb252bc3ac948548164d63f39891ee5c8", "identity-replaced", []]'
cp "$CASE_DIR/out" "$CASE_DIR/report.json"
run revident recover b2b2b2b2b2b2 --format json
expect_json 'd["steps"][0]["blob"] == json.load(open(sys.argv[1].replace("/out", "/report.json")))["cases"][0]["lost"]["blob"]' true

it "a reused id was not put back"
fixture reused
run revident report b2b2b2b2b2b2
expect_exit 0
for words in "It was not put back: at HEAD the id names another migration, \`migrations/versions/b2b2b2b2b2b2_parcels.py\`, which commit \`$(git rev-parse HEAD)\` gave it to." \
	'Alembic notices nothing' 'it is not repaired there.' 'the id was given to another migration'; do
	grep -qF "$words" "$CASE_DIR/out" || fail "the report does not say: $words"
done
run revident report b2b2b2b2b2b2 --format json
expect_json '[d["cases"][0]["restored_by"], d["cases"][0]["lost"]["path"], d["cases"][0]["in_its_place"]["path"]]' \
	'[null, "migrations/versions/b2b2b2b2b2b2_orders.py", "migrations/versions/b2b2b2b2b2b2_parcels.py"]'

it "an id that looks like an option is no option in the commands to paste"
git init -q -b main "$CASE_DIR/option"
cd "$CASE_DIR/option"
mkdir -p m/versions
printf '[alembic]\nscript_location = m\n' >alembic.ini
: >m/env.py
printf 'revision = "--apply"\ndown_revision = None\n' >m/versions/a.py
printf 'revision = "b2b2"\ndown_revision = "--apply"\n' >m/versions/b.py
git add .
git commit -q -m 'two'
git rm -q m/versions/a.py
git commit -q -m 'one less'
run revident report
expect_exit 0
grep -qF '`revident recover --apply -- --apply`' "$CASE_DIR/out" || fail "$(grep 'revident recover' "$CASE_DIR/out")"
run revident explain -- --apply
grep -qF ' revident recover -- --apply' "$CASE_DIR/out" || fail "$(grep 'revident recover' "$CASE_DIR/out")"
run revident scan --format sarif
grep -qF 'revident recover -- --apply' "$CASE_DIR/out" || fail "$(grep 'revident ' "$CASE_DIR/out")"
run revident recover --apply -- --apply
expect_exit 0

it "what was never there: who wrote the line that names it"
fixture never-there
run revident report
expect_exit 0
grep -q '^# Missing migration' "$CASE_DIR/out" || fail "$(sed -n 1p "$CASE_DIR/out")"
# shellcheck disable=SC2016 # Markdown's backticks
grep -o '`git blame [^`]*`' "$CASE_DIR/out" | tr -d '`' >"$CASE_DIR/blame"
[ -s "$CASE_DIR/blame" ] || fail "no line is named"
sh -e "$CASE_DIR/blame" >"$CASE_DIR/shown"
grep -q 'down_revision' "$CASE_DIR/shown" || fail "$(cat "$CASE_DIR/shown")"

it "--all-losses: what is missing, what was forgotten, and what was put back"
fixture restored
run revident report
grep -q 'In the history that was read, 1 revision was lost at some time' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
run revident report --all-losses --format json
expect_json '[(c["revision"], c["missing_at_head"], c["restored_by"] is not None) for c in d["cases"]]' \
	'[["b2b2b2b2b2b2", false, true]]'
fixture september-17
git rm -q habits_service/alembic/versions/3b7a1d2e4f56_soft_delete_program_templates.py
git commit -q -m 'lose another'
run revident report --format json
expect_json '[[c["revision"] for c in d["cases"]], d["losses"]]' '[["189b1231afd4"], 2]'
run revident report --all-losses --format json
expect_json '[c["revision"] for c in d["cases"]]' '["189b1231afd4", "3b7a1d2e4f56"]'

it "nothing lost, no commit yet, a bare repository, a shallow one"
fixture moved
run revident report
expect_exit 0
grep -q 'HEAD names no migration that it lacks. Nor was any lost in the history that was read.' "$CASE_DIR/out" ||
	fail "$(cat "$CASE_DIR/out")"
fixture unborn
run revident report
expect_exit 0
grep -q '^HEAD has no commit yet.' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
fixture september-17 bare
run revident report
expect_exit 0
grep -v '^Hooks of this clone' "$TOP/tests/golden/september-17.report.markdown" | cat -s >"$CASE_DIR/golden"
cat -s "$CASE_DIR/out" >"$CASE_DIR/bare"
compare "$CASE_DIR/golden" "$CASE_DIR/bare" "the report of a bare repository"
git clone -q --depth 1 "file://$PWD" "$CASE_DIR/shallow" 2>/dev/null
cd "$CASE_DIR/shallow"
run revident report
expect_exit 3
if grep -q 'was never in this history' "$CASE_DIR/out"; then
	fail "it says never, and has seen one commit"
fi
grep -q '^\*\*History could not be read whole' "$CASE_DIR/out" ||
	fail "it does not say that the clone is shallow"

it "audit draws the chain alone, as SVG and as Mermaid"
fixture september-17
run revident audit HEAD --format svg
expect_exit 1
python3 -c 'import sys, xml.etree.ElementTree as tree; tree.parse(sys.argv[1])' "$CASE_DIR/out" ||
	fail "the picture is no XML"
grep -q '189b1231afd4 MISSING' "$CASE_DIR/out" || fail "the hole is not drawn"
run revident audit HEAD --format mermaid
expect_exit 1
grep -qxF '    n0["189b1231afd4 is MISSING"]:::missing' "$CASE_DIR/out" || fail "the hole is not drawn"

it "a chain of 1,000 revisions is folded, its hole and its head are not"
git init -q -b main "$CASE_DIR/long"
cd "$CASE_DIR/long"
mkdir -p migrations/versions
printf '[alembic]\nscript_location = migrations\n' >alembic.ini
: >migrations/env.py
python3 -c '
for i in range(1000):
    down = "\"r%04d\"" % (i - 1) if i else None
    if i != 500:
        with open(f"migrations/versions/r{i:04}.py", "w") as out:
            out.write(f"\"\"\"step {i}\"\"\"\nrevision = \"r{i:04}\"\ndown_revision = {down}\n")'
git add .
git commit -q -m long
run revident audit HEAD --format mermaid
[ "$(wc -l <"$CASE_DIR/out")" -lt 40 ] || fail "it is not folded"
grep -q 'r0500 is MISSING' "$CASE_DIR/out" || fail "the hole is folded away"
grep -q 'r0999 head' "$CASE_DIR/out" || fail "the head is folded away"
run revident report --format html
expect_exit 0
expect_wellformed

it "does not know a revision that never was"
fixture september-17
run revident report ffffffffffff
expect_exit 2
expect_out </dev/null

it "every fixture has a report, of what is missing, of every loss, of a name"
for stream in "$TOP"/testrepos/*.fi; do
	name=${stream##*/}
	name=${name%.fi}
	[ "$name" != unborn ] || continue
	fixture "$name"
	status=0
	case $name in linked-config | locations-unknown) status=3 ;; esac # a ref's configuration nobody can tell
	run revident report --all-losses
	expect_exit "$status"
	run revident report
	expect_exit "$status"
	run revident report --all-losses --format html
	expect_exit "$status"
	expect_wellformed
done
no_fsck

it "many losses in a long chain: together they show so many of its nodes, each those that are near it; one shows all"
sh "$TOP/tests/support/heads-stream.sh" >"$CASE_DIR/heads.fi"
import_stream heads <"$CASE_DIR/heads.fi"
run revident report --all-losses --format json
expect_exit 0
expect_json 'len(d["cases"])' 200
expect_json 'sorted({len(c[k]["nodes"]) for c in d["cases"] for k in ("chain", "chain_as_it_should_be")})' '[125]'
expect_json '[c["chain_as_it_should_be"]["nodes_more"] for c in d["cases"]] == [176] * 200' true
expect_json '[c["revision"] for c in d["cases"] if {c["revision"], c["revision"].replace("b", "a")} - {n["revision"] for n in c["chain_as_it_should_be"]["nodes"]}]' '[]'
run revident report bbbb0100 --format json
expect_json '[(len(c[k]["nodes"]), "nodes_more" in c[k]) for c in d["cases"] for k in ("chain", "chain_as_it_should_be")]' \
	'[[300, false], [301, false]]'

it "where the answer is left open and went to a file, standard error says so"
fixture linked-config # a ref has a configuration that nobody can read
for command in report 'scan --all'; do
	# shellcheck disable=SC2086 # an option of its own
	run revident $command -o ../answer
	expect_exit 3
	expect_out </dev/null
	echo 'revident: not everything could be read, which leaves the answer open: "../answer" says what' | expect_err
	# shellcheck disable=SC2086
	run revident $command
	expect_exit 3
	expect_err </dev/null
done

it "what is there and not loaded is told so, with what to do"
fixture version-locations
git checkout -q -B main "$(mark :1)"
sed -i 's, %(here)s/shop,,' alembic.ini
git commit -q -a -m "shop is not read"
run revident report --format json
expect_exit 0
expect_json '[(c["revision"], c["missing_at_head"], c["not_loaded"]) for c in d["cases"]]' \
	'[["b2b2b2b2b2b2", true, "shop/b2b2b2b2b2b2_orders.py"]]'
run revident report
expect_exit 0
for line in 'HEAD has its file, but Alembic cannot load it' 'Alembic cannot load the chain: its file is at HEAD' \
	'`shop/b2b2b2b2b2b2_orders.py` is whole: move it'; do
	grep -q "$line" "$CASE_DIR/out" || fail "not told: $line"
done
for line in 'None at HEAD' 'nobody committed it' 'recover --apply'; do
	! grep -q "$line" "$CASE_DIR/out" || fail "told: $line"
done
sed -i 's, %(here)s/desk,,' alembic.ini
git commit -q -a -m "nor desk"
run revident report c3c3c3c3c3c3
expect_exit 0
grep -q 'a database that is stamped with it is refused' "$CASE_DIR/out" || fail "$(grep -A3 Impact "$CASE_DIR/out")"
printf '<<<<<<< ours\n' >>core/a1a1a1a1a1a1_users.py
git commit -q -a -m "a conflict"
run revident report a1a1a1a1a1a1
grep -q 'Every Alembic command stops at its file: conflict markers stand in it' "$CASE_DIR/out" ||
	fail "$(grep -A3 Impact "$CASE_DIR/out")"
