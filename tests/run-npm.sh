#!/bin/sh
# tests/run-npm.sh: what needs Node.js and the npm registry: husky and lefthook, and what judges our formats, in pinned
# versions, and the npm package where there is one. Where either is missing, say so.
set -eu
for tool in node npm; do
    command -v "$tool" >/dev/null || {
        echo "skipped: $tool is not installed"
        exit 0
    }
done

REVIDENT=${REVIDENT:-$(pwd -P)/build/release/revident}
export REVIDENT
modules=build/npm-tests
mkdir -p "$modules"
cp tests/npm/package.json "$modules"
if (cd "$modules" && npm view husky version) >/dev/null 2>&1; then
    (cd "$modules" && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error) >/dev/null
    NODE_MODULES=$(cd "$modules/node_modules" && pwd -P)
    export NODE_MODULES
    NODE_BIN=$NODE_MODULES/.bin sh tests/npm/hooks.sh
    sh tests/npm/formats.sh
else
    echo "skipped: the npm registry does not answer"
fi

if [ ! -f npm/package.json ]; then
    echo "skipped: there is no npm package in this version"
    exit 0
fi
cd npm
npm test
