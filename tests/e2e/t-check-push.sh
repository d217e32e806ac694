#!/bin/sh
# What a push is held against: the remote's own tip, where it parted from what is protected, or all that is known.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hooked.sh"
need_command check

# served: a repository and the bare one that it pushes to by name
served() {
	hooked r
	git init -q --bare -b main ../server.git
	git remote add origin ../server.git
	passes git push -q origin main
}

it "a protected ref: the remote's tip counts, not what was known of it last"
served
migration c3c3 b2b2
git add -A
git commit -qm c3
passes git push -q ../server.git main
[ "$(git rev-parse origin/main)" != "$(git rev-parse main)" ] || fail "origin/main is not behind"
git rm -q m/versions/c3c3_x.py
git commit -q --no-verify -m delete
RULE='error identity-deleted'
blocked git push -q origin main

it "a protected ref takes no further head, another one may have it"
served
migration c3c3 b2b2
git add -A
git commit -qm c3
passes git push -q origin main
git checkout -q -b topic HEAD^
migration d4d4 b2b2
git add -A
git commit -qm d4
passes git push -q origin topic
git checkout -q main
git merge -q --no-edit --no-verify topic
RULE='error multiple-heads'
blocked git push -q origin main
passes git push -q origin main:both

# blobs_read: what the lines on standard input cost
blobs_read() {
	"$REVIDENT" check -v --pre-push origin 2>&1 >/dev/null | sed -n 's/.* trees and \(.*\) blobs read/\1/p'
}

it "a thousand tags of one commit are judged as one, and each is told"
served
migration c3c3 b2b2
git rm -q m/versions/b2b2_x.py
git add -A
git commit -q --no-verify -m change
id=$(git rev-parse HEAD)
seq 1000 | sed "s:.*:refs/tags/t& $id refs/tags/t& 0000000000000000000000000000000000000000:" >"$CASE_DIR/lines"
one=$(head -1 "$CASE_DIR/lines" | blobs_read)
all=$(blobs_read <"$CASE_DIR/lines")
[ "$one" -gt 0 ] || fail "one line reads nothing"
[ "$one" = "$all" ] || fail "one line reads $one blobs, a thousand $all"
"$REVIDENT" check --format json --pre-push origin <"$CASE_DIR/lines" >"$CASE_DIR/json" || true
[ "$(grep -c '"refs/tags/t[0-9]*"' "$CASE_DIR/json")" = 1000 ] || fail "not every line is told"
[ "$(grep -c '"identity-deleted"' "$CASE_DIR/json")" -ge 1 ] || fail "the deletion is not told"


it "new branches that all differ look back at history once, and an old id is told in each"
served
for n in $(seq 40); do
	migration "d$n" b2b2
done
git add -A
git commit -qm many
git rm -q m/versions/d1_x.py m/versions/d2_x.py
git commit -q --no-verify -m less
git push -q --no-verify origin main
for n in 1 2 3 4 5; do
	git checkout -q -b "topic$n" main
	migration "e$n" b2b2
	git add -A
	git commit -q --no-verify -m "e$n"
	echo "refs/heads/topic$n $(git rev-parse HEAD) refs/heads/topic$n 0000000000000000000000000000000000000000"
done >"$CASE_DIR/lines"
one=$(head -1 "$CASE_DIR/lines" | blobs_read)
all=$(blobs_read <"$CASE_DIR/lines")
[ "$one" -gt 40 ] || fail "one line reads $one blobs"
[ "$all" -lt $((one + 40)) ] || fail "five lines read $all blobs, one of them $one"
for n in 1 2; do
	git checkout -q -b "again$n" main
	migration "d$n" b2b2 "other$n"
	git add -A
	git commit -q --no-verify -m "d$n again"
	echo "refs/heads/again$n $(git rev-parse HEAD) refs/heads/again$n 0000000000000000000000000000000000000000"
done >>"$CASE_DIR/lines"
run "$REVIDENT" check --pre-push origin <"$CASE_DIR/lines"
expect_exit 1
[ "$(grep -c '^error identity-reused: d[12] ' "$CASE_DIR/out")" = 2 ] || fail "says: $(cat "$CASE_DIR/out")"

it "a server lets nobody add a head"
served
rm .git/hooks/pre-push
printf '#!/bin/sh\nexec "$REVIDENT" check --pre-receive\n' >../server.git/hooks/pre-receive
chmod +x ../server.git/hooks/pre-receive
migration c3c3 b2b2
migration d4d4 b2b2
git add -A
git commit -q --no-verify -m two
RULE='error multiple-heads'
blocked git push -q origin main
blocked git push -q origin main:topic

it "a server whose HEAD is an older name of the branch: what is forced onto either is held against its tip"
served
rm .git/hooks/pre-push
migration c3c3 b2b2
git add -A
git commit -q --no-verify -m c3c3
git push -q origin main
printf '#!/bin/sh\nexec "$REVIDENT" check --pre-receive\n' >../server.git/hooks/pre-receive
chmod +x ../server.git/hooks/pre-receive
git -C ../server.git symbolic-ref refs/heads/master refs/heads/main
git -C ../server.git symbolic-ref HEAD refs/heads/master
RULE='error identity-deleted: c3c3'
blocked git push -q --force origin main~1:main
blocked git push -q --force origin main~1:master
git -C ../server.git config revident.protectedRef refs/heads/main
blocked git push -q --force origin main~1:master

