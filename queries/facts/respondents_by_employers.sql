-- Presence of STEM employers around the respondents' schools.
-- facts
-- params: wave
-- base: respondents who answered the question
-- columns: employers text, n count, base count, share share
-- key: employers
-- order: in scale order

with counted as (
  select
    employers,
    count(*) as n
  from responses
  where wave = $wave
    and employers is not null
  group by
    employers
)

select
  employers,
  n,
  sum(n) over () as base,
  cast(n as double) / sum(n) over () as share
from counted
order by
  employers
