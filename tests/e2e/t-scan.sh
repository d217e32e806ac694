#!/bin/sh
# revident scan: what it is asked for, how it answers, and that the answer does
# not depend on anything but the repository. What it finds: t-scan-facts.sh.

. "${0%/*}/lib.sh"
need_binary

it "tells the accident in JSON"
fixture september-17
run revident scan --format json
expect_exit 1
expect_err </dev/null
expect_golden september-17.scan.json

it "tells the accident in text, the answer first"
fixture september-17
run revident scan
expect_exit 1
expect_err </dev/null
expect_golden september-17.scan.text
awk 'length($0) > 80 && !/[0-9a-f]{40}|\//' "$CASE_DIR/out" >"$CASE_DIR/long"
: | expect_file "$CASE_DIR/long"
for word in 189b1231afd4 2a3f4c9d1cde "$(mark :6 7)" "Tomasz Wrona" 2025-09-17 "revident "; do
	grep -q "$word" "$CASE_DIR/out" || fail "the text does not say $word"
done

it "--events widens and narrows the list of events, and nothing else"
fixture renumbered
run revident scan --format json
expect_json '[e["kind"] for e in d["events"]]' '["reidentified"]'
run revident scan --format json --events all
expect_json '[e["kind"] for e in d["events"]]' '["added", "added", "added", "reidentified", "added"]'
expect_json 'd["counts"]["events"]' '5'
run revident scan --format json --events added
expect_json '{e["kind"] for e in d["events"]} == {"added"}' 'true'
expect_json 'len(d["lost"])' '1'
run revident scan --format json --events moved,reidentified
expect_json '[e["kind"] for e in d["events"]]' '["reidentified"]'

it "ndjson is one document a line"
fixture september-17
run revident scan --format ndjson
expect_exit 1
python3 -c 'import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    json.loads(line)' "$CASE_DIR/out" || fail "a line is no JSON"
expect_golden september-17.scan.ndjson

it "a repository without a loss gets one line"
fixture multiple-heads
run revident scan
expect_exit 0
expect_err </dev/null
[ "$(wc -l <"$CASE_DIR/out")" -eq 1 ] || fail "more than one line"
expect_golden whole.scan.text

it "a lost head: whole, and a database may be stranded"
fixture overwritten-head
run revident scan
expect_exit 0
expect_err </dev/null
expect_golden lost-head.scan.text
grep -q 'revident explain' "$CASE_DIR/out" || fail "does not say what to run"

it "--strict: a published revision is lost"
fixture published
run revident scan
expect_exit 0
run revident scan --strict
expect_exit 1
fixture merge-ours
run revident scan --strict
expect_exit 0

it "tips on the command line"
fixture several-tips
run revident scan topic --format json
expect_exit 0
expect_json 'd["lost"], d["missing"]' '[[], []]'
expect_json '[t["ref"] for t in d["tips"]]' '["topic"]'
run revident scan other --format json
expect_exit 1
expect_json '[l["removed_by"] for l in d["lost"]]' "[\"$(mark :4)\"]"
run revident scan topic main --format json
expect_exit 1
expect_json '[m["revision"] for m in d["missing"]]' '["b2b2b2b2b2b2"]'
run revident scan "$(mark :1)" --format json
expect_exit 0

it "--all sees what other references lost; missing there does not fail"
fixture loss-on-other-ref
run revident scan
expect_exit 0
run revident scan --all --format json
expect_exit 0
expect_json '[(m["revision"], m["ever_in_history"]) for m in d["missing"]]' '[["a1a1a1a1a1a1", true]]'
expect_json '"refs/heads/main" in d["missing"][0]["present_on"]' 'true'
expect_json 'd["missing"][0]["tips"]' '["refs/heads/topic"]'

it "--all: missing at a protected reference does fail"
fixture loss-on-other-ref
git update-ref refs/remotes/origin/main topic
run revident scan --all --format json
expect_exit 1

it "--all: who took what is missing at HEAD, though another reference has it"
fixture several-tips
run revident scan --all
expect_exit 1
expect_golden several-tips.scan-all.text
for word in "$(mark :2 7)" refs/heads/topic; do
	grep -q "$word" "$CASE_DIR/out" || fail "does not say $word"
done

it "--env restricts to one environment"
fixture env-shared-id
run revident scan --format json
expect_json '[e["path"] for e in d["environments"]]' '["desk/migrations", "shop/migrations"]'
run revident scan --format json --env shop/migrations
expect_json '[(l["revision"], l["environment"]) for l in d["lost"]]' '[["b2b2b2b2b2b2", "shop/migrations"]]'
expect_json '[e["path"] for e in d["environments"]]' '["shop/migrations"]'

