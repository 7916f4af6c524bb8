-- Share of schools whose students go on work experience, by type of school.
-- facts
-- params: wave
-- base: respondents of that type of school who answered the question; "do not know" is an answer
-- columns: school_type text, n count, base count, share share
-- key: school_type
-- order: share descending, then school_type

with counted as (
  select
    school_type,
    count(*) filter (where work_experience = 'yes') as n,
    count(*) as base
  from responses
  where wave = $wave
    and school_type is not null
    and work_experience is not null
  group by
    school_type
)

select
  school_type,
  n,
  base,
  cast(n as double) / base as share
from counted
order by
  share desc,
  school_type
