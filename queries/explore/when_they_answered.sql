-- When respondents opened the questionnaire, by week, and how many of them left its last page.
-- explore
-- params: wave
-- base: respondents who opened the questionnaire in that week
-- interval: none
-- columns: week text, n count, base count, share share, minutes number0
-- key: week
-- order: week, by the date of its Monday

-- Times are timestamps: they can be cut to the week, and subtracted. `minutes` is the median from the first answer to the last
-- page, of those who left it. `interval: none` in the head says that these numbers describe the fieldwork, and estimate nothing.
with timed as (
  select
    cast(cast(date_trunc('week', started_at) as date) as text) as week,
    submitted_at,
    date_part('epoch', submitted_at) - date_part('epoch', started_at) as seconds
  from responses
  where wave = $wave
),

counted as (
  select
    week,
    count(submitted_at) as n,
    count(*) as base,
    median(seconds) as seconds
  from timed
  group by
    week
)

select
  week,
  n,
  base,
  cast(n as double) / base as share,
  seconds / 60 as minutes
from counted
order by
  week
