#!/bin/sh
# What a commit-graph says is held against the commits' own objects and trees where
# an answer stands on it: one that was forged, checksum included, is not used.
# Damage by chance is noticed (tests/unit/test_commit_graph.c), and
# --no-commit-graph asks all commits themselves. That no honest graph changes an
# answer is held by tests/differential/check_graph.py.

. "${0%/*}/lib.sh"
need_binary

# forge_filters FILE: every changed-path filter says that nothing changed, under a checksum that is right.
forge_filters() {
	chmod u+w "$1"
	python3 - "$1" <<'PYTHON'
import hashlib, sys
path = sys.argv[1]
graph = bytearray(open(path, "rb").read())
chunks = {bytes(graph[at:at + 4]): int.from_bytes(graph[at + 4:at + 12], "big")
          for at in range(8, 8 + 12 * (graph[6] + 1), 12)}
start = chunks[b"BDAT"] + 12
end = min(offset for offset in chunks.values() if offset > start)
graph[start:end] = bytes(end - start)
graph[-20:] = hashlib.sha1(graph[:-20]).digest()
open(path, "wb").write(graph)
PYTHON
}

# same_but_for_limits: the answer is that of the honest graph, or says besides that the graph is not used.
same_but_for_limits() {
	python3 - "$CASE_DIR/expected" "$CASE_DIR/out" <<'PYTHON' || fail "not the answer of an honest graph"
import json, sys
want, got = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
for answer in want, got:
    del answer["repository"]["limits"], answer["repository"]["complete"]
sys.exit(want != got)
PYTHON
}

it "a graph whose filters hide a loss is found out at HEAD, and --no-commit-graph asks no graph"
fixture september-17
run revident scan --format json --events all
mv "$CASE_DIR/out" "$CASE_DIR/expected"
git commit-graph write --reachable --changed-paths 2>/dev/null
run revident scan --format json --events all
compare "$CASE_DIR/expected" "$CASE_DIR/out" "with an honest graph"
forge_filters .git/objects/info/commit-graph
run revident scan --format json --events all
expect_exit 1
expect_json '[d["repository"]["complete"], ["the commit-graph says of commit" in l for l in d["repository"]["limits"]]]' \
	'[false, [true]]'
same_but_for_limits
run revident scan --no-commit-graph --format json --events all
expect_exit 1
compare "$CASE_DIR/expected" "$CASE_DIR/out" "with --no-commit-graph"

# forge_tree FILE COMMIT TREE: the graph gives the commit another tree, under a checksum that is right.
forge_tree() {
	chmod u+w "$1"
	python3 - "$@" <<'PYTHON'
import hashlib, sys
path, commit, tree = sys.argv[1:]
graph = bytearray(open(path, "rb").read())
chunks = {bytes(graph[at:at + 4]): int.from_bytes(graph[at + 4:at + 12], "big")
          for at in range(8, 8 + 12 * (graph[6] + 1), 12)}
ids, data = chunks[b"OIDL"], chunks[b"CDAT"]
place = next(i for i in range((data - ids) // 20) if graph[ids + 20 * i:ids + 20 * i + 20] == bytes.fromhex(commit))
graph[data + 36 * place:data + 36 * place + 20] = bytes.fromhex(tree)
graph[-20:] = hashlib.sha1(graph[:-20]).digest()
open(path, "wb").write(graph)
PYTHON
}

# forge_filter FILE COMMIT: the commit's filter alone says that nothing changed.
forge_filter() {
	chmod u+w "$1"
	python3 - "$@" <<'PYTHON'
import hashlib, struct, sys
path, commit = sys.argv[1:]
graph = bytearray(open(path, "rb").read())
chunks = {bytes(graph[at:at + 4]): int.from_bytes(graph[at + 4:at + 12], "big")
          for at in range(8, 8 + 12 * (graph[6] + 1), 12)}
ids, ends, data = chunks[b"OIDL"], chunks[b"BIDX"], chunks[b"BDAT"] + 12
place = next(i for i in range(len(graph)) if graph[ids + 20 * i:ids + 20 * i + 20] == bytes.fromhex(commit))
begin = struct.unpack_from(">I", graph, ends + 4 * (place - 1))[0] if place else 0
end = struct.unpack_from(">I", graph, ends + 4 * place)[0]
graph[data + begin:data + end] = bytes(end - begin)
graph[-20:] = hashlib.sha1(graph[:-20]).digest()
open(path, "wb").write(graph)
PYTHON
}

it "a graph whose ids are out of order, under a checksum that is right, is not used"
fixture env-moves-meet
run revident scan --all --format json
mv "$CASE_DIR/out" "$CASE_DIR/expected"
git commit-graph write --reachable 2>/dev/null
chmod u+w .git/objects/info/commit-graph
python3 - .git/objects/info/commit-graph <<'PYTHON'
import hashlib, sys
graph = bytearray(open(sys.argv[1], "rb").read())
chunks = {bytes(graph[at:at + 4]): int.from_bytes(graph[at + 4:at + 12], "big") for at in range(8, 44, 12)}
ids = graph[chunks[b"OIDL"]:chunks[b"CDAT"]]
graph[chunks[b"OIDL"]:chunks[b"CDAT"]] = ids[:20] * (len(ids) // 20)
graph[-20:] = hashlib.sha1(graph[:-20]).digest()
open(sys.argv[1], "wb").write(graph)
PYTHON
run revident scan --all --format json
same_but_for_limits
fsck_fails "the graph is damaged"

it "a graph whose filters hide a loss among later ones is found out where it accuses another commit"
fixture lost-twice
run revident scan --format json
mv "$CASE_DIR/out" "$CASE_DIR/expected"
git commit-graph write --reachable --changed-paths 2>/dev/null
git rev-list HEAD >"$CASE_DIR/commits"
while read -r hidden; do
	forge_filter .git/objects/info/commit-graph "$hidden"
	run revident scan --format json
	expect_exit 3
	same_but_for_limits
	git commit-graph write --reachable --changed-paths 2>/dev/null
done <"$CASE_DIR/commits"
rm -f .git/objects/info/commit-graph

it "who is accused by a graph alone: the objects of the commit and its parents are asked"
fixture september-17
loss=$(git log --format=%H -1 --grep='deleting a program')
for hidden in "$loss" "$(git rev-parse "$loss^")"; do
	git commit-graph write --reachable 2>/dev/null
	forge_tree .git/objects/info/commit-graph "$hidden" "$(git rev-parse "$loss~2^{tree}")"
	run revident scan --format json
	expect_exit 1
	expect_json '["the commit-graph says of commit '"$hidden"' what" in l for l in d["repository"]["limits"]]' '[true]'
done
rm -f .git/objects/info/commit-graph
