-- Share of respondents who had substantive employment before they taught, by role.
-- figure: 4
-- params: wave
-- base: respondents in that role who answered yes or no
-- columns: role text, n count, base count, share share
-- key: role
-- order: share descending, then role

with counted as (
  select
    role,
    count(*) filter (where employed_before = 'yes') as n,
    count(*) as base
  from responses
  where wave = $wave
    and role is not null
    and employed_before is not null
  group by
    role
)

select
  role,
  n,
  base,
  cast(n as double) / base as share
from counted
order by
  share desc,
  role
