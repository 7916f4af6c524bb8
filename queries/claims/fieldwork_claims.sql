-- Claims on invitations, respondents and pilots.
-- claims
-- params: wave
-- base: as in each claim
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim

-- F10 and F11 are about the case-study schools: see `case_study_claims`.
with printed_roles (claim, role) as (
  values
    ('F02', 'senior leader'),
    ('F03', 'careers or PSHE staff'),
    ('F04', 'head of design & technology or technology'),
    ('F05', 'head of engineering'),
    ('F06', 'head of science'),
    ('F07', 'head of mathematics')
),

counts as (
  select
    'F01' as claim,
    cast(invited as double) as estimate,
    invited as n,
    cast(null as bigint) as base
  from fieldwork

  union all

  select
    printed_roles.claim,
    cast(frame.invited as double) as estimate,
    frame.invited as n,
    cast(null as bigint) as base
  from printed_roles
  join frame
    on frame.role = printed_roles.role
  where frame.wave = $wave

  union all

  select
    'F08' as claim,
    cast(respondents as double) as estimate,
    respondents as n,
    cast(null as bigint) as base
  from fieldwork

  union all

  -- The source prints no correction for the finite population, so the plain margin is held against it.
  select
    'F09' as claim,
    margin as estimate,
    cast(null as bigint) as n,
    respondents as base
  from fieldwork

  union all

  select
    'F12' as claim,
    cast(pilot_schools as double) as estimate,
    pilot_schools as n,
    cast(null as bigint) as base
  from fieldwork
)

select
  claim,
  estimate,
  n,
  base,
  cast(null as boolean) as holds,
  cast(null as text) as shown
from counts
order by
  claim
