-- Whether schools deliver activities on STEM careers.
-- facts
-- params: wave
-- base: respondents who answered the question; "do not know" is an answer
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: share descending, then answer

with counted as (
  select
    delivers_stem_careers as answer,
    count(*) as n
  from responses
  where wave = $wave
    and delivers_stem_careers is not null
  group by
    delivers_stem_careers
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
