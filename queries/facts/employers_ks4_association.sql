-- Whether schools with more STEM employers nearby do more STEM career activities at Key Stage 4.
-- facts
-- params: wave
-- base: respondents who answered at least one item on STEM career activities
-- columns: gamma number2, lower number2, upper number2, n count

-- Goodman and Kruskal's gamma: among pairs of schools that differ in both, how much oftener the one with more employers
-- does more activities than fewer. 1 is always, 0 is as often, -1 is never.
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
),

association as (
  select
    gamma(
      cast(scale_position(responses.employers, 'employer_presence') as double),
      cast(activities.activities as double)
    ) as result
  from activities
  join responses
    on responses.respondent_id = activities.respondent_id
  where responses.wave = $wave
    and responses.employers is not null
)

select
  result['gamma'] as gamma,
  result['lower'] as lower,
  result['upper'] as upper,
  result['n'] as n
from association