it "a new ref, received where nothing is on HEAD yet: it parted from the other refs"
hooked r
rm .git/hooks/pre-push
git init -q --bare -b trunk ../server.git
printf '#!/bin/sh\nexec "$REVIDENT" check --pre-receive\n' >../server.git/hooks/pre-receive
chmod +x ../server.git/hooks/pre-receive
passes git push -q ../server.git main:first
git rm -q m/versions/b2b2_x.py
git commit -q --no-verify -m delete
passes git push -q ../server.git main:second # nothing is published there
grep -q 'warning identity-deleted: b2b2' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
grep -q 'nothing is protected' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"

it "a remote's tip that nobody here has seen, and nothing else to go by"
served
git clone -q ../server.git ../other
git -C ../other commit -q --allow-empty -m other
git -C ../other push -q origin main
git remote remove origin
git commit -q --allow-empty -m mine
run git push -q -f ../server.git main
[ "$(cat "$CASE_DIR/status")" -ne 0 ] || fail "it is pushed"
grep -q 'git fetch' "$CASE_DIR/out" "$CASE_DIR/err" || fail "it does not say what to fetch: $(cat "$CASE_DIR/err")"

it "a file that cannot be read may be the child of what looks like a head: undecided, not blocked"
hooked r
git update-ref refs/remotes/origin/main HEAD
migration c3c3 b2b2
migration d4d4 c3c3
git add -A
git commit -qm 'two more' --no-verify
line="refs/heads/main $(git rev-parse HEAD) refs/heads/main $(git rev-parse origin/main)"
echo "$line" | passes revident check --pre-push origin nowhere
blob=$(git rev-parse HEAD:m/versions/c3c3_x.py)
rm -f ".git/objects/$(printf %s "$blob" | cut -c1-2)/$(printf %s "$blob" | cut -c3-)"
fsck_fails "a migration is missing"
echo "$line" | run revident check --pre-push origin nowhere
expect_exit 3
grep -q "$blob" "$CASE_DIR/out" || fail "it does not say what could not be read"

it "a ref that cannot be read may be where a branch began: what was there before is not called new"
hooked r
migration c3c3 nowhere
git add -A
git commit -qm 'its parent is nowhere' --no-verify
git update-ref refs/remotes/origin/main HEAD
before=$(git rev-parse HEAD)
git checkout -qb topic
echo 2 >app/x.py
migration d4d4 c3c3
git add -A
git commit -qm 'honest work' --no-verify
git pack-refs --all
new=0000000000000000000000000000000000000000
sed '/origin/s/^./z/' .git/packed-refs >../damaged
for update in "refs/heads/topic $new" "refs/heads/topic $before"; do
	echo "refs/heads/topic $(git rev-parse topic) $update" >"$CASE_DIR/line"
	passes revident check --pre-push origin nowhere <"$CASE_DIR/line"
	cp .git/packed-refs ../whole
	cp ../damaged .git/packed-refs
	run revident check --pre-push origin nowhere <"$CASE_DIR/line"
	cp ../whole .git/packed-refs
	expect_exit 3
	! grep -q missing-revision "$CASE_DIR/out" || fail "it is called new: $(cat "$CASE_DIR/out")"
	tr -s ' \n' '  ' <"$CASE_DIR/out" | grep -q 'a ref that could not be read may be where it began' ||
		fail "it does not say why: $(cat "$CASE_DIR/out")"
	! grep -q 'there is no remote' "$CASE_DIR/out" || fail "it says that there is no remote"
done

it "a tag that takes its commit for something else, or for what git does not know, is not followed, as git follows none"
hooked r
for type in foo tree; do
	tag=$(printf 'object %s\ntype %s\ntag x\n\nm\n' "$(git rev-parse HEAD)" $type |
		git hash-object -t tag --literally -w --stdin)
	! git rev-parse -q --verify "$tag^{commit}" 2>/dev/null || fail "git follows a tag of type $type"
	printf 'refs/tags/x %s refs/tags/x 0000000000000000000000000000000000000000\n' "$tag" >"$CASE_DIR/lines"
	status=0
	"$REVIDENT" check --pre-push origin <"$CASE_DIR/lines" >"$CASE_DIR/said" 2>&1 || status=$?
	[ $status = 3 ] || fail "$type: exit $status"
	grep -q "tag object $tag" "$CASE_DIR/said" || fail "$type: the tag is not named"
	echo "$tag" >.git/refs/tags/x
	status=0
	"$REVIDENT" scan --all >"$CASE_DIR/said" 2>&1 || status=$?
	[ $status = 3 ] || fail "$type: scan leaves with $status"
	rm .git/refs/tags/x
	rm -f ".git/objects/$(echo "$tag" | cut -c1-2)/$(echo "$tag" | cut -c3-)" # git fsck looks at what a test leaves
done
