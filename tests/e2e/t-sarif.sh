#!/bin/sh
# SARIF of scan, audit and check: one table of rules, fingerprints that outlive commits and lines, relative addresses,
# and which commit of which repository was looked at.

. "${0%/*}/lib.sh"
need_binary

# results: "LEVEL RULE PATH LINE", a line each
results() {
	python3 -c '
import json, sys
for r in json.load(open(sys.argv[1]))["runs"][0]["results"]:
    place = r["locations"][0]["physicalLocation"]
    print(r["level"], r["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"])' "$CASE_DIR/out"
}

it "scan: what is missing, where it is named, and what took it away"
fixture september-17
run revident scan --format sarif
expect_exit 1
expect_err </dev/null
results >"$CASE_DIR/results"
expect_file "$CASE_DIR/results" <<'END'
error identity-overwritten habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py 1
error missing-revision habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py 12
END
expect_json 'd["runs"][0]["results"][0]["message"]["text"].split("\n")' \
	'["189b1231afd4 is lost: overwritten in commit f99c71e6e1bf3ae09c960c96ae9e8117c0d32f13; its file is blob dc24da5d9d7cf21bfbce7d46090a40f153f0d560", "revident recover 189b1231afd4"]'
expect_json 'd["runs"][0]["results"][1]["message"]["text"].split("\n")' \
	'["189b1231afd4 is not there, and 2a3f4c9d1cde names it in down_revision", "revident explain 189b1231afd4"]'

it "scan: what nobody names any more is a warning where it was published, else a note"
fixture base-removed
git update-ref refs/remotes/origin/main HEAD
run revident scan --format sarif
results | cut -d ' ' -f 1,2 | sort | uniq -c | sed 's/^ *//' >"$CASE_DIR/results"
expect_file "$CASE_DIR/results" <<'END'
2 warning identity-deleted
END
git update-ref -d refs/remotes/origin/main
git update-ref refs/remotes/origin/main "$(git commit-tree -m other "$(git mktree </dev/null)")"
run revident scan --format sarif
results | cut -d ' ' -f 1,2 >"$CASE_DIR/results"
expect_file "$CASE_DIR/results" <<'END'
note identity-deleted
note identity-deleted
END

it "one missing revision has one fingerprint, in scan and in audit, now and later"
fixture september-17
print='[r["partialFingerprints"]["revisionIdentity/v1"] for r in d["runs"][0]["results"] if r["ruleId"] == "missing-revision"]'
run revident scan --format sarif
python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(json.dumps(eval(sys.argv[2])))' "$CASE_DIR/out" \
	"$print" >"$CASE_DIR/print"
run revident audit --format sarif HEAD
expect_json "$print" "$(cat "$CASE_DIR/print")"
sed '1s/^/# a line more\n/' habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py >new
mv new habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py
git commit -q -a -m 'a line more'
run revident scan --format sarif
expect_json "$print" "$(cat "$CASE_DIR/print")"

it "every format has the one table of rules, and results point into it"
fixture september-17
for words in scan 'audit HEAD' 'check --range v1.3..HEAD'; do
	# shellcheck disable=SC2086 # a command and its operands
	run revident $words --format sarif
	expect_exit 1
	expect_json '[r["ruleId"] for r in d["runs"][0]["results"]] == [d["runs"][0]["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] for r in d["runs"][0]["results"]]' true
	expect_json 'd["runs"][0]["results"] != []' true
	revident check --list-rules | sed -n 's/^\([a-z-]*\) (.*/\1/p' >"$CASE_DIR/rules"
	python3 -c 'import json, sys
for rule in json.load(open(sys.argv[1]))["runs"][0]["tool"]["driver"]["rules"]: print(rule["id"])' "$CASE_DIR/out" \
		>"$CASE_DIR/told"
	compare "$CASE_DIR/rules" "$CASE_DIR/told" "the rules of $words"
done

it "says which commit of which repository, and nothing of who may read it"
fixture september-17
head=$(git rev-parse HEAD)
provenance='sorted(d["runs"][0]["versionControlProvenance"][0].items())'
for words in scan 'audit HEAD' audit 'check --range v1.3..HEAD'; do
	# shellcheck disable=SC2086 # a command and its operands
	run revident $words --format sarif
	expect_json "$provenance" "[[\"branch\", \"main\"], [\"mappedTo\", {\"uriBaseId\": \"%SRCROOT%\"}], [\"repositoryUri\", \"swh:1:rev:$head\"], [\"revisionId\", \"$head\"]]"
done
git config remote.upstream.url https://elsewhere.example/r
git config remote.origin.url https://user:secret@git.example/team/habits.git
run revident audit --format sarif v1.3
expect_json "$provenance" "[[\"mappedTo\", {\"uriBaseId\": \"%SRCROOT%\"}], [\"repositoryUri\", \"https://git.example/team/habits.git\"], [\"revisionId\", \"$(git rev-parse 'v1.3^{commit}')\"]]"
git config remote.origin.url "$CASE_DIR/elsewhere.git"
run revident scan --format sarif
if grep -q "$CASE_DIR" "$CASE_DIR/out"; then
	fail "an absolute path is told"
fi

it "an unborn HEAD has no provenance, and no result"
fixture unborn
run revident scan --all --format sarif
expect_json '[d["runs"][0]["versionControlProvenance"], d["runs"][0]["results"]]' '[[], []]'
