#!/bin/sh
# What the README shows is what the program prints: each block "```console" that
# begins with a "$ " line is run on the accident and compared whole. With
# GOLDEN=1 the blocks are written anew.

. "${0%/*}/lib.sh"
need_binary

mkdir "$SANDBOX/bin" "$SANDBOX/blocks"
ln -s "$REVIDENT" "$SANDBOX/bin/revident"
PATH=$SANDBOX/bin:$PATH
awk -v dir="$SANDBOX/blocks" '
	/^```console$/ { inside = 1; n++; next }
	/^```$/ { inside = 0 }
	inside && /^\$ / { print substr($0, 3) >(dir "/" n ".command"); next }
	inside { print >(dir "/" n ".expected") }
' "$TOP/README.md"

for command in "$SANDBOX"/blocks/*.command; do
	it "README.md: $(cat "$command")"
	fixture september-17
	run sh -c "$(cat "$command")"
	if [ -n "${GOLDEN:-}" ]; then
		cp "$CASE_DIR/out" "${command%.command}.expected"
	else
		compare "${command%.command}.expected" "$CASE_DIR/out" "README.md"
	fi
	expect_err </dev/null
done

if [ -n "${GOLDEN:-}" ]; then
	awk -v dir="$SANDBOX/blocks" '
		/^```console$/ { inside = 1; n++ }
		/^```$/ { inside = 0 }
		!inside || /^```/ { print }
		inside && /^\$ / {
			print
			while ((getline line <(dir "/" n ".expected")) > 0)
				print line
		}
	' "$TOP/README.md" >"$SANDBOX/README.md"
	cat "$SANDBOX/README.md" >"$TOP/README.md"
fi
