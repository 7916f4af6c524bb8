-- Who provides commissioned career guidance, as far as respondents know.
-- table: 2
-- params: wave
-- base: respondents who answered the question on providers; several answers could be given
-- columns: provider text, n count, base count, share share
-- key: provider
-- order: share descending, then provider

-- The survey tool put the question to everybody who reached the page, so the base holds people who had not said that
-- guidance was commissioned. The last two providers of the source's table were coded from open answers.
with counted as (
  select
    item_label as provider,
    count(*) filter (where answer = 'selected') as n,
    count(*) as base
  from answers
  where wave = $wave
    and question = 'guidance_provider'
  group by
    item_label
)

select
  provider,
  n,
  base,
  cast(n as double) / base as share
from counted
order by
  share desc,
  provider
