-- How far the measurement of impact reached, as coded from open answers.
-- facts
-- params: wave
-- base: respondents who measured impact and said how
-- columns: reach text, n count, base count, share share
-- key: reach
-- order: share descending, then reach

with counted as (
  select
    impact_reach as reach,
    count(*) as n
  from responses
  where wave = $wave
    and impact_reach is not null
  group by
    impact_reach
)

select
  reach,
  n,
  sum(n) over () as base,
  cast(n as double) / sum(n) over () as share
from counted
order by
  share desc,
  reach
