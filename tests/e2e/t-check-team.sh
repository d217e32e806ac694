#!/bin/sh
# A day in a team: honest work passes every gate (commit, push, CI, server), and the accidents do not.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hooked.sh"
need_command check

# a server with pre-receive, and a clone of it with all hooks
it "a day in a team"
hooked first
git clone -q --bare . ../server.git
printf '#!/bin/sh\nexec "$REVIDENT" check --pre-receive\n' >../server.git/hooks/pre-receive
chmod +x ../server.git/hooks/pre-receive
git clone -q ../server.git ../work
cd ../work
REPOS="$REPOS $CASE_DIR/work"
hook pre-commit 'exec "$REVIDENT" check --staged'
hook pre-merge-commit 'exec "$REVIDENT" check --staged'
hook pre-push 'exec "$REVIDENT" check --pre-push "$@"'

# ci: what the pull request's job runs
ci() {
	git fetch -q origin
	passes revident check --range origin/main...HEAD --merged-with origin/main --format github
}

# merged BRANCH: the pull request is merged with a merge commit on the server's side
merged() {
	git checkout -q main
	passes git pull -q --ff-only
	passes git merge -q --no-ff --no-edit "$1"
	passes git push -q origin main
}

# two features start at the same head
git checkout -q -b one origin/main
migration c3c3 b2b2 orders
git add -A
passes git commit -qm 'orders'
passes git push -q -u origin one
git checkout -q -b two origin/main
migration d4d4 b2b2 invoices
git add -A
passes git commit -qm 'invoices'
passes git push -q -u origin two
merged one

# the second is rebased: re-parented, then given a new id, then its content changes; all of it is nobody's yet
git checkout -q two
git fetch -q
passes git rebase -q origin/main
migration d4d4 c3c3 invoices
passes git commit -qam 'onto orders'
ci
git mv m/versions/d4d4_x.py m/versions/d5d5_x.py
migration d5d5 c3c3 invoices
passes git commit -qam 'a new id'
passes git push -q -f origin two
migration d5d5 c3c3 quite_other
passes git commit -qam 'written anew'
passes git push -q origin two
ci
git rm -q m/versions/d5d5_x.py
passes git commit -qm 'start again'
migration e6e6 c3c3 invoices
git add -A
passes git commit -qm 'generated again'
passes git push -q origin two
ci

# squash-merged
git checkout -q main
passes git pull -q --ff-only
git merge -q --squash two >/dev/null
passes git commit -qm 'invoices (#2)'
passes git push -q origin main
passes revident check --range HEAD^...HEAD

# main is merged into a branch that lags behind
git checkout -q -b three origin/main~1
echo 5 >app/x.py
passes git commit -qam app
passes git merge -q --no-edit origin/main
ci
passes git push -q origin three

