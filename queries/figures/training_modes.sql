-- Modes of training that STEM leaders prefer.
-- figure: 8
-- params: wave
-- base: respondents who ticked at least one mode
-- columns: item text, n count, base count, share share
-- key: item
-- order: share descending, then item

with counted as (
  select
    item_label as item,
    count(*) filter (where answer = 'selected') as n,
    count(*) as base
  from answers
  where wave = $wave
    and question = 'cpd_modes'
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
