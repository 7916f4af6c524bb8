# Every command that a person runs. `just` alone lists them.

typst_version := "0.15.1"

# The program as the recipes build it. The whole workspace decides which parts of DataFusion are compiled, so that all recipes
# share one; `--bin` says what is made of it.
restudy := quote(env("CARGO_TARGET_DIR", justfile_directory() / "target") / "debug/restudy")

# The Typst that the recipes use: one that is named, one on the PATH, or the project's own.
typst_own := justfile_directory() / ".tools/typst/bin/typst"

[private]
default:
    @just --list --unsorted

# Raw data to build/<wave>/report.pdf; does only what a change reaches
[group('study')]
build *ARGS: typst program
    @{{ restudy }} build {{ ARGS }}

# Begin a study of your own in a new folder: the example, or with --from FILE a draft of an export
[group('study')]
init DIR *ARGS: program
    @{{ restudy }} init {{ quote(DIR) }} {{ ARGS }}

# One question in SQL: text, a file, or @NAME for a query of the study
[group('study')]
ask QUESTION *ARGS: program
    @{{ restudy }} ask {{ quote(QUESTION) }} {{ ARGS }}

# One question after the other, at a prompt
[group('study')]
shell *ARGS: program
    @{{ restudy }} shell {{ ARGS }}

# The study's tables over the PostgreSQL protocol
[group('study')]
serve *ARGS: program
    @cargo build --quiet --locked --workspace --bin restudy --bin restudy-server
    @{{ restudy }} serve {{ ARGS }}

# The statistics that SQL can compute: all, or one by its name
[group('study')]
functions *ARGS: program
    @{{ restudy }} functions {{ ARGS }}

# What was asked, of whom, with what answers: all, or a word or a variable
[group('study')]
codebook *ARGS: program
    @{{ restudy }} codebook {{ ARGS }}

# Where a printed number came from, and whom it counts
[group('study')]
explain ID *ARGS: program
    @{{ restudy }} explain {{ quote(ID) }} {{ ARGS }}

# What of the last build is out of date, and why
[group('study')]
status *ARGS: program
    @{{ restudy }} status {{ ARGS }}

# A new wave in: drafts how its export is read, and adds it to study.toml
[group('study')]
wave WAVE FILE *ARGS: program
    @{{ restudy }} wave add {{ quote(WAVE) }} {{ quote(FILE) }} {{ ARGS }}

# Two waves side by side: who answered, what changed, what cannot be compared
[group('study')]
compare FROM TO *ARGS: program
    @{{ restudy }} wave compare {{ quote(FROM) }} {{ quote(TO) }} {{ ARGS }}

# What became of everything in a project of qualitative data; `draft FILE` drafts how one is read
[group('study')]
material *ARGS: program
    @{{ restudy }} material {{ ARGS }}

# Published claims against the data
[group('study')]
audit *ARGS: program
    @{{ restudy }} audit {{ ARGS }}

# Everything that can be wrong with the study, without building
[group('study')]
check *ARGS: program
    @{{ restudy }} check {{ ARGS }}

# All tests (the report is compiled too, so Typst is set up first)
[group('test')]
test *ARGS: typst
    cargo test --locked --workspace {{ ARGS }}

# Expected values of survey statistics anew from R's survey package; the same bytes on the same versions
[group('test')]
oracle:
    @command -v Rscript >/dev/null || { echo "just oracle needs R with its survey package (Debian: apt-get install r-base-core r-cran-survey)" >&2; exit 1; }
    cd pipeline/survey/tests/oracle && Rscript --vanilla oracle.R

# Formatting and lints, and whether programs and tests share one compiled tree
[group('check')]
lint:
    cargo fmt --all --check
    sh setup/one-tree.sh
    cargo clippy --locked --workspace --all-targets -- -D warnings

# The program's own documentation, with dead links as errors
[group('check')]
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps

# Make the synthetic waves again; the same bytes every time
[group('make')]
fixtures:
    for wave in 2013 2014 2015 project; do cargo run --quiet --locked -p wavemaker -- "fixtures/recipe/$wave.toml"; done

# Install the optimised program
[group('make')]
install:
    cargo install --locked --path pipeline/restudy

# Install the optimised server, for `restudy serve`
[group('make')]
install-server:
    cargo install --locked --path pipeline/server

# Time the optimised program: the whole build, questions against DuckDB, a 2 GB export, statistics against avg and R's survey
[group('make')]
bench: typst
    sh bench/whole-build.sh
    sh bench/ask.sh
    sh bench/ingest.sh
    cargo bench --locked --workspace --bench survey

# Compile restudy; the first time, which takes minutes, in full view
[private]
program:
    @if [ -e {{ restudy }} ]; then cargo build --quiet --locked --workspace --bin restudy; else echo "compiling restudy and DataFusion (once; about 10 minutes on 2 cores)" >&2; cargo build --locked --workspace --bin restudy; fi

# Find Typst 0.15, or build it from source into .tools/, once
[private]
typst:
    @sh setup/typst.sh {{ quote(typst_version) }} {{ quote(typst_own) }}
