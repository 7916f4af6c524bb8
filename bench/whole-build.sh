#!/bin/sh
# Times the optimised program building the report with no outputs there, against Typst alone on the same document, and
# reads the program's peak memory. Prints the median of five runs of each.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --locked --workspace --bin restudy
restudy=${CARGO_TARGET_DIR:-target}/release/restudy
typst=${RESTUDY_TYPST:-typst}
command -v "$typst" >/dev/null 2>&1 || typst=.tools/typst/bin/typst
study=$(mktemp -d)
trap 'rm -rf "$study"' EXIT
cp -R study.toml codebook queries report-templates fixtures "$study/"

milliseconds() {
    start=$(date +%s%N)
    "$@" >/dev/null 2>&1
    end=$(date +%s%N)
    echo $(((end - start) / 1000000))
}

median() {
    sort -n | sed -n 3p
}

whole() {
    rm -rf "$study/build"
    milliseconds "$restudy" --study "$study" build --typst "$typst"
}

document=$study/build/2013/document
alone() {
    milliseconds "$typst" compile --root "$document" --ignore-system-fonts \
        --font-path "$study/report-templates/theme/fonts" --pdf-standard ua-1,a-3a \
        --creation-timestamp 0 "$document/report.typ" "$study/alone.pdf"
}

whole >/dev/null # warms the disk
whole_ms=$(for _ in 1 2 3 4 5; do whole; done | median)
alone_ms=$(for _ in 1 2 3 4 5; do alone; done | median)
again_ms=$(for _ in 1 2 3 4 5; do milliseconds "$restudy" --study "$study" build --typst "$typst"; done | median)

rm -rf "$study/build"
"$restudy" --study "$study" build --typst "$typst" >/dev/null 2>&1 &
process=$!
peak=0
while peak_now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$process/status" 2>/dev/null) && [ -n "$peak_now" ]; do
    peak=$peak_now
done
wait "$process"

echo "whole build, no outputs there:  $whole_ms ms"
echo "typst compile alone:            $alone_ms ms"
echo "restudy's own part:             $((whole_ms - alone_ms)) ms"
echo "build again, nothing changed:   $again_ms ms"
echo "peak memory of restudy:         $((peak / 1024)) MiB"
