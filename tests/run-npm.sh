#!/bin/sh
# Test the npm package with the machine's own Node.js; where there is none, say so.
set -eu
for tool in node npm; do
    command -v "$tool" >/dev/null || {
        echo "skipped: $tool is not installed"
        exit 0
    }
done
if [ ! -f npm/package.json ]; then
    echo "skipped: there is no npm package in this version"
    exit 0
fi
cd npm
npm test
