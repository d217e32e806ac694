#!/bin/sh
# tools/setup.sh demo|check: install the Debian packages that are missing, by name, and say which. With everything
# there it does nothing: no network, no root. Elsewhere it names what is missing and stops. SETUP=no skips it.
set -eu

purpose=${1:?demo or check}
[ "${SETUP:-yes}" != no ] || exit 0
debian=
brew=

# need DEBIAN-PACKAGES BREW-FORMULA COMMAND...: the command succeeds where it is there. "-" is: none by that name.
need() {
    need_debian=$1
    need_brew=$2
    shift 2
    "$@" >/dev/null 2>&1 && return
    debian="$debian $need_debian"
    [ "$need_brew" = - ] || brew="$brew $need_brew"
}

compiles() {
    printf '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' | cc -x c -o /dev/null -
}

debian_python() {
    /usr/bin/python3 -c "import $1"
}

library() {
    pkg-config --exists "$1"
}

postgres_server() {
    ls /usr/lib/postgresql/*/bin/initdb || command -v initdb
}

need "gcc libc6-dev" gcc compiles
need pkg-config pkgconf command -v pkg-config
need git git command -v git
need libgit2-dev libgit2 library libgit2
need libpcre2-dev pcre2 library libpcre2-8
need libjansson-dev jansson library jansson
need zlib1g-dev zlib library zlib
need libdeflate-dev libdeflate library libdeflate
need nettle-dev nettle library nettle
if [ "$purpose" = check ]; then
    need libcmocka-dev cmocka library cmocka
    need python3 python command -v python3
    need clang-format clang-format command -v clang-format
    need shellcheck shellcheck command -v shellcheck
    need mandoc mandoc command -v mandoc
    need pre-commit pre-commit command -v pre-commit
    if [ "$(uname -s)" = Linux ]; then
        need alembic - debian_python alembic
        need python3-psycopg2 - debian_python psycopg2
        need python3-jsonschema - debian_python jsonschema
        need postgresql - postgres_server
        need strace - command -v strace
    fi
fi

[ -n "$debian" ] || exit 0
if [ "$(uname -s)" = Darwin ]; then
    echo "missing; install with Homebrew and run make again: brew install$brew" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    echo "missing; install what your system calls these Debian packages:$debian" >&2
    exit 1
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "missing, and neither root nor sudo is at hand; run as root: apt-get install$debian" >&2
        exit 1
    }
    sudo=sudo
fi
echo "installing Debian packages:$debian"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # package names are words
if ! { $sudo apt-get update &&
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $debian; } </dev/null >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "apt-get could not install them; install them by hand, or run make with SETUP=no to go on without" >&2
    exit 1
fi
