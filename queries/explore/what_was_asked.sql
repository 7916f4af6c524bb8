-- What was asked, of whom, and with which answers to choose from.
-- explore
-- interval: none
-- columns: question text, kind text, variables count, asked_of text, answers text
-- key: question
-- order: as in the questionnaire

-- The codebook is two tables: `variables` has a row for each column of `responses`, `value_labels` one for each answer of a set of
-- answers. A question of several items has a variable for each, here one row again. `universe` says who was asked.
with questions as (
  select
    question,
    min(kind) as kind,
    count(*) as variables,
    min(universe) as universe,
    min(value_set) as value_set,
    min(position) as position
  from variables
  where kind not in ('id', 'timestamp')
  group by
    question
),

choices as (
  select
    value_set,
    string_agg(label, ' | ' order by position) as answers
  from value_labels
  where missing is null
  group by
    value_set
)

select
  questions.question as question,
  questions.kind,
  questions.variables,
  coalesce(questions.universe, 'everybody') as asked_of,
  choices.answers
from questions
left join choices
  on choices.value_set = questions.value_set
order by
  questions.position,
  question
