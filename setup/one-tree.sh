#!/bin/sh
# Tells where tests would turn on features that the programs do not: then `just build` and `just test` compile DataFusion twice.
# Usage: one-tree.sh
set -eu
list() {
    cargo tree --locked --workspace --prefix none --format '{p} {f}' "$@" >"$folder/tree"
    sed 's/ (\*)$//' "$folder/tree" | sort -u
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
list --edges no-dev >"$folder/programs"
list >"$folder/tests"
if comm -23 "$folder/programs" "$folder/tests" | grep .; then
    echo "the tests turn on more features of these: turn them on in the programs too (Cargo.toml, 'Not called by us')" >&2
    exit 1
fi
