-- How many respondents answered each question at all.
-- facts
-- params: wave
-- base: respondents who were asked the question
-- interval: none
-- columns: question text, label text, n count, base count, share share
-- key: question
-- order: as in the questionnaire

-- Who answered is a fact about these respondents, not an estimate from them.
-- A question with items has no label of its own in `variables`: its text stands for it.
with questions as (
  select
    question,
    min(case when item is null then label else question_text end) as label,
    min(position) as position,
    count(*) as variables
  from variables
  where kind not in ('id', 'timestamp')
  group by
    question
),

everybody as (
  select
    count(*) as respondents
  from responses
  where wave = $wave
),

-- Of each respondent and question: how many of its variables have no answer.
blanks as (
  select
    question,
    respondent_id,
    count(*) as missing,
    count(*) filter (where reason = 'not asked') as not_asked
  from missing
  where wave = $wave
  group by
    question,
    respondent_id
),

silent as (
  select
    questions.question,
    count(*) as nothing,
    count(*) filter (where blanks.not_asked = questions.variables) as not_asked
  from questions
  join blanks
    on blanks.question = questions.question
    and blanks.missing = questions.variables
  group by
    questions.question
),

counted as (
  select
    questions.question,
    questions.label,
    questions.position,
    everybody.respondents - coalesce(silent.nothing, 0) as n,
    everybody.respondents - coalesce(silent.not_asked, 0) as base
  from questions
  cross join everybody
  left join silent
    on silent.question = questions.question
)

select
  question,
  label,
  n,
  base,
  cast(n as double) / base as share
from counted
where base > 0
order by
  position,
  question
