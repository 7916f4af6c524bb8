-- Year groups that go on work experience.
-- facts
-- params: wave
-- base: respondents whose students go on work experience and who named a year group
-- columns: year text, n count, base count, share share
-- key: year
-- order: year

with counted as (
  select
    item_label as year,
    count(*) filter (where answer = 'selected') as n,
    count(*) as base
  from answers
  where wave = $wave
    and question = 'work_experience_years'
  group by
    item_label
)

select
  year,
  n,
  base,
  cast(n as double) / base as share
from counted
order by
  -- 'Year 9' before 'Year 10'
  character_length(year),
  year
