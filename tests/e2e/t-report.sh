#!/bin/sh
# revident report: what a postmortem needs, from the history alone.

. "${0%/*}/lib.sh"
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
git -c user.name='Ada Okafor' -c user.email=ada@habits.example commit -q --allow-empty -m 'rota: thanks to Tomasz

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
	run revident report --all-losses
	expect_exit 0
	run revident report
	expect_exit 0
done
no_fsck
