#!/bin/sh
# tests/hardening.sh BUILD: does the release build have what makes a memory error hard to exploit? Asked of the binary
# itself, since a flag that is passed is not a flag that took effect.
set -eu
build=$1
binary=$build/revident
command -v readelf >/dev/null || {
    echo 'skipped: readelf is not installed'
    exit 0
}
readelf -h "$binary" >/dev/null 2>&1 || {
    echo "skipped: $binary is no ELF file"
    exit 0
}
passed=0
failed=0

# expect WHAT COMMAND...: the command succeeds.
expect() {
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok: $binary: $what"
    fi
}

# says PATTERN OPTION [FILE]: it stands in what readelf says.
says() {
    LC_ALL=C readelf -W "$2" "${3:-$binary}" | grep -q -E "$1"
}

# The linker keeps the note only where the C library's start files have it, too; our own code has it anyway.
branches_are_tracked() {
    for object in "$build"/src/*/*.o; do
        says 'x86 feature: IBT, SHSTK' -n "$object" || return 1
    done
}

expect 'is a position-independent executable' says 'Flags:.* PIE' -d
expect 'makes relocations read-only' says 'GNU_RELRO' -l
expect 'binds before main()' says 'BIND_NOW|Flags:.* NOW' -d
expect 'has a stack that cannot be executed' says 'GNU_STACK.* RW ' -l
expect 'has a stack protector' says '__stack_chk_fail' -s
expect 'is fortified' says '__[a-z]+_chk@' -s
if says 'Machine:.*X86-64' -h; then
    expect 'tracks branches and keeps a shadow stack' branches_are_tracked
fi

# Where libgit2 is a shared library, its libraries come with it.
loads_no_network() {
    ! says 'NEEDED.*(ssh|ssl|tls|crypto|krb5|gssapi)' -d
}
if ! says 'NEEDED.*libgit2' -d; then
    expect 'loads no library for connections' loads_no_network
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
