-- Careers web resources that STEM leaders know and use.
-- figure: 9
-- params: wave
-- base: respondents who answered the item
-- columns: item text, answer text, n count, base count, share share
-- key: item, answer
-- order: items by the share that uses them, descending; answers in scale order

with given as (
  select
    item_label as item,
    answer,
    count(*) as n
  from answers
  where wave = $wave
    and question = 'web_resources'
  group by
    item_label,
    answer
),

items as (
  select
    item,
    sum(n) as base,
    cast(sum(n) filter (where answer = 'aware and used') as double) / sum(n) as used
  from given
  group by
    item
),

-- Every answer that the questionnaire offered has a row, also where nobody gave it.
offered as (
  select
    items.item,
    items.base,
    items.used,
    value_labels.label as answer
  from items
  cross join value_labels
  where value_labels.value_set = 'awareness'
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
  offered.used desc,
  offered.item,
  scale_position(offered.answer, 'awareness'),
  offered.answer
