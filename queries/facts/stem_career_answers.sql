-- How many respondents answered each item on STEM career activities.
-- facts
-- params: wave
-- base: all respondents
-- columns: item text, n count, base count, share share
-- key: item
-- order: share descending, then item

with answered as (
  select
    item_label as item,
    count(*) as n
  from answers
  where wave = $wave
    and question = 'stem_career'
    and stage is null
  group by
    item_label
),

everybody as (
  select
    count(*) as base
  from responses
  where wave = $wave
)

select
  answered.item,
  answered.n,
  everybody.base,
  cast(answered.n as double) / everybody.base as share
from answered
cross join everybody
order by
  share desc,
  answered.item
