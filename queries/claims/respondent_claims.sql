-- Claims on who answered, and about what kind of school.
-- claims
-- base: as in each claim
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim

with school_types (claim, school_type) as (
  values
    ('S01', 'academy'),
    ('S02', 'local authority maintained'),
    ('S03', 'independent'),
    ('S04', 'other school or college')
),

presences (claim, employers) as (
  values
    ('S05', 'some major'),
    ('S06', 'some small'),
    ('S07', 'none'),
    ('S08', 'dominate')
),

roles (claim, role) as (
  values
    ('S09', 'head of science'),
    ('S10', 'head of design & technology'),
    ('S11', 'head of STEM or STEM co-ordinator')
),

findings as (
  select
    school_types.claim,
    respondents_by_school_type.share as estimate,
    respondents_by_school_type.n,
    respondents_by_school_type.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from school_types
  join respondents_by_school_type
    on respondents_by_school_type.school_type = school_types.school_type

  union all

  select
    presences.claim,
    respondents_by_employers.share as estimate,
    respondents_by_employers.n,
    respondents_by_employers.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from presences
  join respondents_by_employers
    on respondents_by_employers.employers = presences.employers

  union all

  select
    roles.claim,
    respondents_by_role.share as estimate,
    respondents_by_role.n,
    respondents_by_role.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from roles
  join respondents_by_role
    on respondents_by_role.role = roles.role

  union all

  -- Three quarters are said to be one or the other; the printed parts, 55% and 18%, say 73%.
  select
    'S12' as claim,
    cast(sum(n) as double) / max(base) as estimate,
    sum(n) as n,
    max(base) as base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from respondents_by_role
  where role in ('head of science', 'head of design & technology')
)

select
  claim,
  estimate,
  n,
  base,
  holds,
  shown
from findings
order by
  claim
