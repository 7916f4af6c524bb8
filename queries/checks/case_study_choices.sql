-- Schools that lack one of the findings of which each school has exactly one, or have several.
-- check
-- base: schools that took part in the case studies
-- columns: school text, about text, findings count
-- key: school, about
-- order: school, by name; then what the findings are about
with choices (about) as (
  values
    ('careers/commissioning'),
    ('economy'),
    ('leadership/coordinator-background'),
    ('leadership/drive')
),

given as (
  select distinct
    codings.case_id as case_id,
    codes.parent as about,
    codings.code as finding
  from codings
  inner join codes
    on codes.code = codings.code
)

select
  cases.school as school,
  choices.about as about,
  count(given.finding) as findings
from cases
cross join choices
left join given
  on given.case_id = cases.case_id
  and given.about = choices.about
group by
  cases.school,
  choices.about
having count(given.finding) <> 1
order by
  school,
  about
