-- STEM career activities at Key Stage 4, in schools to 16 and in schools to 18.
-- explore
-- params: wave
-- base: respondents of schools with that age range who answered the item; "do not know" is an answer
-- columns: activity text, to_16 share, to_16_lower share, to_16_upper share, to_18 share, to_18_lower share, to_18_upper share
-- key: activity
-- order: to_18 descending, then activity

-- `filter (where …)` says who is in one number, `where` who is in all of them: so two groups stand side by side in a row. An
-- interval belongs to the column whose name it goes on from: `to_16_lower` to `to_16`.
with estimated as (
  select
    answers.item_label as activity,
    svy_prop(answers.answer = 'yes', answers.design) filter (where responses.age_range = '11 to 16') as to_16,
    svy_prop(answers.answer = 'yes', answers.design) filter (where responses.age_range = '11 to 18') as to_18
  from answers
  join responses
    on responses.wave = answers.wave
    and responses.respondent_id = answers.respondent_id
  where answers.wave = $wave
    and answers.question = 'stem_career'
    and answers.stage = 'Key Stage 4'
  group by
    answers.item_label
)

select
  activity,
  to_16['estimate'] as to_16,
  to_16['lower'] as to_16_lower,
  to_16['upper'] as to_16_upper,
  to_18['estimate'] as to_18,
  to_18['lower'] as to_18_lower,
  to_18['upper'] as to_18_upper
from estimated
order by
  to_18 desc,
  activity
