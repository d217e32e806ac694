#!/bin/sh
# husky and lefthook themselves run revident, with the lines that `revident hooks install --print` prints.
# NODE_BIN is the node_modules/.bin that has both.

. "${0%/*}/../e2e/lib.sh"
. "$TOP/tests/e2e/framework.sh"
need_command hooks
need_command check

mkdir "$SANDBOX/bin"
ln -s "$REVIDENT" "$SANDBOX/bin/revident"
PATH=$SANDBOX/bin:${NODE_BIN:?}:$PATH
LEFTHOOK_BIN=$NODE_BIN/lefthook
export LEFTHOOK_BIN

# owned NAME: install does not touch the hooks, and prints what install --print prints
owned() {
	find .git/hooks .husky -type f -exec cksum {} + 2>/dev/null | sort >"$CASE_DIR/before"
	run revident hooks install
	expect_exit 2
	grep -q "^revident: $1 keeps the hooks in " "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
	cp "$CASE_DIR/out" "$CASE_DIR/lines"
	find .git/hooks .husky -type f -exec cksum {} + 2>/dev/null | sort >"$CASE_DIR/after"
	compare "$CASE_DIR/before" "$CASE_DIR/after" "hooks that are not ours"
	run revident hooks install --print
	expect_exit 0
	compare "$CASE_DIR/lines" "$CASE_DIR/out" "--print"
	run revident hooks doctor
	expect_exit 1
	tr -s '\n ' ' ' <"$CASE_DIR/out" | grep -q "lets the change through; $1 is not told" || fail "$(cat "$CASE_DIR/out")"
}

holds() {
	run revident hooks doctor
	expect_exit 0
	overwrite
	blocked git commit -q -a -m x
	git reset -q --hard
	git rm -q migrations/versions/b2b2b2b2b2b2_orders.py
	blocked git commit -q -m x
	git reset -q --hard
	git init -q --bare -b main ../remote
	git remote add origin ../remote
	passes git push -q origin main
	overwrite
	git commit -q -a -m x --no-verify
	blocked git push -q origin main:topic main
	git reset -q --hard HEAD~1
	honest c3c3c3c3c3c3
	git add .
	passes git commit -q -m x
	passes git push -q origin main main:topic
}

it "husky runs the lines that are printed for it"
published
husky || fail "husky does not install"
[ "$(git config core.hooksPath)" = .husky/_ ] || fail "husky does not set core.hooksPath"
owned husky
file=
while IFS= read -r line; do
	case $line in
	'# in '*)
		file=${line#\# in }
		file=${file%%[ :]*}
		;;
	*) echo "$line" >>"$file" ;;
	esac
done <"$CASE_DIR/lines"
git add .
git commit -q -m husky 2>/dev/null
holds

it "lefthook runs the lines that are printed for it"
published
printf 'pre-commit:\n  commands:\n    nothing:\n      run: "true"\npre-push:\n  commands:\n    nothing:\n      run: "true"\n' >lefthook.yml
lefthook install >"$CASE_DIR/out" 2>&1 || fail "$(cat "$CASE_DIR/out")"
owned lefthook
cp "$CASE_DIR/lines" lefthook.yml
git add .
git commit -q -m lefthook --no-verify
lefthook install >"$CASE_DIR/out" 2>&1 || fail "$(cat "$CASE_DIR/out")"
holds
