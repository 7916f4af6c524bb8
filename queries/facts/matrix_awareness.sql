-- Whether respondents know if the provider of guidance holds the Matrix standard.
-- facts
-- params: wave
-- base: respondents who answered the question
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: share descending, then answer

with counted as (
  select
    matrix_awareness as answer,
    count(*) as n
  from responses
  where wave = $wave
    and matrix_awareness is not null
  group by
    matrix_awareness
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
