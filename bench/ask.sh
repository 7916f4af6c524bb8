#!/bin/sh
# Builds the study beside itself, then times questions over that build against the DuckDB command line (`benches/ask.rs`).
set -eu
cd "$(dirname "$0")/.."
cargo build --release --locked --workspace --bin restudy
restudy=${CARGO_TARGET_DIR:-target}/release/restudy
study=$(mktemp -d)
trap 'rm -rf "$study"' EXIT
cp -R study.toml codebook queries report-templates fixtures "$study/"
typst=${RESTUDY_TYPST:-typst}
command -v "$typst" >/dev/null 2>&1 || typst=.tools/typst/bin/typst
"$restudy" --study "$study" build --quiet --typst "$typst"
RESTUDY_BENCH_STUDY=$study RESTUDY_BENCH_WAVE=$(ls "$study/build") cargo bench --locked --workspace --bench ask
