#!/bin/sh
# A configuration that is a symbolic link, as Alembic follows it; and what stands where one was, or cannot be read: then
# nobody knows which directories it joined, and no migration is said to be missing.

. "${0%/*}/lib.sh"
need_command check

CORE=changes/core
V=db/versions

# told PATTERN: standard output or standard error says so, wherever lines are broken.
told() {
	cat "$CASE_DIR/out" "$CASE_DIR/err" | tr -s ' \n' '  ' | grep -q -- "$1" || fail "does not say: $1
$(cat "$CASE_DIR/out" "$CASE_DIR/err")"
}

# add_invoices_index DIR: a new head in the index.
add_invoices_index() {
	sed 's/c3c3c3c3c3c3/d4d4d4d4d4d4/g; s/b2b2b2b2b2b2/c3c3c3c3c3c3/g; s/invoices/indexes/g' \
		$V/c3c3c3c3c3c3_invoices.py >"$1/d4d4d4d4d4d4_indexes.py"
	git add "$1"
}

it "a link to a file of the tree, through another link, is followed in commits, in the index and in the work tree"
fixture linked-config
run revident scan
expect_exit 0
for tree in HEAD --staged --worktree; do
	run revident audit $tree --format json
	expect_exit 0
	expect_json '[(e["path"], [m["revision"][:4] for m in e["migrations"]]) for e in d["environments"]]' \
		'[["db", ["a1a1", "b2b2", "c3c3"]]]'
done
run revident check --range "$(mark :1)..$(mark :2)"
expect_exit 0
run revident check --worktree
expect_exit 0

it "what the link leads to is read from the disk where it differs there, whatever its name, and through a new link"
fixture linked-config
# lists_all: as the tests above, from the work tree.
lists_all() {
	run revident audit --worktree --format json
	expect_json '[(e["path"], [m["revision"][:4] for m in e["migrations"]]) for e in d["environments"]]' \
		'[["db", ["a1a1", "b2b2", "c3c3"]]]'
}
git mv deploy/conf/app.conf deploy/conf/app.settings
ln -sfn conf/app.settings alembic.ini
git add alembic.ini
git commit -q -m 'A name that tells nothing'
lists_all
echo '# since 2024' >>deploy/conf/app.settings
lists_all
mv deploy/conf/app.settings deploy/new
ln -s ../new deploy/conf/app.settings
lists_all
rm deploy/conf/app.settings
echo '[loggers]' >deploy/conf/app.settings
run revident audit --worktree --format json
expect_json 'd["environments"][0]["found_by"]' '"db/env.py"'

it "only the link's file claims the directory, and a migration gets another id there"
fixture linked-config
sed 's/b2b2b2b2b2b2/e5e5e5e5e5e5/; s/a1a1a1a1a1a1/b2b2b2b2b2b2/; s/orders/coupons/g' $CORE/b2b2b2b2b2b2_orders.py >new
mv new $CORE/b2b2b2b2b2b2_orders.py
run revident check --worktree
expect_exit 1
told 'error identity-edited: b2b2b2b2b2b2'
git add $CORE
run revident check --staged
expect_exit 1
told 'error identity-edited: b2b2b2b2b2b2'

it "what the link leads to changes alone, or a link on the way to it: it is judged, whatever the name"
fixture linked-config
git mv deploy/conf/app.conf deploy/conf/settings
ln -sfn conf/settings alembic.ini
git add -A
git commit -q -m 'A name that tells nothing'
git tag named
sed -i '/version_locations/d' deploy/conf/settings
for command in 'check --worktree' 'check --staged' 'check --range HEAD~1..HEAD'; do
	case $command in
	*staged) git add -A ;;
	*range*) git commit -q -m 'Only db/versions' ;;
	esac
	# shellcheck disable=SC2086 # a command and its options
	run revident $command
	expect_exit 1
	told 'error missing-revision: b2b2b2b2b2b2'
done
git reset -q --hard named
mkdir elsewhere
sed '/version_locations/d' deploy/conf/settings >elsewhere/settings
git add -A
git commit -q -m 'Settings that nothing leads to'
run revident check --range HEAD~1..HEAD
expect_exit 0
ln -sfn elsewhere conf
git add -A
run revident check --staged
expect_exit 1
told 'error missing-revision: b2b2b2b2b2b2'

it "a link out of the tree, a directory: what was configured is not known, in history, index and work tree"
for side in outside directory; do
	case $side in
	outside) what='is a symbolic link to no file of the tree' ;;
	directory) what='is a directory, which Alembic reads no configuration from' ;;
	esac
	fixture linked-config
	git checkout -q "$side"
	run revident scan
	expect_exit 3
	told "'alembic.ini' $what"
	run revident audit HEAD
	expect_exit 3
	told 'warning missing-revision: b2b2b2b2b2b2 is not there, .* a configuration that cannot be read may say where it is'
	run revident check --range "$(mark :1)..HEAD"
	expect_exit 3
	told "'alembic.ini' $what"
	run revident recover
	expect_exit 3
	git checkout -q main
	git restore --source "$side" --worktree alembic.ini 2>/dev/null || {
		rm alembic.ini
		mkdir alembic.ini
		cp deploy/conf/app.conf alembic.ini/eu.conf
	}
	run revident check --staged
	expect_exit 0
	run revident check --worktree
	expect_exit 3
	told "alembic.ini' "
	run revident audit --worktree
	expect_exit 3
	git add -A
	run revident check --staged
	expect_exit 3
	told "'alembic.ini' $what"
done

