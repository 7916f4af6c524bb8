-- How satisfied people are with their journey.
-- facts
-- params: wave
-- base: respondents who travel and answered the question
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: answer in scale order

with counted as (
  select satisfied as answer, count(*) as n
  from responses
  where wave = $wave
    and satisfied is not null
  group by satisfied
),

everybody as (
  select sum(n) as base from counted
)

-- From the labels, so that an answer that nobody gave has a row of its own: 0.
select
  value_labels.label as answer,
  coalesce(counted.n, 0) as n,
  everybody.base,
  cast(coalesce(counted.n, 0) as double) / everybody.base as share
from value_labels
cross join everybody
left join counted on counted.answer = value_labels.label
where value_labels.value_set = 'satisfaction'
order by value_labels.position, answer
