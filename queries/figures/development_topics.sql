-- Interest of STEM leaders in professional development, by topic.
-- figure: 7
-- params: wave
-- base: respondents who answered the item
-- columns: item text, answer text, n count, base count, share share
-- key: item, answer
-- order: items by the share that is very interested, descending; answers in scale order

with given as (
  select
    item_label as item,
    answer,
    count(*) as n
  from answers
  where wave = $wave
    and question = 'cpd_topics'
  group by
    item_label,
    answer
),

items as (
  select
    item,
    sum(n) as base,
    cast(sum(n) filter (where answer = 'very interested') as double) / sum(n) as very_interested
  from given
  group by
    item
),

-- Every answer that the questionnaire offered has a row, also where nobody gave it.
offered as (
  select
    items.item,
    items.base,
    items.very_interested,
    value_labels.label as answer
  from items
  cross join value_labels
  where value_labels.value_set = 'interest'
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
  offered.very_interested desc,
  offered.item,
  scale_position(offered.answer, 'interest'),
  offered.answer
