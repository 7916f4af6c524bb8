-- Purposes for which school leaders promote career-related learning, as STEM leaders see it.
-- figure: 6
-- params: wave
-- base: respondents who answered the item
-- columns: item text, answer text, n count, base count, share share
-- key: item, answer
-- order: items by the share that agrees or agrees strongly, descending; answers in scale order

with given as (
  select
    item_label as item,
    answer,
    count(*) as n
  from answers
  where wave = $wave
    and question = 'purposes'
  group by
    item_label,
    answer
),

items as (
  select
    item,
    sum(n) as base,
    cast(sum(n) filter (where answer in ('agree', 'strongly agree')) as double) / sum(n) as agreed
  from given
  group by
    item
),

-- Every answer that the questionnaire offered has a row, also where nobody gave it.
offered as (
  select
    items.item,
    items.base,
    items.agreed,
    value_labels.label as answer
  from items
  cross join value_labels
  where value_labels.value_set = 'agreement'
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
  offered.agreed desc,
  offered.item,
  scale_position(offered.answer, 'agreement'),
  offered.answer
