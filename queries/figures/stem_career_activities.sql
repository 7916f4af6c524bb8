-- STEM career activities, by the key stages in which they take place.
-- figure: 3
-- params: wave
-- base: respondents who answered the item; one activity can take place in several key stages
-- columns: item text, answer text, n count, base count, share share
-- key: item, answer
-- order: items by the share of schools in which they take place at all, descending; answers as in the questionnaire

with offered (answer, position) as (
  values
    ('Key Stage 3', 1),
    ('Key Stage 4', 2),
    ('Key Stage 5', 3),
    ('does not happen', 4),
    ('do not know', 5)
),

-- Rows without a stage say of an activity whether it happens at all.
items as (
  select
    item_label as item,
    count(*) as base,
    cast(count(*) filter (where answer = 'happens') as double) / count(*) as happening
  from answers
  where wave = $wave
    and question = 'stem_career'
    and stage is null
  group by
    item_label
),

given as (
  select
    item_label as item,
    coalesce(stage, answer) as answer,
    count(*) as n
  from answers
  where wave = $wave
    and question = 'stem_career'
    and (
      (stage is not null and answer = 'yes')
      or (stage is null and answer in ('does not happen', 'do not know'))
    )
  group by
    item_label,
    coalesce(stage, answer)
)

select
  items.item,
  offered.answer,
  coalesce(given.n, 0) as n,
  items.base,
  cast(coalesce(given.n, 0) as double) / items.base as share
from items
cross join offered
left join given
  on given.item = items.item
  and given.answer = offered.answer
order by
  items.happening desc,
  items.item,
  offered.position,
  offered.answer
