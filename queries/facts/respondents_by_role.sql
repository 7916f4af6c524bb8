-- Main roles of the respondents.
-- facts
-- params: wave
-- base: respondents who answered the question
-- columns: role text, n count, base count, share share
-- key: role
-- order: share descending, then role

with counted as (
  select
    role,
    count(*) as n
  from responses
  where wave = $wave
    and role is not null
  group by
    role
)

select
  role,
  n,
  sum(n) over () as base,
  cast(n as double) / sum(n) over () as share
from counted
order by
  share desc,
  role
