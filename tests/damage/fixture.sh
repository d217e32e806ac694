#!/bin/sh
# tests/damage/fixture.sh DIR STREAM KIND...: make repositories to damage, DIR/STREAM-KIND, from testrepos/STREAM.fi.
#
# loose    a work tree; every object loose, loose refs with reflogs, an index, a linked work tree, ORIG_HEAD
# packed   bare; one pack with deltas and a second one, multi-pack-index, commit-graph with filters, packed-refs
# chained  bare; a chain of commit-graphs, an index of version 1, the older objects in an alternate
# shallow  bare; a clone of the last two commits
set -eu
top=$(cd "${0%/*}/../.." && pwd -P)
dir=$1
shift
mkdir -p "$dir"
dir=$(cd "$dir" && pwd -P)
HOME=$dir GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null TZ=UTC LC_ALL=C
GIT_AUTHOR_NAME='A U Thor' GIT_AUTHOR_EMAIL=author@example.com GIT_AUTHOR_DATE='2025-10-21T09:00:00 +0000'
GIT_COMMITTER_NAME='C O Mitter' GIT_COMMITTER_EMAIL=committer@example.com GIT_COMMITTER_DATE='2025-10-21T09:00:00 +0000'
export HOME GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL TZ LC_ALL GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE \
    GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE
umask 022

# quiet COMMAND...: its output only where it fails.
quiet() {
    "$@" >"$dir/log" 2>&1 || {
        cat "$dir/log" >&2
        exit 1
    }
}

# new NAME STREAM [OPTION]
new() {
    quiet git init -b main ${3:+"$3"} --template= "$1"
    cd "$1"
    git config gc.auto 0
    git config maintenance.auto false
    git config pack.writeReverseIndex true
    quiet git fast-import --quiet <"$2"
}

make_loose() {
    new "$1" "$2" # few enough objects that fast-import leaves them loose
    quiet git reset -q --hard main
    quiet git commit --allow-empty -m 'nothing changes'
    quiet git reset -q --soft HEAD~1
    quiet git worktree add --detach linked HEAD
    mkdir -p .git/info
    echo linked >.git/info/exclude
    rm -f .git/COMMIT_EDITMSG
}

make_packed() {
    new "$1" "$2" --bare
    quiet git repack -adfq --depth=10 --window=20
    tree=$(git rev-parse 'main^{tree}')
    git update-ref refs/heads/other "$(git commit-tree -p main -m 'the same again' "$tree")"
    quiet git repack -dq
    git pack-refs --all
    quiet git multi-pack-index write
    quiet git commit-graph write --reachable --changed-paths
}

make_chained() {
    new "$1" "$2" --bare
    quiet git repack -adq
    quiet git commit-graph write --reachable --split=no-merge --changed-paths
    tree=$(git rev-parse 'main^{tree}')
    git update-ref refs/heads/other "$(git commit-tree -p main -m 'the same again' "$tree")"
    quiet git commit-graph write --reachable --split=no-merge --changed-paths
    mkdir -p store/pack
    mv objects/pack/pack-* store/pack
    echo ../store >objects/info/alternates
    for pack in store/pack/*.pack; do
        chmod u+w "${pack%.pack}.idx"
        quiet git index-pack --index-version=1 -o "${pack%.pack}.idx" "$pack"
    done
}

make_shallow() {
    new "$dir/whole" "$2" --bare
    quiet git clone --bare --no-single-branch --depth=2 --template= "file://$dir/whole" "$1"
    cd "$1"
    mkdir aside
    mv objects/pack/* aside
    for pack in aside/*.pack; do
        git unpack-objects -q <"$pack"
    done
    rm -r aside "$dir/whole"
}

stream=$top/testrepos/$1.fi
name=$1
shift
for kind; do
    (make_"$kind" "$dir/$name-$kind" "$stream")
    find "$dir/$name-$kind" -type f -exec chmod 644 {} +
done
rm "$dir/log"
