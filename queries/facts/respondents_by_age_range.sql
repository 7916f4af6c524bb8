-- Ages that the respondents' schools teach.
-- facts
-- params: wave
-- base: respondents who answered the question
-- columns: age_range text, n count, base count, share share
-- key: age_range
-- order: share descending, then age_range

with counted as (
  select
    age_range,
    count(*) as n
  from responses
  where wave = $wave
    and age_range is not null
  group by
    age_range
)

select
  age_range,
  n,
  sum(n) over () as base,
  cast(n as double) / sum(n) over () as share
from counted
order by
  share desc,
  age_range
