-- Types of career-related learning of which respondents do not know whether they take place.
-- facts
-- params: wave
-- base: respondents who answered the item
-- columns: item text, n count, base count, share share
-- key: item
-- order: share descending, then item

with counted as (
  select
    item_label as item,
    count(*) filter (where answer = 'do not know') as n,
    count(*) as base
  from answers
  where wave = $wave
    and question = 'careers_learning'
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
