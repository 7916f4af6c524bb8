-- Share of schools that do each STEM career activity at Key Stage 4, by presence of local STEM employers.
-- facts
-- params: wave
-- base: respondents with such employers nearby who answered the item; "do not know" is an answer
-- columns: activity text, employers text, n count, base count, share share
-- key: activity, employers
-- order: activities by the number of schools that do them, descending; employers in scale order

with counted as (
  select
    responses.employers,
    answers.item_label as activity,
    count(*) filter (where answers.answer = 'yes') as n,
    count(*) as base
  from answers
  join responses
    on responses.wave = answers.wave
    and responses.respondent_id = answers.respondent_id
  where answers.wave = $wave
    and answers.question = 'stem_career'
    and answers.stage = 'Key Stage 4'
    and responses.employers is not null
  group by
    responses.employers,
    answers.item_label
),

-- The same order of activities as in Figure 5, which prints the question the other way round.
activities as (
  select
    activity,
    sum(n) as schools
  from counted
  group by
    activity
)

select
  counted.activity,
  counted.employers,
  counted.n,
  counted.base,
  cast(counted.n as double) / counted.base as share
from counted
join activities
  on activities.activity = counted.activity
order by
  activities.schools desc,
  counted.activity,
  counted.employers
