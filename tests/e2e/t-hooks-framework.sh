#!/bin/sh
# The pre-commit framework itself runs revident: as .pre-commit-hooks.yaml offers it, and with the lines that
# `revident hooks install --print` prints. No network.

. "${0%/*}/lib.sh"
. "$E2E_DIR/framework.sh"
need_command hooks
need_command check
framework=/usr/bin/pre-commit
[ -x "$framework" ] || framework=$(command -v pre-commit) || skip "pre-commit is not installed"

mkdir "$SANDBOX/bin"
ln -s "$REVIDENT" "$SANDBOX/bin/revident"
PATH=$SANDBOX/bin:$PATH
PRE_COMMIT_HOME=$SANDBOX/pre-commit
export PRE_COMMIT_HOME

git init -q "$SANDBOX/offer"
cp "$TOP/.pre-commit-hooks.yaml" "$SANDBOX/offer"
git -C "$SANDBOX/offer" add .
git -C "$SANDBOX/offer" commit -q -m offer
offer=$(git -C "$SANDBOX/offer" rev-parse HEAD)

# configured CONFIG: committed, and the framework's hooks installed
configured() {
	cat >.pre-commit-config.yaml
	git add .
	git commit -q -m configuration
	"$framework" install -t pre-commit -t pre-merge-commit -t pre-push >"$CASE_DIR/out"
}

offered() {
	configured <<END
repos:
  - repo: $SANDBOX/offer
    rev: $offer
    hooks:
      - id: revident
END
}

it "the framework accepts what is offered"
run "$framework" validate-manifest "$TOP/.pre-commit-hooks.yaml"
expect_exit 0

it "commits: an overwrite, a deletion alone, honest work"
published
offered
overwrite
blocked git commit -q -a -m x
git reset -q --hard
git rm -q migrations/versions/b2b2b2b2b2b2_orders.py
blocked git commit -q -m x
git reset -q --hard
honest c3c3c3c3c3c3
git add .
passes git commit -q -m x
run revident hooks doctor
expect_exit 0
expect_out <<'END'
ok: .git/hooks/pre-commit blocks the change
ok: .git/hooks/pre-merge-commit blocks the change
ok: .git/hooks/pre-push blocks the change
END

it "merges that drop a published migration"
published
offered
git checkout -q -b side
honest c3c3c3c3c3c3
git add .
git commit -q -m c3 2>/dev/null
git update-ref refs/remotes/origin/main side
git checkout -q main
git commit -q -m more --allow-empty 2>/dev/null
blocked git merge -q --no-edit -s ours side

it "pushes: PRE_COMMIT_FROM_REF and _TO_REF are judged as a range"
published
offered
git init -q --bare -b main ../remote
git remote add origin ../remote
git push -q --no-verify origin "$(mark :1):refs/heads/main"
passes git push -q origin main
overwrite
git commit -q -a -m x --no-verify
blocked git push -q origin main
blocked git push -q --force origin main
blocked git push -q origin main:refs/heads/topic
passes git push -q origin HEAD~1:refs/heads/topic
passes git push -q origin :topic
git reset -q --hard HEAD~1
honest c3c3c3c3c3c3
git add .
git commit -q -m x 2>/dev/null
passes git push -q origin main

it "install says whose hooks these are, and the lines that it prints work"
published
configured <<'END'
repos: []
END
run revident hooks install
expect_exit 2
expect_err <<'END'
revident: the pre-commit framework keeps the hooks in '.git/hooks' and would write over ours: put these lines into its configuration; --force installs beside it all the same
END
run revident hooks doctor
expect_exit 1
run revident hooks doctor --format json
expect_json 'd["hooks"][0]["message"].split(",")[0]' '"lets the change through; the pre-commit framework is not told to run revident"'
{
	echo 'repos:'
	revident hooks install --print
} >.pre-commit-config.yaml
git add .
git commit -q -m 'as printed' 2>/dev/null
run revident hooks doctor
expect_exit 0
overwrite
blocked git commit -q -a -m x

it "doctor finds a configuration that passes over commits that only delete"
published
configured <<'END'
repos:
  - repo: local
    hooks:
      - id: revident
        name: revident
        language: system
        entry: revident check --staged
        pass_filenames: false
END
overwrite
blocked git commit -q -a -m x
git reset -q --hard
run revident hooks doctor
expect_exit 1
tr -s '\n ' ' ' <"$CASE_DIR/out" | grep -q 'or passes over commits that only delete files' || fail "$(cat "$CASE_DIR/out")"

it "a framework that is installed after our hooks runs them, too"
published
revident hooks install >"$CASE_DIR/out"
echo 'repos: []' >.pre-commit-config.yaml
git add .
git commit -q -m configuration
"$framework" install >"$CASE_DIR/out"
overwrite
blocked git commit -q -a -m x
