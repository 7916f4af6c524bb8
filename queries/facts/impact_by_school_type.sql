-- Types of school among those that have measured the impact of their STEM career activities.
-- facts
-- params: wave
-- base: respondents who say that impact has been measured
-- columns: school_type text, n count, base count, share share
-- key: school_type
-- order: share descending, then school_type

with counted as (
  select
    school_type,
    count(*) filter (where impact_measured = 'yes') as n
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
  cast(n as double) / nullif(sum(n) over (), 0) as share
from counted
order by
  share desc,
  school_type
