-- STEM career activities that take place in a school, in whichever key stage.
-- facts
-- params: wave
-- base: respondents who answered the item; "do not know" is an answer
-- columns: item text, n count, base count, share share
-- key: item
-- order: share descending, then item

with counted as (
  select
    item_label as item,
    count(*) filter (where answer = 'happens') as n,
    count(*) as base
  from answers
  where wave = $wave
    and question = 'stem_career'
    and stage is null
  group by
    item_label
)

select
  item,
  n,
  base,
  cast(n as double) / base as share
from counted
order by
  share desc,
  item
