-- Which finding stands in which case-study school.
-- facts
-- base: codes that were given at least once, in each of the case-study schools
-- interval: none
-- columns: school text, finding text, name text, present boolean, paragraphs count
-- key: school, finding
-- order: school, by name; then finding, by name
with given as (
  select
    codings.case_id as case_id,
    codings.code as finding,
    count(distinct codings.segment_id) as paragraphs
  from codings
  group by
    codings.case_id,
    codings.code
),

used as (
  select
    codes.code as finding,
    codes.name as name
  from codes
  where codes.code in (select given.finding from given)
)

select
  cases.school as school,
  used.finding as finding,
  used.name as name,
  given.case_id is not null as present,
  coalesce(given.paragraphs, 0) as paragraphs
from cases
cross join used
left join given
  on given.case_id = cases.case_id
  and given.finding = used.finding
order by
  school,
  finding
