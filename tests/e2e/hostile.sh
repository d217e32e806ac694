# shellcheck shell=sh
# Repositories that are made to break something, and the bounds within which a command must end all the same. For tests
# that have sourced lib.sh.

# bounded COMMAND...: within 20 s of processor time and 2 GB of addresses, which a sanitizer needs more of.
BOUNDS='ulimit -t 20; ulimit -v 2000000'
[ ! -x "${REVIDENT:-}" ] || ! grep -q __asan_init "$REVIDENT" || BOUNDS='ulimit -t 400'
bounded() {
	run sh -c "$BOUNDS; exec \"\$@\"" sh "$REVIDENT" "$@"
	[ "$(cat "$CASE_DIR/status")" -le 3 ] || fail "$*: ends with $(cat "$CASE_DIR/status")"
	case $(cat "$CASE_DIR/status") in
	[23]) grep -q '^revident: ' "$CASE_DIR/err" || [ -s "$CASE_DIR/out" ] || fail "$*: no sentence" ;;
	esac
	! grep -q 'out of memory' "$CASE_DIR/err" || fail "$*: out of memory"
}

# out_says TEXT: standard output has it, as words that may be on several lines. err_says: likewise on standard error.
out_says() {
	tr -s ' \n' '  ' <"$CASE_DIR/out" | grep -qF "$1" || fail "${LAST_RUN:-}: does not say \"$1\" but:
$(head -n 5 "$CASE_DIR/out")"
}

err_says() {
	tr -s ' \n' '  ' <"$CASE_DIR/err" | grep -qF "$1" || fail "${LAST_RUN:-}: does not say \"$1\" but:
$(head -n 5 "$CASE_DIR/err")"
}

# hostile_pack KIND SIZE [SIZE]: a repository of its own with that; the second size where HOSTILE=all. Goes there.
hostile_pack() {
	HOSTILE_SIZE=$2
	[ "${HOSTILE:-}" != all ] || HOSTILE_SIZE=${3:-$2}
	rm -rf "$CASE_DIR/pack.git"
	git init -q --bare -b main "$CASE_DIR/pack.git"
	cd "$CASE_DIR/pack.git"
	python3 "$E2E_DIR/hostile_pack.py" "$1" "$HOSTILE_SIZE"
}

# Everything that people can write, written to break a format, and the loss of a migration among it.

# hostile_repository: goes there; "aaaa1111" is lost, and "b]:|</svg>..." names it.
hostile_repository() {
	git init -q -b main "$CASE_DIR/hostile"
	cd "$CASE_DIR/hostile"
	evil='</script><script>alert(1)</script></style></svg></title> | `x` **b** [a](javascript:x) <img src=x onerror=y> ]]> --> @team #1 ::error::x ::stop-commands::y %0A::error::z'
	evil="$evil ~~~ \$\$ %% ; end \\\" &amp; &#60; subgraph classDef :::x $(printf '\033[31m\033]0;title\007\033]8;;http://x.example\033\\ \302\233 \342\200\256txt\342\200\254 \342\201\246 \342\200\213 \327\220\327\221 \r ```` "q" \001')"
	env="migr|ations <b>\`x\` 'q'"
	versions=$env/versions
	name="$(printf 'a|b`c<b><script>"\033[31m\342\200\256|x').py"
	mkdir -p "$versions"
	printf '[alembic]\nscript_location = %s\n' "$env" >alembic.ini
	: >"$env/env.py"
	printf '"""%s\n\nRevision ID: aaaa1111\nCreate Date: %s\n"""\nfrom alembic import op\nrevision = "aaaa1111"\ndown_revision = None\n# %s\n# ' \
		"$evil" "$evil" "$evil" >"$versions/$name"
	head -c 1048576 /dev/zero | tr '\0' x >>"$versions/$name"
	printf '\n# \000\n\n\ndef upgrade():\n    op.create_table("t|`</td>\\x1b[31m\\u202e")\n' >>"$versions/$name"
	# shellcheck disable=SC2016 # backticks for Markdown
	printf '"""%s"""\nrevision = "b]:|</svg>\\x1b[31m\\u202e`\\n\\"x"\ndown_revision = "aaaa1111"\nbranch_labels = ("l|`<b>\\n",)\n' \
		"$evil" >"$versions/b.py"
	printf '\n\ndef upgrade():\n    op.add_column("u|`</td>\\n", x)\n' >>"$versions/b.py"
	printf x >"$(printf 'a\n# b | `x` \377\033[31m')"
	git add .
	printf '%s \377\n\n\000 behind a NUL\n' "$evil" >"$CASE_DIR/message"
	git -c user.name="$evil" -c user.email='<x@y>' commit -q -m "$evil"
	git tag 'v1|`</td>"&'
	rm -f a*
	printf '"""%s"""\nrevision = "cccc1111"\ndown_revision = None\n# ~~~~ ````` %s\n' "$evil" "$evil" >"$versions/$name"
	git commit -q -a -m "$evil

Signed-off-by: $evil <x@y.example>"
	git commit-tree -p HEAD -m x "HEAD^{tree}" >"$CASE_DIR/commit"
	git cat-file commit "$(cat "$CASE_DIR/commit")" | sed '/^$/q' >"$CASE_DIR/raw"
	cat "$CASE_DIR/message" >>"$CASE_DIR/raw"
	git reset -q --hard "$(git hash-object -t commit -w --literally "$CASE_DIR/raw")"
}

# expect_no_hidden: standard output has no control character but the line feed, nothing that turns text around, and is
# UTF-8.
expect_no_hidden() {
	python3 -c '
import re, sys
text = open(sys.argv[1], "rb").read().decode("utf-8")
for found in sorted(set(re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]", text))):
    print(f"U+{ord(found):04X}")' "$CASE_DIR/out" >"$CASE_DIR/hidden" 2>&1 || :
	[ ! -s "$CASE_DIR/hidden" ] || fail "${LAST_RUN:-}: $(head -n 5 "$CASE_DIR/hidden")"
}
