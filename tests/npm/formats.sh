#!/bin/sh
# What others than we say of our formats: Mermaid's own parser, the official schema of SARIF, the W3C's HTML checker, and
# Chromium. NODE_MODULES is the directory that the packages are in.

. "${0%/*}/../e2e/lib.sh"
. "$TOP/tests/e2e/hostile.sh"
need_command report
NPM_DIR=$TOP/tests/npm

# every_document: pictures, reports and results of every fixture, of a hostile history and of a long chain in $SANDBOX/written
every_document() {
	mkdir "$SANDBOX/written"
	for stream in "$TOP"/testrepos/*.fi; do
		name=${stream##*/}
		name=${name%.fi}
		[ "$name" != unborn ] || continue
		fixture "$name"
		documents "$name"
	done
	hostile_repository
	documents hostile
	long_chain
	documents long
	no_fsck
}

documents() {
	kept=$SANDBOX/written/$1
	run revident report --all-losses -o "$kept.md"
	run revident report --all-losses --format html -o "$kept.html"
	run revident report --format html -o "$kept.missing.html"
	run revident scan --all --format sarif -o "$kept.scan.sarif"
	run revident audit --format sarif HEAD -o "$kept.audit.sarif"
	run revident check --range "$(git rev-list --max-parents=0 HEAD | tail -n 1)..HEAD" --protect all --format sarif \
		-o "$kept.check.sarif"
	revident audit --format json HEAD >"$CASE_DIR/audit.json" 2>/dev/null || :
	python3 -c 'import json, sys
for e in json.load(open(sys.argv[1]))["environments"]: print(e["path"])' "$CASE_DIR/audit.json" >"$CASE_DIR/envs" 2>/dev/null || :
	number=0
	while IFS= read -r env; do
		number=$((number + 1))
		run revident audit --env "$env" --format mermaid HEAD -o "$kept.$number.mermaid"
		run revident audit --env "$env" --format svg HEAD -o "$kept.$number.svg"
	done <"$CASE_DIR/envs"
}

long_chain() {
	git init -q -b main "$CASE_DIR/long"
	cd "$CASE_DIR/long"
	mkdir -p migrations/versions
	printf '[alembic]\nscript_location = migrations\n' >alembic.ini
	: >migrations/env.py
	python3 -c '
for i in range(1000):
    down = "\"r%04d\"" % (i - 1) if i else None
    with open(f"migrations/versions/r{i:04}.py", "w") as out:
        out.write(f"\"\"\"step {i}\"\"\"\nrevision = \"r{i:04}\"\ndown_revision = {down}\n")
    if i % 40 == 7:
        with open(f"migrations/versions/s{i:04}.py", "w") as out:
            out.write(f"\"\"\"side {i}\"\"\"\nrevision = \"s{i:04}\"\ndown_revision = \"r{i:04}\"\n")'
	git add .
	git commit -q -m long
	git rm -q migrations/versions/r0500.py
	git commit -q -m lost
}

it "Mermaid's parser reads every picture, with as many nodes as were written"
every_document
cp "$NPM_DIR/mermaid.mjs" "$NODE_MODULES/../"
node "$NODE_MODULES/../mermaid.mjs" "$SANDBOX"/written/*.md "$SANDBOX"/written/*.mermaid >"$CASE_DIR/wrong" 2>&1 || :
expect_file "$CASE_DIR/wrong" </dev/null

it "the official schema takes every SARIF result"
/usr/bin/python3 "$NPM_DIR/sarif.py" "$NODE_MODULES/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" \
	"$SANDBOX"/written/*.sarif >"$CASE_DIR/wrong" 2>&1 || :
expect_file "$CASE_DIR/wrong" </dev/null

if command -v java >/dev/null; then
	it "the W3C's checker finds nothing in HTML and SVG"
	java -jar "$NODE_MODULES/vnu-jar/build/dist/vnu.jar" --stdout --also-check-svg "$SANDBOX"/written/*.html \
		"$SANDBOX"/written/*.svg >"$CASE_DIR/wrong" 2>&1 || :
	expect_file "$CASE_DIR/wrong" </dev/null
else
	echo "skipped: java is not installed"
fi

command -v chromium >/dev/null || skip "chromium is not installed"

browser() {
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --user-data-dir="$CASE_DIR/profile" "$@" >"$CASE_DIR/dom" \
		2>"$CASE_DIR/log" || fail "chromium: $(tail -n 3 "$CASE_DIR/log")"
}

for name in september-17 hostile long; do
	it "Chromium shows the report of $name, runs nothing, asks for nothing, and prints it"
	page=file://$SANDBOX/written/$name.html
	browser --dump-dom --enable-logging=stderr --v=0 "$page"
	grep -q '<svg' "$CASE_DIR/dom" || fail "no picture is shown"
	if grep -qi '<script\|<img\|<a ' "$CASE_DIR/dom"; then
		fail "the page has elements that nobody wrote"
	fi
	if grep 'CONSOLE' "$CASE_DIR/log" >"$CASE_DIR/console"; then
		fail "$(head -n 3 "$CASE_DIR/console")"
	fi
	browser --window-size=1200,900 --screenshot="$CASE_DIR/light.png" "$page"
	browser --window-size=1200,900 --blink-settings=preferredColorScheme=0 --screenshot="$CASE_DIR/dark.png" "$page"
	[ -s "$CASE_DIR/light.png" ] || fail "nothing is shown"
	if cmp -s "$CASE_DIR/light.png" "$CASE_DIR/dark.png"; then
		fail "a dark screen shows the same as a light one"
	fi
	browser --no-pdf-header-footer --print-to-pdf="$CASE_DIR/printed.pdf" "$page"
	[ -s "$CASE_DIR/printed.pdf" ] || fail "nothing is printed"
done
