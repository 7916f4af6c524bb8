-- STEM employers in the area of a school, by type of school.
-- explore
-- params: wave
-- base: respondents of that type of school who answered the question on STEM employers
-- columns: school_type text, employers text, n count, base count, share share
-- key: school_type, employers
-- order: school_type by name; employers in scale order

-- Labels of an ordered scale sort as the questionnaire has them ("none" before "some small"), and not by the alphabet.
-- `partition by` gives each type of school a base of its own, so that the shares of a type add up to 1. An answer that nobody of
-- a type gave has no row.
with counted as (
  select
    school_type,
    employers,
    count(*) as n
  from responses
  where wave = $wave
    and school_type is not null
    and employers is not null
  group by
    school_type,
    employers
)

select
  school_type,
  employers,
  n,
  sum(n) over (partition by school_type) as base,
  cast(n as double) / sum(n) over (partition by school_type) as share
from counted
order by
  school_type,
  employers
