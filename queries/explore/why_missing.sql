-- Why answers are missing, by question.
-- explore
-- params: wave
-- base: respondents to whom the question applied
-- interval: none
-- columns: question text, not_asked count, not_applicable count, skipped count, refused count, n count, base count, share share
-- key: question
-- order: as in the questionnaire

-- NULL says that there is no answer, `missing` says why: a row for each, with its reason. Whoever was not asked, or for whom there was
-- nothing to answer, is no gap in the survey; `n` are those who could have answered and gave no answer to any part of the question.
with questions as (
  select
    question,
    count(*) as variables,
    min(position) as position
  from variables
  where kind not in ('id', 'timestamp')
  group by
    question
),

-- Of a respondent who gave no answer to any part: one reason, that of the gap where the parts have several.
silent as (
  select
    missing.question,
    missing.respondent_id,
    case
      when bool_or(missing.reason = 'refused') then 'refused'
      when bool_or(missing.reason = 'skipped') then 'skipped'
      else min(missing.reason)
    end as reason
  from missing
  join questions
    on questions.question = missing.question
  where missing.wave = $wave
  group by
    missing.question,
    missing.respondent_id
  having count(*) = max(questions.variables)
),

counted as (
  select
    question,
    count(*) filter (where reason = 'not asked') as not_asked,
    count(*) filter (where reason = 'not applicable') as not_applicable,
    count(*) filter (where reason = 'skipped') as skipped,
    count(*) filter (where reason = 'refused') as refused
  from silent
  group by
    question
),

respondents as (
  select
    count(*) as all_of_them
  from responses
  where wave = $wave
)

select
  counted.question as question,
  counted.not_asked,
  counted.not_applicable,
  counted.skipped,
  counted.refused,
  counted.skipped + counted.refused as n,
  respondents.all_of_them - counted.not_asked - counted.not_applicable as base,
  cast(counted.skipped + counted.refused as double)
    / nullif(respondents.all_of_them - counted.not_asked - counted.not_applicable, 0) as share
from counted
join questions
  on questions.question = counted.question
cross join respondents
order by
  questions.position,
  question
