-- The topics of professional development that interest each role most.
-- explore
-- params: wave
-- base: respondents in that role who answered the item, where they are at least ten
-- columns: role text, topic text, place count, n count, base count, share share
-- key: role, topic
-- order: role by name; then place, topic

-- A window function looks at the other rows of a result: `rank() over (partition by role …)` is the place among the topics of a role.
-- Topics that tie share a place, so that a role may have four among its first three; `row_number` would let chance choose.
with counted as (
  select
    responses.role,
    answers.item_label as topic,
    count(*) filter (where answers.answer = 'very interested') as n,
    count(*) as base
  from answers
  join responses
    on responses.wave = answers.wave
    and responses.respondent_id = answers.respondent_id
  where answers.wave = $wave
    and answers.question = 'cpd_topics'
    and responses.role is not null
  group by
    responses.role,
    answers.item_label
  having count(*) >= 10
),

ranked as (
  select
    role,
    topic,
    rank() over (partition by role order by cast(n as double) / base desc) as place,
    n,
    base
  from counted
)

select
  role,
  topic,
  place,
  n,
  base,
  cast(n as double) / base as share
from ranked
where place <= 3
order by
  role,
  place,
  topic
