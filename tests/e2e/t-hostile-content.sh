#!/bin/sh
# Objects that are made to take all memory or time: each ends within bounds, with an answer or a sentence.
# HOSTILE=all adds the slow ones.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hostile.sh"
need_binary

all_commands() {
	bounded scan
	bounded scan --deep --format json
	bounded audit
	bounded check --range HEAD~1..HEAD
}

# a_history: one good migration, and a commit for what is to come.
a_history() {
	git init -q -b main "$CASE_DIR/repository"
	cd "$CASE_DIR/repository"
	mkdir -p m/versions
	printf '[alembic]\nscript_location = m\n' >alembic.ini
	echo 'from alembic import context' >m/env.py
	printf 'revision = "a1"\ndown_revision = None\n' >m/versions/a1.py
	git add .
	git commit -q -m one
}

# bomb: the id of a loose blob of 300 MB that is 300 KB on disk.
bomb() {
	head -c 300000000 /dev/zero | tr '\0' x | git -c core.bigFileThreshold=1g hash-object -w --stdin
}

it "a migration, a configuration and an env.py of 300 MB"
a_history
id=$(bomb)
for path in m/versions/b2.py alembic.ini m/env.py; do
	git reset -q --hard HEAD
	git update-index --add --cacheinfo "100644,$id,$path"
	git commit -q -m "$path"
	all_commands
	git reset -q --soft HEAD~1
	git reset -q --hard
done

it "300 MB in the index"
a_history
id=$(bomb)
git update-index --add --cacheinfo "100644,$id,m/versions/b2.py"
git rm -q --cached m/versions/a1.py
bounded check --staged
expect_exit 1
out_says 'identity-deleted: a1'
out_says 'unreadable-migration'
bounded audit --staged
expect_exit 1

it "a migration that is a link to a device, and a versions directory that is a submodule or a link"
a_history
rm m/versions/a1.py
ln -s /dev/zero m/versions/a1.py
git add .
bounded check --staged
expect_exit 1
out_says 'identity-stripped: a1'
git commit -q -m link
all_commands
bounded audit --worktree
expect_exit 0
head=$(git rev-parse HEAD~1)
git rm -q -r m/versions
git update-index --add --cacheinfo "160000,$head,m/versions"
git commit -q -m submodule
all_commands
bounded check --range "$head..HEAD"
expect_exit 1
out_says 'identity-deleted: a1'
git rm -q --cached m/versions
rm -rf m/versions
ln -s .. m/versions
git add m
git commit -q -m circle
all_commands
bounded explain a1
expect_exit 1

it "tags and branches that lead to trees, blobs and each other"
a_history
git tag -a -m x tree 'HEAD^{tree}'
git tag -a -m x blob HEAD:alembic.ini
git -c advice.nestedTag=false tag -a -m x nested tree
git tag plain HEAD:alembic.ini
git update-ref refs/remotes/origin/main "$(git rev-parse 'HEAD^{tree}')"
printf 'revision = "b2"\ndown_revision = "a1"\n' >m/versions/b2.py
git rm -q m/versions/a1.py
git add .
git commit -q -m gone
bounded scan --all
expect_exit 1
out_says 'a1 is missing'
bounded check --range HEAD~1..HEAD
expect_exit 1
out_says 'identity-deleted: a1'
for name in tree blob nested plain; do
	bounded scan $name
	expect_exit 2
	err_says "'$name' leads to an object that is no commit"
done

it "4 MiB of what opens and never closes"
a_history
for opening in '"""' '[' '(' '{' "f'{" "\\\\" '"' '#' 'if x:\n' 'a=b=' 'not '; do
	python3 -c 'import sys
unit = sys.argv[1].encode().decode("unicode_escape")
sys.stdout.write("revision = \"b2\"\ndown_revision = " + unit * (4 * 1024 * 1024 // len(unit)))' "$opening" >m/versions/b2.py
	git add .
	git commit -q -m "$opening"
	bounded scan
	bounded audit
done

it "a tree of 3,000 levels"
a_history
fsck_fails
tree=$(git rev-parse HEAD:m)
{
	printf 'commit refs/heads/main\ncommitter a <a@b> 1700000000 +0000\ndata 1\nx\nfrom refs/heads/main^0\n'
	printf 'M 040000 %s %s\n' "$tree" "$(python3 -c 'print("/".join(["d"] * 3000))')"
} | git fast-import --quiet --force
all_commands

# environments COUNT [DIGITS]: a commit with as many; each has an id of its own, or shares it where DIGITS is "same".
environments() {
	{
		printf 'commit refs/heads/main\ncommitter a <a@b> 1700000000 +0000\ndata 1\nx\nfrom refs/heads/main^0\n'
		python3 -c 'import sys
for i in range(int(sys.argv[1])):
    text = "revision = \"%06d\"\ndown_revision = None\n" % (0 if sys.argv[2] == "same" else i)
    print(f"M 100644 inline d{i}/env.py\ndata 7\nalembic")
    print(f"M 100644 inline d{i}/versions/a.py\ndata {len(text)}\n{text}")' "$1" "${2:-}"
	} | git fast-import --quiet --force
}

it "thousands of environments in one tree"
a_history
count=3000
[ "${HOSTILE:-}" != all ] || count=5000
environments $count
bounded scan
bounded audit
