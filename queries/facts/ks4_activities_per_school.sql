-- Number of STEM career activities that a school does at Key Stage 4, by presence of local STEM employers.
-- facts
-- params: wave
-- base: respondents who answered at least one item on STEM career activities
-- columns: employers text, schools count, mean_activities number1
-- key: employers
-- order: employers in scale order

-- An activity that was skipped or is not known counts as one that the school does not do.
with activities as (
  select
    answers.respondent_id,
    count(*) filter (where answers.answer = 'yes') as activities
  from answers
  where answers.wave = $wave
    and answers.question = 'stem_career'
    and answers.stage = 'Key Stage 4'
  group by
    answers.respondent_id
)

select
  responses.employers,
  count(*) as schools,
  avg(cast(activities.activities as double)) as mean_activities
from activities
join responses
  on responses.respondent_id = activities.respondent_id
where responses.wave = $wave
  and responses.employers is not null
group by
  responses.employers
order by
  responses.employers
