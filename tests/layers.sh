#!/bin/sh
# Do includes go downward only, does each foreign library stay in its room, and does src/cli alone print, read the
# environment and exit? Run from the top; prints each breach as file:line and fails if there is one.
set -u
breaches=$(mktemp)
trap 'rm -f "$breaches"' EXIT

# layer: what it may include
allowed() {
    case $1 in
    base) echo base ;;
    model) echo base model ;;
    git | alembic | report) echo base model "$1" ;;
    hook) echo base model git hook ;;
    forensics) echo base model git alembic forensics ;;
    answers) echo base model git alembic forensics answers ;;
    cli) echo base model git alembic report forensics answers hook cli ;;
    esac
}

# PATTERN in the sources of every layer but EXCEPT is a breach, for the reason WHY.
only_in() { # EXCEPT PATTERN WHY
    for only_layer in src/*/ include/revident/*/; do
        [ "$(basename "$only_layer")" = "$1" ] && continue
        grep -nE "$2" /dev/null "$only_layer"*.[ch] 2>/dev/null | sed "s#\$#   <- $3#" >>"$breaches"
    done
}

for dir in src/*/ include/revident/*/; do
    layer=$(basename "$dir")
    pattern=$(allowed "$layer" | tr ' ' '|')
    if [ -z "$pattern" ]; then
        echo "$dir: no such layer" >>"$breaches"
    fi
    grep -nE '^ *# *include "' /dev/null "$dir"*.[ch] 2>/dev/null |
        grep -vE "\"revident/($pattern)/[a-z_0-9]+\.h\"|\"[a-z_0-9]+\.h\"" |
        sed "s#\$#   <- $layer may include: $pattern#" >>"$breaches"
done
only_in base '^ *# *include <nettle' 'nettle belongs to src/base'
only_in git '^ *# *include <git2' 'libgit2 belongs to src/git'
only_in alembic '^ *# *include <pcre2' 'PCRE2 belongs to src/alembic'
only_in report '^ *# *include <jansson' 'Jansson belongs to src/report'
only_in cli '(^|[^A-Za-z0-9_>.])(printf|puts|putchar|perror|v?f?printf|fputs|getenv|secure_getenv|exit) *\(' \
    'only src/cli prints, reads the environment and exits'
only_in cli '(^|[^A-Za-z0-9_])(stdout|stderr|main *\()' 'only src/cli has streams and main()'

cat "$breaches" >&2
[ ! -s "$breaches" ]
