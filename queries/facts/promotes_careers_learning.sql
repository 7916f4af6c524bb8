-- Whether schools promote career-related learning, as STEM leaders see it.
-- facts
-- params: wave
-- base: respondents who answered the question; "do not know" is an answer
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: share descending, then answer

with counted as (
  select
    promotes_careers_learning as answer,
    count(*) as n
  from responses
  where wave = $wave
    and promotes_careers_learning is not null
  group by
    promotes_careers_learning
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
