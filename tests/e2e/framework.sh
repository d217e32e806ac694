# shellcheck shell=sh
# What frameworks that run hooks are tried with, for tests that source lib.sh.

# published: two migrations on origin/main
published() {
	fixture overwritten-head
	git checkout -q -B main "$(mark :1)"
	git update-ref refs/remotes/origin/main "$(mark :1)"
}

# overwrite: a published file, by another migration
overwrite() {
	git show "$(mark :2):migrations/versions/b2b2b2b2b2b2_orders.py" >migrations/versions/b2b2b2b2b2b2_orders.py
}

# honest ID: a new migration behind the published ones
honest() {
	sed "s/b2b2b2b2b2b2/$1/g; s/a1a1a1a1a1a1/b2b2b2b2b2b2/; s/orders/$1/g" migrations/versions/b2b2b2b2b2b2_orders.py \
		>"migrations/versions/$1_new.py"
}

# blocked COMMAND...: it fails, and names a rule
blocked() {
	run "$@"
	[ "$(cat "$CASE_DIR/status")" -ne 0 ] || fail "passes: $*"
	grep -q 'identity-' "$CASE_DIR/out" "$CASE_DIR/err" || fail "no rule is named: $*
$(cat "$CASE_DIR/out" "$CASE_DIR/err")"
}

passes() {
	run "$@"
	[ "$(cat "$CASE_DIR/status")" -eq 0 ] || fail "is blocked: $*
$(cat "$CASE_DIR/out" "$CASE_DIR/err")"
}
