#!/bin/sh
# Finds a Typst 0.15.x, or builds the pinned one from source into the project, once.
# Usage: typst.sh VERSION TARGET        (TARGET: where the project's own typst belongs)
set -eu
version=$1
own=$2

right() {
    command -v "$1" >/dev/null 2>&1 && case "$("$1" --version 2>/dev/null)" in "typst 0.15."*) true ;; *) false ;; esac
}

if right "${RESTUDY_TYPST:-typst}" || right "$own"; then
    exit 0
fi

echo "typst 0.15 is not on this machine: building typst-cli $version from source into .tools/ (once; about 10 minutes on 2 cores)" >&2
# Only what reports need: the embedded fonts. No preview server, no self-update.
cargo install typst-cli --version "$version" --locked --no-default-features --features embedded-fonts \
    --root "$(dirname "$(dirname "$own")")" --target-dir "$(dirname "$(dirname "$own")")/target" --quiet
rm -rf "$(dirname "$(dirname "$own")")/target"
echo "typst $version is ready in .tools/" >&2