it "a circle, a way through a file, out of the tree and to a directory lead to no configuration"
fixture linked-config
for target in alembic.ini conf/app.conf/app.conf ../linked-config/deploy/conf/app.conf deploy/conf nowhere; do
	ln -sfn "$target" alembic.ini
	git add alembic.ini
	run revident check --staged
	expect_exit 3
	told "'alembic.ini' is a symbolic link to no file of the tree"
done
ln -sfn db/../conf/../conf//./app.conf alembic.ini
git add alembic.ini
run revident check --staged
expect_exit 0

it "links that are longer together than a path may be are not followed: each component is looked up"
fixture linked-config
# shellcheck disable=SC2046 # a word for each time
padding=$(printf './%.0s' $(seq 1400))
ln -sfn "${padding}conf/app.conf" alembic.ini
git add alembic.ini
run revident check --staged
expect_exit 0
ln -s "${padding}conf/app.conf" once
ln -sfn "${padding}once" alembic.ini
git add alembic.ini once
run revident check --staged
expect_exit 3
told "'alembic.ini' is a symbolic link to no file of the tree"

it "a pyproject.toml that is a link is followed, too; one that leads out of the tree keeps nothing from being judged"
fixture linked-config
mkdir libs
ln -s ../vendor/pyproject.toml libs/pyproject.toml
git add libs
git commit -q -m 'Share settings'
run revident scan
expect_exit 0
add_invoices_index $V
run revident check --staged
expect_exit 0
git rm -q --cached alembic.ini
rm alembic.ini
printf '[tool.alembic]\nscript_location = "db"\nversion_locations = ["changes/core", "db/versions"]\n' >deploy/conf/shared.toml
ln -s conf/shared.toml pyproject.toml
git add -A
run revident audit --staged --format json
expect_exit 0
expect_json '[(e["found_by"], len(e["migrations"])) for e in d["environments"]]' '[["pyproject.toml", 4]]'

it "and the commit that puts a configuration back passes"
fixture linked-config
git checkout -q outside
git rm -q alembic.ini
git show "$(mark :1):alembic.ini" >alembic.ini
git add alembic.ini
run revident check --staged
expect_exit 0

it "a damaged alembic.ini: what only it knows is not called missing, and nothing is planned for it"
fixture linked-config
git checkout -q -b damaged "$(mark :1)"
blob=$(git rev-parse HEAD:alembic.ini)
file=.git/objects/$(echo "$blob" | sed 's/^../&\//')
chmod u+w "$file"
printf 'no object' >"$file"
fsck_fails "an object is damaged"
run revident scan --format json
expect_exit 3
expect_json 'd["missing"]' '[]'
expect_json "[l for l in d['repository']['limits'] if '$blob' in l] != []" true
for tree in HEAD --staged --worktree; do
	run revident audit $tree
	expect_exit 3
	told 'warning missing-revision: b2b2b2b2b2b2 '
done
run revident explain b2b2b2b2b2b2
expect_exit 3
run revident report
if grep -q '# Missing migration' "$CASE_DIR/out"; then fail "the report tells of a missing migration"; fi
for revision in '' b2b2b2b2b2b2; do
	run revident recover $revision
	expect_exit 3
	told 'b2b2b2b2b2b2 may be where a configuration of HEAD says, which cannot be read'
	if grep -q restore "$CASE_DIR/out"; then fail "a file is restored that may be there"; fi
done
add_invoices_index $V
run revident check --staged
expect_exit 3

it "a link that is damaged may lead to what names the changed directory: that is not passed over"
fixture linked-config
git checkout -q -b damaged "$(mark :2)"
git rm -q $CORE/b2b2b2b2b2b2_orders.py
git commit -q -m 'Drop orders'
blob=$(git rev-parse HEAD:alembic.ini)
file=.git/objects/$(echo "$blob" | sed 's/^../&\//')
chmod u+w "$file"
printf 'no object' >"$file"
fsck_fails "an object is damaged"
run revident check --range HEAD~1..HEAD
expect_exit 3
told "alembic.ini (blob $blob), which may say where migrations are, cannot be read"

it "and so may a configuration in a directory that is damaged"
fixture linked-config
git checkout -q -b damaged "$(mark :1)"
mkdir ops
git mv alembic.ini ops
git commit -q -m 'Move the configuration'
git rm -q $CORE/b2b2b2b2b2b2_orders.py
git commit -q -m 'Drop orders'
tree=$(git rev-parse HEAD:ops)
file=.git/objects/$(echo "$tree" | sed 's/^../&\//')
chmod u+w "$file"
printf 'no object' >"$file"
fsck_fails "an object is damaged"
run revident check --range HEAD~1..HEAD
expect_exit 3
told "ops (tree $tree), which may say where migrations are, cannot be read"

it "and what is seen to be taken away is still told, and put back"
fixture linked-config
git checkout -q -b damaged "$(mark :1)"
add_invoices_index $V
git commit -q -m 'Add indexes'
git rm -q $V/c3c3c3c3c3c3_invoices.py
echo '# since 2024' >>alembic.ini
git add alembic.ini
git commit -q -m 'Drop invoices'
blob=$(git rev-parse HEAD:alembic.ini)
rm -f ".git/objects/$(echo "$blob" | sed 's/^../&\//')"
fsck_fails "a blob is missing"
run revident scan --format json
expect_exit 1
expect_json '[m["revision"] for m in d["missing"]]' '["c3c3c3c3c3c3"]'
run revident recover
told "restore $V/c3c3c3c3c3c3_invoices.py"
