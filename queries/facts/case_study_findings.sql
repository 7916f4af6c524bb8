-- In how many case-study schools each finding stands.
-- facts
-- base: schools that took part in the case studies
-- interval: none
-- columns: finding text, n count, base count, share share
-- key: finding
-- order: finding, by name

-- A finding is a code of the code frame, by its path, or a fact of the list of schools or documents. A school has a
-- finding when any coder gave it to any of the school's paragraphs; a code higher in the tree counts those below it.
with schools as (
  select count(*) as base
  from cases
),

coded as (
  select distinct
    codings.case_id as case_id,
    codes.code as finding
  from codes
  inner join codings
    on codings.code = codes.code
    or starts_with(codings.code, concat(codes.code, '/'))
),

listed as (
  select
    cases.case_id as case_id,
    concat('geography: ', cases.geography) as finding
  from cases
  union all
  select
    cases.case_id as case_id,
    'age range 11 to 16' as finding
  from cases
  where starts_with(cases.age_range, '11 to 16')
  union all
  select
    cases.case_id as case_id,
    'academy or converting' as finding
  from cases
  where cases.academy_status in ('academy', 'academy order')
  union all
  select distinct
    documents.case_id as case_id,
    'students interviewed' as finding
  from documents
  where documents.kind = 'student interview'
),

found as (
  select
    coded.case_id as case_id,
    coded.finding as finding
  from coded
  union all
  select
    listed.case_id as case_id,
    listed.finding as finding
  from listed
),

findings as (
  select codes.code as finding
  from codes
  union
  select listed.finding as finding
  from listed
)

select
  findings.finding as finding,
  count(found.case_id) as n,
  max(schools.base) as base,
  cast(count(found.case_id) as double) / max(schools.base) as share
from findings
cross join schools
left join found
  on found.finding = findings.finding
group by findings.finding
order by finding