it "--versions-dir reads a directory that nothing names"
fixture no-alembic
mkdir -p steps
printf "revision = 'a1a1a1a1a1a1'\ndown_revision = None\n" >steps/one.py
git add steps
git commit -q -m 'Add a step'
git rm -q steps/one.py
git commit -q -m 'Remove it'
run revident scan --format json
expect_json 'd["lost"]' '[]'
run revident scan --format json --versions-dir steps
expect_exit 0
expect_json '[l["revision"] for l in d["lost"]]' '["a1a1a1a1a1a1"]'

it "environments that are gone from every tip are named"
fixture skipped-environment
run revident scan --format json
expect_json '[s if isinstance(s, str) else s["path"] for s in d["skipped_environments"]]' '["old/migrations"]'
run revident scan --format json --deep
expect_json 'd["skipped_environments"]' '[]'
expect_json '[l["revision"] for l in d["lost"]]' '["f6f6f6f6f6f6"]'

it "how each environment was found"
for pair in overwritten=alembic.ini pyproject=pyproject.toml flask-migrate=migrations/alembic.ini env-at-top=alembic.ini; do
	fixture "${pair%%=*}"
	run revident scan --format json
	expect_json '[e["found_by"] for e in d["environments"]]' "[\"${pair#*=}\"]"
done

it "versions directories as the configuration lists them"
fixture version-locations
run revident scan --format json
expect_json 'sorted(d["environments"][0]["versions"])' '["core", "desk", "shop"]'
fixture pyproject
run revident scan --format json
expect_json '[(e["path"], e["versions"]) for e in d["environments"]]' '[["db", ["db/steps"]]]'
fixture env-at-top
run revident scan --format json
expect_json '[(e["path"], e["versions"]) for e in d["environments"]]' '[[".", ["versions"]]]'

it "what a file has that Alembic does not read is missing, and the file is named"
fixture locations-unknown
sed 's|a1a1a1a1a1a1|p4r3nt|; s|b2b2b2b2b2b2|c3c3c3c3c3c3|; s|p4r3nt|b2b2b2b2b2b2|' shop/b2b2b2b2b2b2_orders.py >core/c3c3c3c3c3c3_bills.py
git add core
git commit -qm bills
run revident scan --format json
expect_exit 1
expect_json '[(m["revision"], m["not_loaded"]) for m in d["missing"]]' \
	'[["b2b2b2b2b2b2", "shop/b2b2b2b2b2b2_orders.py"]]'
run revident scan
tr -s '\n ' '  ' <"$CASE_DIR/out" | grep -qF 'shop/b2b2b2b2b2b2_orders.py has it, in a directory that Alembic does not read.' ||
	fail "$(cat "$CASE_DIR/out")"
run revident recover
expect_exit 3
tr -s '\n ' '  ' <"$CASE_DIR/out" | grep -qF "b2b2b2b2b2b2 is in 'shop/b2b2b2b2b2b2_orders.py', a directory that Alembic does not read: move" ||
	fail "$(cat "$CASE_DIR/out")"
run revident explain b2b2b2b2b2b2
expect_exit 0
tr -s '\n ' '  ' <"$CASE_DIR/out" | grep -qF 'Alembic cannot load its file: it stands in a directory that Alembic does not read. The chain is broken: c3c3c3c3c3c3 names it.' ||
	fail "$(cat "$CASE_DIR/out")"

it "version_locations that nobody can tell are no clean answer, until they are mended"
fixture locations-unknown
for branch in separator:'its separator is none that Alembic takes' key:"there is no key 'steps'"; do
	git checkout -q "${branch%%:*}"
	for command in scan audit; do
		run revident "$command" --format json
		expect_exit 3
		tr -s '\n ' '  ' <"$CASE_DIR/out" | grep -qF "'alembic.ini', line 3: the version_locations cannot be known: ${branch#*:}" ||
			fail "$command does not say why"
	done
	run revident check --range "$(mark :1)..HEAD"
	expect_exit 3
	git rm -q shop/b2b2b2b2b2b2_orders.py
	run revident check --staged
	expect_exit 3
	git reset -q --hard
	echo 'import os' >app.py
	git add app.py
	run revident check --staged
	expect_exit 0
	git checkout -q "$(mark :1)" -- alembic.ini
	git commit -qm mended
	run revident check --range HEAD^..HEAD
	expect_exit 0
	run revident scan
	expect_exit 0
