-- How people get to work.
-- figure: 1
-- params: wave
-- base: respondents who answered the question
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: share descending, then answer

-- The lines above are promises, and the result is held to them: these columns of these kinds, no answer twice, this order,
-- and a share that is n / base. Such a share has a confidence interval without being asked for one.
with counted as (
  select way_to_work as answer, count(*) as n
  from responses
  where wave = $wave
    and way_to_work is not null
  group by way_to_work
)

select
  answer,
  n,
  sum(n) over () as base,
  cast(n as double) / sum(n) over () as share
from counted
order by share desc, answer
