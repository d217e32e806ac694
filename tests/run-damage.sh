#!/bin/sh
# Damage the files of a few repositories, each in many ways, and hold what the commands then say against what they said
# before: DAMAGE is tests/damage/damage of the build. Its options, --all for instance, may be given.
# Runs as nobody where it is started as root, for whom no file is unreadable.
set -eu
: "${DAMAGE:?set DAMAGE to the program}"
command -v git >/dev/null || {
    echo 'skipped: git is not installed'
    exit 0
}
top=$(cd "${0%/*}/.." && pwd -P)
sandbox=$(mktemp -d "${TMPDIR:-/tmp}/revident-damage.XXXXXX")
trap 'chmod -R u+rwX "$sandbox"; rm -rf "$sandbox"' EXIT
trap 'exit 130' INT TERM HUP
for name in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p'); do
    unset "$name"
done
HOME=$sandbox TZ=UTC LC_ALL=C GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
ASAN_OPTIONS=exitcode=99:detect_leaks=0 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1
export HOME TZ LC_ALL GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL ASAN_OPTIONS UBSAN_OPTIONS

as_nobody=
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    as_nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
elif [ "$(id -u)" -eq 0 ]; then
    echo 'skipped: unreadable files (no setpriv to become another user with)'
fi

parts=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
cp "$DAMAGE" "$sandbox/damage"
part=0
while [ "$part" -lt "$parts" ]; do
    "$top/tests/damage/fixture.sh" "$sandbox/$part" merge-lost-referenced loose packed chained shallow
    "$top/tests/damage/fixture.sh" "$sandbox/$part" edited loose packed
    part=$((part + 1))
done
chmod 755 "$sandbox"
[ -z "$as_nobody" ] || chown -R 65534:65534 "$sandbox"

# pairs PART: each repository and the revision to ask about.
pairs() {
    for repository in "$sandbox/$1"/*; do
        case $repository in
        */merge-lost-referenced-*) echo "$repository b2b2b2b2b2b2" ;;
        *) echo "$repository a1a1a1a1a1a1" ;;
        esac
    done
}

part=0
running=
while [ "$part" -lt "$parts" ]; do
    # shellcheck disable=SC2046,SC2086 # lists of words
    $as_nobody "$sandbox/damage" --part "$part/$parts" "$@" $(pairs "$part") >"$sandbox/$part.out" 2>&1 &
    running="$running $!"
    part=$((part + 1))
done
failed=0
for process in $running; do
    wait "$process" || failed=1
done
cat "$sandbox"/*.out
exit "$failed"
