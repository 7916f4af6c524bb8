-- Whether respondents had substantive employment before they taught.
-- facts
-- params: wave
-- base: respondents who answered yes or no
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: share descending, then answer

with counted as (
  select
    employed_before as answer,
    count(*) as n
  from responses
  where wave = $wave
    and employed_before is not null
  group by
    employed_before
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
