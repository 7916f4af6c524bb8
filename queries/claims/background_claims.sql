-- Claims on what respondents did before they taught.
-- claims
-- base: as in each claim
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim

with wanted (claim, answer) as (
  values
    ('S31', 'yes'),
    ('S67', 'yes')
),

roles (claim, role) as (
  values
    ('S32', 'head of science')
),

findings as (
  select
    wanted.claim,
    employed_before.share as estimate,
    employed_before.n,
    employed_before.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from wanted
  join employed_before
    on employed_before.answer = wanted.answer

  union all

  select
    roles.claim,
    employed_before_by_role.share as estimate,
    employed_before_by_role.n,
    employed_before_by_role.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from roles
  join employed_before_by_role
    on employed_before_by_role.role = roles.role

  union all

  select
    'S33' as claim,
    cast(null as double) as estimate,
    cast(null as bigint) as n,
    cast(null as bigint) as base,
    count(*) = 3 and bool_and(share > 0.5) as holds,
    string_agg(
      role || ' ' || n || ' of ' || base,
      ', ' order by role
    ) as shown
  from employed_before_by_role
  where role in ('careers co-ordinator', 'head of design & technology', 'head of PSHE')
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
