-- What schools offer beside lessons so that students learn more about STEM subjects.
-- figure: 1
-- params: wave
-- base: respondents who answered the item; "do not know" is an answer
-- columns: item text, n count, base count, share share
-- key: item
-- order: share descending, then item

with counted as (
  select
    item_label as item,
    count(*) filter (where answer = 'yes') as n,
    count(*) as base
  from answers
  where wave = $wave
    and question = 'stem_support'
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
