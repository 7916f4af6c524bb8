-- Presence of local STEM employers among schools that do each STEM career activity at Key Stage 4.
-- figure: 5
-- params: wave
-- base: respondents who say that the activity takes place at Key Stage 4
-- columns: activity text, employers text, n count, base count, share share
-- key: activity, employers
-- order: activities by the number of schools that do them, descending; employers in scale order

-- This is the way round in which the source prints it: of schools that do an activity, how many have such employers.
-- `ks4_activity_by_employers` asks the other question: of schools with such employers, how many do the activity.
with doing as (
  select
    answers.item_label as activity,
    responses.employers
  from answers
  join responses
    on responses.wave = answers.wave
    and responses.respondent_id = answers.respondent_id
  where answers.wave = $wave
    and answers.question = 'stem_career'
    and answers.stage = 'Key Stage 4'
    and answers.answer = 'yes'
    and responses.employers is not null
),

activities as (
  select
    activity,
    count(*) as base
  from doing
  group by
    activity
),

given as (
  select
    activity,
    employers,
    count(*) as n
  from doing
  group by
    activity,
    employers
),

-- The answers that somebody gave: another wave may have offered more.
kinds as (
  select employers
  from responses
  where wave = $wave
    and employers is not null
  group by
    employers
),

offered as (
  select
    activities.activity,
    activities.base,
    kinds.employers
  from activities
  cross join kinds
)

select
  offered.activity,
  offered.employers,
  coalesce(given.n, 0) as n,
  offered.base,
  cast(coalesce(given.n, 0) as double) / offered.base as share
from offered
left join given
  on given.activity = offered.activity
  and given.employers = offered.employers
order by
  offered.base desc,
  offered.activity,
  scale_position(offered.employers, 'employer_presence'),
  offered.employers
