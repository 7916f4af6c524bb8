#!/bin/sh
# Finds a Typst 0.15.x, or builds the pinned one from source into the project, once.
# Usage: typst.sh VERSION TARGET        (TARGET: where the project's own typst belongs, …/.tools/typst/bin/typst)
set -eu
[ $# -eq 2 ] || { echo "usage: typst.sh VERSION TARGET" >&2; exit 2; }
version=$1
own=$2
case "$own" in
    */.tools/typst/bin/typst) root=${own%/bin/typst} ;;
    *) echo "typst.sh: the target must end in .tools/typst/bin/typst, not $own" >&2; exit 2 ;;
esac

right() {
    command -v "$1" >/dev/null 2>&1 && case "$("$1" --version 2>/dev/null)" in "typst 0.15."*) true ;; *) false ;; esac
}

if [ -n "${RESTUDY_TYPST:-}" ]; then
    right "$RESTUDY_TYPST" && exit 0
    echo "RESTUDY_TYPST names $RESTUDY_TYPST, which is not a typst 0.15: mend it, or unset it to use another" >&2
    exit 1
fi
if right typst || right "$own"; then
    exit 0
fi

echo "typst 0.15 is not on this machine: building typst-cli $version from source into .tools/ (once; about 10 minutes on 2 cores)" >&2
# Only what reports need: the embedded fonts. No preview server, no self-update.
cargo install typst-cli --version "$version" --locked --no-default-features --features embedded-fonts \
    --root "$root" --target-dir "$root/target"
rm -rf "$root/target"
echo "typst $version is ready in .tools/" >&2
