-- Whether the impact of STEM career activities has been measured.
-- facts
-- params: wave
-- base: respondents who answered the question; "do not know" is an answer
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: share descending, then answer

with counted as (
  select
    impact_measured as answer,
    count(*) as n
  from responses
  where wave = $wave
    and impact_measured is not null
  group by
    impact_measured
)

select
  answer,
  n,
  sum(n) over () as base,
  cast(n as double) / sum(n) over () as share
from counted
order by
  share desc,
  answer
