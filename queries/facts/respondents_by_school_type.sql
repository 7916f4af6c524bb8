-- Types of school in which the respondents work.
-- facts
-- params: wave
-- base: respondents who answered the question
-- columns: school_type text, n count, base count, share share
-- key: school_type
-- order: share descending, then school_type

with counted as (
  select
    school_type,
    count(*) as n
  from responses
  where wave = $wave
    and school_type is not null
  group by
    school_type
)

select
  school_type,
  n,
  sum(n) over () as base,
  cast(n as double) / sum(n) over () as share
from counted
order by
  share desc,
  school_type
