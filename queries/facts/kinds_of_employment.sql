-- Kinds of employment that respondents had before they taught.
-- facts
-- params: wave
-- base: respondents who had been employed and said as what
-- columns: kind text, n count, base count, share share
-- key: kind
-- order: share descending, then kind

with counted as (
  select
    employed_as as kind,
    count(*) as n
  from responses
  where wave = $wave
    and employed_as is not null
  group by
    employed_as
)

select
  kind,
  n,
  sum(n) over () as base,
  cast(n as double) / sum(n) over () as share
from counted
order by
  share desc,
  kind
