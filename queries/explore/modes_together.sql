-- Which two modes of training are preferred together.
-- explore
-- params: wave
-- base: respondents who ticked at least one mode
-- columns: mode text, other_mode text, n count, base count, share share
-- key: mode, other_mode
-- order: share descending, then mode, other_mode

-- "All that apply": whoever ticked something has a row for each item, `selected` or `not selected`. So all items have one base, and
-- their shares may add up to more than 1. Joined to itself by respondent, the table gives pairs; `<` takes each pair once.
with ticked as (
  select
    respondent_id,
    item_label as mode
  from answers
  where wave = $wave
    and question = 'cpd_modes'
    and answer = 'selected'
),

respondents as (
  select
    count(distinct respondent_id) as base
  from ticked
),

pairs as (
  select
    one.mode as mode,
    other.mode as other_mode,
    count(*) as n
  from ticked as one
  join ticked as other
    on other.respondent_id = one.respondent_id
    and one.mode < other.mode
  group by
    one.mode,
    other.mode
)

select
  pairs.mode as mode,
  pairs.other_mode as other_mode,
  pairs.n,
  respondents.base,
  cast(pairs.n as double) / respondents.base as share
from pairs
cross join respondents
order by
  share desc,
  mode,
  other_mode