done

it "a squash of 300 migrations is one line of text and 300 losses in JSON"
sh "$TOP/tests/support/squash-stream.sh" >"$CASE_DIR/squash.fi"
import_stream squash <"$CASE_DIR/squash.fi"
run revident scan --format json
expect_exit 0
expect_json 'd["counts"]["lost"], d["counts"]["losses"]' '[300, 300]'
expect_json '{(l["status"], l["cause"], l["removed_by"]) for l in d["lost"]} == {("retired", "deleted", "'"$(mark :7)"'")}' 'true'
run revident scan
expect_exit 0
[ "$(wc -l <"$CASE_DIR/out")" -lt 20 ] || fail "$(wc -l <"$CASE_DIR/out") lines of text"
expect_golden squash.scan.text

it "ids that were reused or had several files are listed on their own"
fixture reused
run revident scan
expect_exit 0
grep -qxF 'Reused: these ids were lost, and given to other content (1):' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
fixture duplicated
run revident scan
expect_exit 0
grep -qxF 'Duplicated: these ids had several files at one time (1):' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"

it "a repository without Alembic"
fixture no-alembic
run revident scan --format json
expect_exit 0
expect_json 'd["environments"], d["events"], d["lost"], d["missing"]' '[[], [], [], []]'

it "same repository, same bytes: directory, zone, locale, packed or loose"
fixture september-17
run revident scan --format json --events all
cp "$CASE_DIR/out" "$CASE_DIR/reference"
run revident scan --format json --events all
compare "$CASE_DIR/reference" "$CASE_DIR/out" "the second run"
cd habits_service/app
run revident scan --format json --events all
compare "$CASE_DIR/reference" "$CASE_DIR/out" "from a subdirectory"
cd /
run revident scan -C "$CASE_DIR/september-17" --format json --events all
compare "$CASE_DIR/reference" "$CASE_DIR/out" "with -C"
cd "$CASE_DIR/september-17"
run env GIT_DIR=.git "$REVIDENT" scan --format json --events all
compare "$CASE_DIR/reference" "$CASE_DIR/out" "with GIT_DIR"
run env TZ=Asia/Kolkata LC_ALL=C.UTF-8 LANG=de_DE.UTF-8 "$REVIDENT" scan --format json --events all
compare "$CASE_DIR/reference" "$CASE_DIR/out" "elsewhere"
git repack -q -a -d
git pack-refs --all
run revident scan --format json --events all
compare "$CASE_DIR/reference" "$CASE_DIR/out" "packed"
git commit-graph write --reachable --changed-paths 2>/dev/null
run revident scan --format json --events all
compare "$CASE_DIR/reference" "$CASE_DIR/out" "with a commit-graph"
mkdir "$CASE_DIR/packs"
mv .git/objects/pack/* "$CASE_DIR/packs/"
rm -rf .git/objects/info/commit-graph*
git unpack-objects -q <"$(echo "$CASE_DIR"/packs/*.pack)"
run revident scan --format json --events all
compare "$CASE_DIR/reference" "$CASE_DIR/out" "loose"

it "a bare repository: the same, without a work tree"
fixture september-17 bare
run revident scan --format json
expect_exit 1
expect_json 'd["repository"]["bare"], d["worktree"]' '[true, []]'
expect_json '[l["revision"] for l in d["lost"]]' '["189b1231afd4"]'

it "touches nothing"
fixture september-17
snapshot "$CASE_DIR/before"
for command in "scan --all" "scan --deep --format json" audit "explain 189b" "show 189b1231afd4"; do
	# shellcheck disable=SC2086 # words
	run revident $command
done
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

it "a shallow clone: what could be read, and exit 3 unless a finding stands"
fixture overwritten-head
git init -q "$CASE_DIR/shallow"
cd "$CASE_DIR/shallow"
git fetch -q --depth 1 "file://$CASE_DIR/overwritten-head" main:refs/heads/main
git checkout -q main
run revident scan --format json
expect_exit 3
expect_json 'd["repository"]["complete"], len(d["repository"]["limits"]) > 0' '[false, true]'
fixture overwritten
git init -q "$CASE_DIR/shallow2"
cd "$CASE_DIR/shallow2"
git fetch -q --depth 1 "file://$CASE_DIR/overwritten" main:refs/heads/main
git checkout -q main
run revident scan --format json
expect_exit 1
expect_json '[m["revision"] for m in d["missing"]]' '["a1a1a1a1a1a1"]'

it "a missing blob: said, and exit 3"
fixture overwritten-head
fsck_fails
blob=$(git rev-parse HEAD^:migrations/versions/b2b2b2b2b2b2_orders.py)
rm -f ".git/objects/$(echo "$blob" | cut -c1-2)/$(echo "$blob" | cut -c3-)"
run revident scan --format json
expect_exit 3
expect_json 'd["repository"]["complete"]' 'false'
grep -q "$blob" "$CASE_DIR/out" "$CASE_DIR/err" || fail "does not name $blob"

it "what could be in an unreadable file is not missing, and nothing is lost that HEAD may hold"
fixture edited
fsck_fails
blob=$(git rev-parse HEAD:migrations/versions/a1a1a1a1a1a1_users.py)
object=.git/objects/$(echo "$blob" | cut -c1-2)/$(echo "$blob" | cut -c3-)
chmod u+w "$object"
truncate -s 20 "$object"
run revident scan
expect_exit 3
run revident explain a1a1a1a1a1a1
expect_exit 3
grep -q "a1a1a1a1a1a1 is unknown" "$CASE_DIR/out" || fail "it is lost, it says"
run revident report a1a1a1a1a1a1
expect_exit 3
run revident show a1a1a1a1a1a1
expect_exit 3

it "a blob that has nothing to do with migrations may be missing"
fixture september-17
fsck_fails
blob=$(git rev-parse HEAD:habits_service/app/programs.py)
rm -f ".git/objects/$(echo "$blob" | cut -c1-2)/$(echo "$blob" | cut -c3-)"
run revident scan --format json
expect_exit 1
expect_json 'd["repository"]["complete"]' 'true'

it "a truncated loose object does not hang it"
fixture overwritten-head
fsck_fails
blob=$(git rev-parse HEAD^:migrations/versions/b2b2b2b2b2b2_orders.py)
path=.git/objects/$(echo "$blob" | cut -c1-2)/$(echo "$blob" | cut -c3-)
chmod u+w "$path"
head -c 40 "$path" >"$CASE_DIR/cut"
cp "$CASE_DIR/cut" "$path"
run timeout 20 "$REVIDENT" scan --format json
expect_exit 3
expect_json 'd["repository"]["complete"]' 'false'

it "replace references and grafts are not followed, and it says so"
fixture september-17
run revident scan --format json
cp "$CASE_DIR/out" "$CASE_DIR/reference"
git replace "$(mark :6)" "$(mark :5)"
run revident scan --format json
expect_exit 1
compare "$CASE_DIR/reference" "$CASE_DIR/out" "with a replace reference"
[ -s "$CASE_DIR/err" ] || fail "says nothing of the replace reference"

it "an unborn HEAD cannot be decided; --all and a tip can"
fixture unborn
run revident scan
expect_exit 3
expect_out </dev/null
[ -s "$CASE_DIR/err" ] || fail "says nothing"
run revident scan topic
expect_exit 0
run revident scan --all --format json
expect_exit 0
expect_json 'd["repository"]["commit"], len(d["tips"])' '[null, 1]'

it "--color: always, never, NO_COLOR, CLICOLOR_FORCE"
fixture september-17
escape=$(printf '\033')
run revident scan --color never
cp "$CASE_DIR/out" "$CASE_DIR/plain"
run revident scan
compare "$CASE_DIR/plain" "$CASE_DIR/out" "not a terminal"
run revident scan --color always
grep -q "$escape" "$CASE_DIR/out" || fail "no colour with --color always"
sed "s/$escape\[[0-9;]*m//g" "$CASE_DIR/out" >"$CASE_DIR/stripped"
compare "$CASE_DIR/plain" "$CASE_DIR/stripped" "the text under the colour"
run env CLICOLOR_FORCE=1 "$REVIDENT" scan
grep -q "$escape" "$CASE_DIR/out" || fail "no colour with CLICOLOR_FORCE"
run env CLICOLOR_FORCE=1 NO_COLOR=1 "$REVIDENT" scan
compare "$CASE_DIR/plain" "$CASE_DIR/out" "NO_COLOR"
run env NO_COLOR=1 "$REVIDENT" scan --color always
grep -q "$escape" "$CASE_DIR/out" || fail "NO_COLOR beats --color always"

it "hostile names reach a terminal escaped, and JSON as U+FFFD"
for name in hostile-names ansi-revision; do
	fixture "$name"
	for arguments in "scan --events all" "scan --color always" audit "explain b2b2" "explain a1a1a1a1a1a1"; do
		# shellcheck disable=SC2086 # words
		run revident $arguments
		cat "$CASE_DIR/out" "$CASE_DIR/err" | sed "s/$escape\[[0-9;]*m//g" >"$CASE_DIR/visible"
		if LC_ALL=C grep -q "[$(printf '\001-\010\013-\037\177')]" "$CASE_DIR/visible"; then
			fail "control bytes: revident $arguments on $name"
		fi
		python3 -c 'import sys
text = open(sys.argv[1], "rb").read().decode("utf-8")
sys.exit(any(c in text for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))' \
			"$CASE_DIR/visible" || fail "invalid UTF-8 or bidi: revident $arguments on $name"
	done
done
fixture hostile-names
run revident scan --format json
expect_json '"red\ufffd.py" in d["lost"][0]["path"]' 'true'
run revident scan --color never
grep -q 'red' "$CASE_DIR/out" || fail "the name is gone"
expect_golden hostile-names.scan.text
fixture merge-migration
named="${escape}[31m$(printf '\377')"
git mv migrations "$named"
printf "[alembic]\nscript_location = %s\n" "$named" >alembic.ini
git commit -q -a -m moved
run revident scan --env x
expect_exit 2
expect_err <<'END'
revident: "x" is no environment here; there is "\x1b[31m\xff"
END
run revident scan --env "$escape"
expect_err <<'END'
revident: "\x1b" is no environment here; there is "\x1b[31m\xff"
END
run revident scan --versions-dir "$escape"
expect_exit 2
expect_err <<'END'
revident: no commit has a directory "\x1b": --versions-dir takes a path from the top of the repository
END

published() {
	run revident scan --format json
	expect_json '{l["revision"][:2]: l["published"] for l in d["lost"]}' "$1"
}

it "what is published: a protected reference had it on its line, or a tag has it"
fixture published
published '{"b2": true, "c3": false}'
git update-ref refs/remotes/origin/main "$(mark :2)"
published '{"b2": true, "c3": true}'

it "protected: the remotes' default branches, else origin/main, else every remote branch, else HEAD"
fixture published
git tag -d v1 >/dev/null
published '{"b2": true, "c3": false}'
git update-ref refs/remotes/up/trunk "$(mark :2)"
published '{"b2": true, "c3": false}'
git update-ref -d refs/remotes/origin/main
published '{"b2": true, "c3": true}'
git update-ref refs/remotes/up/main "$(mark :1)"
git symbolic-ref refs/remotes/up/HEAD refs/remotes/up/main
published '{"b2": true, "c3": false}'
git symbolic-ref refs/remotes/up/HEAD refs/remotes/up/trunk
published '{"b2": true, "c3": true}'
git symbolic-ref -d refs/remotes/up/HEAD
git update-ref -d refs/remotes/up/main
git update-ref -d refs/remotes/up/trunk
published '{"b2": true, "c3": true}'

it "protected: what revident.protectedRef names, repeatable, globs"
fixture published
git tag -d v1 >/dev/null
git update-ref refs/heads/release/1 "$(mark :2)"
git config revident.protectedRef refs/heads/release/1
published '{"b2": true, "c3": true}'
git update-ref refs/heads/release/1 "$(mark :1)"
published '{"b2": true, "c3": false}'
git config revident.protectedRef 'refs/heads/rel*/2'
git update-ref refs/heads/release/2 "$(mark :2)"
published '{"b2": true, "c3": true}'
git config revident.protectedRef 'refs/heads/release/1'
git config --add revident.protectedRef refs/remotes/up/trunk
git update-ref refs/remotes/up/trunk "$(mark :2)"
published '{"b2": true, "c3": true}'

it "a directory with an odd mode is a directory, as it is to git, and nothing is lost in it"
fixture merge-migration
odd=$(git ls-tree HEAD:migrations | sed 's/^040000\(.*versions\)$/040755\1/' | git mktree)
root=$(git ls-tree HEAD | sed "s,tree [0-9a-f]*\(.migrations\)\$,tree $odd\1," | git mktree)
git reset -q --hard "$(git commit-tree -p HEAD -m odd "$root")"
git cat-file tree HEAD:migrations | grep -aq '40755 versions' || fail "the mode is not odd"
run revident scan --format json
expect_exit 0
expect_json 'd["lost"]' '[]'
no_fsck # which says badFilemode
