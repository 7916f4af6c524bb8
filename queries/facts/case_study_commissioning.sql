-- How the case-study schools meant to secure careers guidance, and what those schools have in common.
-- facts
-- base: schools that took part in the case studies
-- interval: none
-- columns: approach text, n count, base count, share share, eleven_to_sixteen count, local_authority_networks count
-- key: approach
-- order: n descending; then approach, by name
with approaches as (
  select distinct
    codings.case_id as case_id,
    codes.code as code,
    codes.name as approach
  from codings
  inner join codes
    on codes.code = codings.code
  where codes.parent = 'careers/commissioning'
),

networked as (
  select distinct codings.case_id as case_id
  from codings
  where codings.code = 'networks/guidance-network'
),

schools as (
  select count(*) as base
  from cases
)

select
  approaches.approach as approach,
  count(*) as n,
  max(schools.base) as base,
  cast(count(*) as double) / max(schools.base) as share,
  sum(case when starts_with(cases.age_range, '11 to 16') then 1 else 0 end) as eleven_to_sixteen,
  count(networked.case_id) as local_authority_networks
from approaches
inner join cases
  on cases.case_id = approaches.case_id
cross join schools
left join networked
  on networked.case_id = approaches.case_id
group by approaches.approach
order by
  n desc,
  approach
