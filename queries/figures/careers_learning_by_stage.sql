-- Types of career-related learning, by the key stages in which they take place.
-- figure: 2
-- params: wave
-- base: respondents who answered the item; "do not know" is an answer
-- columns: item text, answer text, n count, base count, share share
-- key: item, answer
-- order: items by the share that takes place in Key Stage 4 (alone or with Key Stage 3), descending; answers as in the
--   questionnaire

with given as (
  select
    item_label as item,
    answer,
    count(*) as n
  from answers
  where wave = $wave
    and question = 'careers_learning'
  group by
    item_label,
    answer
),

items as (
  select
    item,
    sum(n) as base,
    cast(
      sum(n) filter (where answer in ('Key Stages 3 and 4', 'Key Stage 4 only')) as double
    ) / sum(n) as in_key_stage_4
  from given
  group by
    item
),

-- Every answer that the questionnaire offered has a row, also where nobody gave it.
offered as (
  select
    items.item,
    items.base,
    items.in_key_stage_4,
    value_labels.label as answer
  from items
  cross join value_labels
  where value_labels.value_set = 'when_in_key_stages'
)

select
  offered.item,
  offered.answer,
  coalesce(given.n, 0) as n,
  offered.base,
  cast(coalesce(given.n, 0) as double) / offered.base as share
from offered
left join given
  on given.item = offered.item
  and given.answer = offered.answer
order by
  offered.in_key_stage_4 desc,
  offered.item,
  scale_position(offered.answer, 'when_in_key_stages'),
  offered.answer
