-- What would make the journey better, by the way to work.
-- explore
-- params: wave
-- base: respondents of each way to work who ticked something
-- columns: way text, item text, n count, base count, share share
-- key: way, item
-- order: way, then share descending, then item

-- A question of your own, that no page prints: `restudy ask @what_would_help`.
-- `answers` holds all answers one a row: question, item, answer.
select
  responses.way_to_work as way,
  answers.item_label as item,
  count(*) filter (where answers.answer = 'selected') as n,
  count(*) as base,
  cast(count(*) filter (where answers.answer = 'selected') as double) / count(*) as share
from answers
inner join responses
  on answers.respondent_id = responses.respondent_id
  and answers.wave = responses.wave
where answers.wave = $wave
  and answers.question = 'would_help'
group by responses.way_to_work, answers.item_label
order by way, share desc, item
