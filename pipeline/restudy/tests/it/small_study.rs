//! A very small study that builds: the readers of a town library, with two queries, a claims query and a page.

use std::path::Path;

use super::cli::{copy_all, pretender};
use super::report_material::root;

const BORROWERS: &str = "-- Who borrows books.
-- facts
-- params: wave
-- base: readers who said yes or no
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: share descending, then answer

with counted as (
  select borrows as answer, count(*) as n
  from responses
  where wave = $wave and borrows is not null
  group by borrows
)

select answer, n, sum(n) over () as base, cast(n as double) / sum(n) over () as share
from counted
order by share desc, answer
";

const ALONE: &str = "-- Who comes alone, and how often.
-- figure: 1
-- params: wave
-- base: readers who answered
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: answers in scale order

with given as (
  select answer, count(*) as n
  from answers
  where wave = $wave and question = 'visits' and item = 'alone'
  group by answer
),

everybody as (
  select sum(n) as base from given
)

select
  value_labels.label as answer,
  coalesce(given.n, 0) as n,
  everybody.base,
  cast(coalesce(given.n, 0) as double) / everybody.base as share
from value_labels
cross join everybody
left join given on given.answer = value_labels.label
where value_labels.value_set = 'how_often'
order by value_labels.position, answer
";

const CLAIMS: &str = "-- What is claimed of readers.
-- claims
-- base: as in each claim
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim

select
  'C1' as claim, share as estimate, n, base, cast(null as boolean) as holds, cast(null as text) as shown
from borrowers
where answer = 'yes'
union all
select 'C2', cast(null as double), cast(null as bigint), cast(null as bigint), sum(n) > 0, cast(sum(n) as text)
from alone
order by claim
";

const PAGE: &str = "= Readers

It is a small library. {% call guard(\"borrowers[yes].share > borrowers[no].share\") %}More readers borrow than
do not: {{ num(\"borrowers[yes].share\") }} of those who said so.{% endcall %} They are {{ num(\"borrowers[yes].n\", \"words\") }} people.

{% if holds(\"borrowers[yes].n == 2\") %}{% call guard(\"borrowers[yes].n == 2\") %}A pair.{% endcall %}{% endif %}

{{ figure(\"alone\", chart=\"bars\", caption=\"How often readers come alone\") }}
";

/// The study, in a folder of its own, with a program beside it that passes for Typst.
pub(super) fn small_study() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_all(&root().join("fixtures/faulty/base"), folder.path());
    let claims = folder.path().join("claims.csv");
    let was = fs_err::read_to_string(&claims).unwrap();
    fs_err::write(claims, was.replace("percent,50,2,4,exact", "percent,67,2,3,rounded to 1")).unwrap();
    for (name, text) in [
        ("queries/facts/borrowers.sql", BORROWERS),
        ("queries/figures/alone.sql", ALONE),
        ("queries/claims/claims_of_readers.sql", CLAIMS),
        ("report-templates/report.typ.jinja", PAGE),
        ("report-templates/references.bib", ""),
        ("report-templates/fonts/README", "none"),
    ] {
        write(folder.path(), name, text);
    }
    pretender(&folder.path().join("typst"), "echo '%PDF-1.7'");
    folder
}

/// Writes a file of the study.
pub(super) fn write(study: &Path, name: &str, text: &str) {
    let path = study.join(name);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, text).unwrap();
}
