-- Share of schools that do each STEM career activity at Key Stage 4, by presence of local STEM employers.
-- facts
-- params: wave
-- base: respondents with such employers nearby who answered the item; "do not know" is an answer
-- columns: activity text, employers text, n count, base count, share share
-- key: activity, employers
-- order: activities by name; employers in scale order

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
)

select
  activity,
  employers,
  n,
  base,
  cast(n as double) / base as share
from counted
order by
  activity,
  employers
