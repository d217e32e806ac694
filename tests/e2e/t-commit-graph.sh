#!/bin/sh
# What a commit-graph says is believed, as git believes it: one that was forged
# can hide history. Damage by chance is noticed (tests/unit/test_commit_graph.c),
# and --no-commit-graph asks the commits themselves. That no honest graph changes
# an answer is held by tests/differential/check_graph.py.

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

it "--no-commit-graph looks behind a graph that hides a loss"
fixture september-17
run revident scan --format json --events all
mv "$CASE_DIR/out" "$CASE_DIR/expected"
git commit-graph write --reachable --changed-paths 2>/dev/null
run revident scan --format json --events all
compare "$CASE_DIR/expected" "$CASE_DIR/out" "with an honest graph"
forge_filters .git/objects/info/commit-graph
run revident scan --format json --events all
expect_json 'd["events"]' '[]'
run revident scan --no-commit-graph --format json --events all
expect_exit 1
compare "$CASE_DIR/expected" "$CASE_DIR/out" "with --no-commit-graph"
