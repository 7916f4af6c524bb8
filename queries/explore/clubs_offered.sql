-- Clubs that schools offer, so that students learn more about STEM subjects.
-- explore
-- params: wave
-- base: respondents who answered the item; "do not know" is an answer
-- columns: club text, n count, base count, share share
-- key: club
-- order: share descending, then club

-- `answers` is the long form of a grid question: a row for each respondent and item that was answered, so that all items are
-- counted at once. `responses` has the same answers as columns, such as `stem_support__stem_club`. Each item has its own base.
with counted as (
  select
    item_label as club,
    count(*) filter (where answer = 'yes') as n,
    count(*) as base
  from answers
  where wave = $wave
    and question = 'stem_support'
    and item_label like '%club'
  group by
    item_label
)

select
  club,
  n,
  base,
  cast(n as double) / base as share
from counted
order by
  share desc,
  club