# a formatter runs over all migrations
git checkout -q main
for file in m/versions/*.py; do
	sed "s/'/\"/g; s/^    op/    op/; s/^\([a-z_]*\) = /\1  =  /; s/\$/  /" "$file" >"$CASE_DIR/f" && cat "$CASE_DIR/f" >"$file"
	printf '\n\n\n' >>"$file"
done
passes revident check --staged
passes git commit -qam 'run the formatter'
run revident check --range HEAD^..HEAD --format json
expect_exit 0
expect_json 'd["result"]' '"clean"'
expect_json 'd["violations"]' '[]'
passes git push -q origin main

# the revert of a merged pull request: everywhere, with both endings
RULE=identity-deleted
passes git revert --no-edit HEAD
passes git revert --no-edit HEAD~2
blocked git push -q origin main
blocked git push -q --no-verify origin main
blocked revident check --range origin/main...HEAD
run revident check --range origin/main...HEAD
expect_exit 1
grep -q 'If a database has run it: restore it, and write a new migration' "$CASE_DIR/out" || fail "the first ending is missing"
grep -q 'If none has: say so in .revident, and why:' "$CASE_DIR/out" || fail "the second ending is missing"
grep -q '^    git checkout [0-9a-f]* -- m/versions/e6e6_x.py$' "$CASE_DIR/out" || fail "the first ending has no command"

# the first ending is what it says
sh -c "$(sed -n 's/^    \(git checkout .*\)/\1/p' "$CASE_DIR/out" | head -n 1)"
passes git commit -qm 'put it back'
passes git push -q origin main

# the second ending: the waiver is pasted, with a reason
git rm -q m/versions/e6e6_x.py
blocked git commit -qm 'take it out'
run revident check --staged
sed -n '/^    \[waiver/,/reason =/s/^    //p' "$CASE_DIR/out" >.revident
git add .revident
run git commit -qm 'take it out'
expect_exit 1
grep -q 'has no reason' "$CASE_DIR/err" || fail "a waiver without a reason counts"
sed -i.bak 's/reason =/reason = staging was rebuilt, see OPS-7/' .revident && rm -f .revident.bak
git add .revident
passes git commit -qm 'take it out'
grep -q 'OPS-7' "$CASE_DIR/out" "$CASE_DIR/err" || fail "the waiver's reason is not shown"

# the server takes no waiver from the push that needs it: it comes first, through review
RULE=identity-deleted
blocked git push -q origin main
git branch -q removal
git reset -q --hard HEAD^
git checkout -q removal -- .revident
passes git commit -qm 'waive e6e6'
passes git push -q origin main
git rm -q m/versions/e6e6_x.py
passes git commit -qm 'take it out'
passes git push -q origin main

it "a prune: the first years are squashed, and a branch that lags behind merges it"
hooked r
git update-ref refs/remotes/origin/main HEAD
migration c3c3 b2b2
git add -A
passes git commit -qm c3
git update-ref refs/remotes/origin/main HEAD
git branch -q lagging
git rm -q m/versions/a1a1_x.py m/versions/b2b2_x.py
migration c3c3 ''
git add -A
RULE=identity-deleted
blocked git commit -qm prune
RULE=reparented
blocked git commit -qm prune
printf '[prune "c3c3"]\n\treason = squashed the first year\n' >.revident
git add .revident
passes git commit -qm prune
grep -q 'pruned by c3c3 (squashed the first year)' "$CASE_DIR/out" "$CASE_DIR/err" || fail "the prune is not shown"
git update-ref refs/remotes/origin/main HEAD
git checkout -q lagging
migration d4d4 c3c3
git add -A
passes git commit -qm d4
passes git merge -q --no-edit main
passes revident check --range origin/main...HEAD --merged-with origin/main
passes revident audit HEAD

it "a prune covers its own base, and only where that is there"
hooked r
migration c3c3 b2b2
migration d4d4 c3c3
git add -A
git commit -q --no-verify -m more
printf '[prune "c3c3"]\n\treason = squashed\n' >.revident
migration c3c3 ''
git rm -q m/versions/a1a1_x.py m/versions/b2b2_x.py
git add -A
passes revident check --staged
migration c3c3 d4d4
migration d4d4 ''
git add -A
run revident check --staged --format json
expect_exit 1
expect_json 'sorted(v["revision"] for v in d["violations"] if v["rule"] == "reparented")' '["c3c3", "d4d4"]'
git reset -q --hard
printf '[prune "c3c3"]\n\treason = squashed\n' >.revident
git rm -q m/versions/a1a1_x.py m/versions/b2b2_x.py m/versions/c3c3_x.py
migration d4d4 ''
git add -A
run revident check --staged --format json
expect_exit 1
expect_json 'sorted(v["revision"] for v in d["violations"] if v["rule"] == "identity-deleted")' '["a1a1", "b2b2", "c3c3"]'

it "a prune does not cover what came after, nor other content"
hooked r
migration c3c3 b2b2
migration d4d4 c3c3
git add -A
passes git commit -qm more
git update-ref refs/remotes/origin/main HEAD
printf '[prune "c3c3"]\n\treason = squashed\n' >.revident
git rm -q m/versions/d4d4_x.py
git add .revident
RULE=identity-deleted
blocked git commit -qm 'prune too much'
git reset -q --hard
printf '[prune "c3c3"]\n\treason = squashed\n' >.revident
git rm -q m/versions/c3c3_x.py
git add .revident
blocked git commit -qm 'prune the base itself'
