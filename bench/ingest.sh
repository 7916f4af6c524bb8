#!/bin/sh
# Times the optimised program taking in a large export, and reads its peak memory: the rows of the 2013 wave again and again with
# other numbers, until they are as many bytes as the first argument says (2 GB), in a study of their own with that wave's codebook
# and designs and a report of one line.
#
# First it is the only wave: `check` looks for everything that is wrong with it and writes the store. Then it is a second wave:
# `wave add` drafts its crosswalk, and `wave list` reads it as that says and holds it to the wave of 2013. Last, the only wave is a
# million rows that each have a fault of their own.
set -eu
cd "$(dirname "$0")/.."
bytes=${1:-2000000000}
restudy=${RESTUDY:-}
if [ -z "$restudy" ]; then
    cargo build --release --locked --workspace --bin restudy
    restudy=${CARGO_TARGET_DIR:-target}/release/restudy
fi
limit=512
study=$(mktemp -d)
trap 'rm -rf "$study"' EXIT
export TMPDIR="$study"
wave=fixtures/waves/2013

mkdir -p "$study/report-templates" "$study/queries"
cp -R codebook report-templates/theme report-templates/references.bib "$study/"
rm -rf "$study/codebook/waves" "$study/codebook/code-frame.toml"
mv "$study/theme" "$study/references.bib" "$study/report-templates/"
echo 'One line.' >"$study/report-templates/report.typ.jinja"
# The study of one wave, with this export and frame.
of_one_wave() {
    echo 'title = "A large export"'
    sed -n '/^subtitle/p; /^author/p; /^language/p; /^region/p; /^respondents/p' study.toml
    printf '\n[[wave]]\nid = "2013"\ntitle = "Timed"\nfieldwork = "spring"\npublished = "2013-08-01"\n'
    printf 'synthetic = true\nnotice = "Made to be timed."\nresponses = "%s"\nframe = "%s"\n\n' "$1" "$2"
    sed -n '/^\[design\]/,/^\[report\]/p' study.toml | sed '$d'
    printf '[report]\ntemplate = "report.typ.jinja"\nfonts = "theme/fonts"\nbibliography = "references.bib"\n'
}
cp "$wave/responses.synthetic.csv" "$study/before.csv"
cp "$wave/frame.csv" "$study/frame-before.csv"
# As many are invited as before for each who answered.
size=$(wc -c <"$study/before.csv")
for year in 2013 2014; do
    awk -F, -v OFS=, -v year=$year -v times="$((bytes / size + 2))" 'NR > 1 { $1 = year; $3 *= times } { print }' \
        "$wave/frame.csv" >"$study/frame-$year.csv"
done

# The rows of the wave again and again until there are so many bytes or rows; `fault` puts a fault of its own into each.
rows() {
    awk -F, -v bytes="$1" -v most="$2" -v fault="$3" '
        { line[NR] = substr($0, index($0, ",")) }
        END {
            printf "%s%s\n", "Respondent ID", line[1]
            while (made < bytes && n < most) {
                row = 2 + n % (NR - 1)
                n++
                text = line[row]
                if (fault) text = ",day " n substr(text, index(substr(text, 2), ",") + 1)
                text = "3" sprintf("%09d", n) text
                made += length(text) + 1
                print text
            }
        }' "$wave/responses.synthetic.csv" >"$study/responses.csv"
}

# Runs restudy on it, and prints how long it took and how much memory it held.
measured() {
    what=$1
    shift
    size=$(wc -c <"$study/responses.csv")
    start=$(date +%s%N)
    "$restudy" --study "$study" --quiet "$@" >"$study/told" 2>&1 &
    process=$!
    peak=0
    while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$process/status" 2>/dev/null) && [ -n "$now" ]; do
        peak=$now
        sleep 0.05
    done
    status=0
    wait "$process" || status=$?
    ms=$((($(date +%s%N) - start) / 1000000))
    echo "$what: $((size / 1000000)) MB, $(($(wc -l <"$study/responses.csv") - 1)) rows"
    echo "  time:         $((ms / 1000)) s, $((size / 1000 / ms)) MB/s"
    echo "  peak memory:  $((peak / 1024)) MiB ($([ $((peak / 1024)) -le $limit ] && echo within || echo MORE THAN) $limit MiB)"
}

# Stops if what was measured last did not end as it should.
ended() {
    [ "$status" = "$1" ] || { echo "it ended with status $status:" >&2; head -30 "$study/told" >&2; exit 1; }
}

rows "$bytes" 1000000000 ""
of_one_wave responses.csv frame-2013.csv >"$study/study.toml"
measured "the only wave, checked and written" check
ended 0
of_one_wave before.csv frame-before.csv >"$study/study.toml"
measured "the second wave, its crosswalk drafted" wave add 2014 "$study/responses.csv" --frame "$study/frame-2014.csv"
ended 0
measured "the second wave, held to its crosswalk and to the first" wave list
ended 0
! grep -q 'not read' "$study/told" || { cat "$study/told" >&2; exit 1; }
rows 100000000000 1000000 yes
of_one_wave responses.csv frame-2013.csv >"$study/study.toml"
rm -r "$study/codebook/waves"
measured "a fault in each row" check
ended 1
echo "  told:         $(grep -c '^error' "$study/told") errors in $(wc -l <"$study/told") lines, the last: $(grep -v '^$' "$study/told" | tail -1)"
