-- What schools offer beside lessons: as answered, and weighted for non-response.
-- explore
-- params: wave
-- base: respondents who answered the item; "do not know" is an answer
-- columns: offer text, n count, base count, share share, share_lower share, share_upper share, weighted share,
--   weighted_lower share, weighted_upper share, change number1
-- key: offer
-- order: share descending, then offer

-- A study can have more than one design. `design` counts everybody once; `design_nonresponse` weights respondents up to those who were
-- invited in their role. The same function with the other column is the other answer: if `change`, in points, is small, who did not
-- answer matters little, as far as roles can tell.
with estimated as (
  select
    item_label as offer,
    svy_prop(answer = 'yes', design) as plain,
    svy_prop(answer = 'yes', design_nonresponse) as weighted
  from answers
  where wave = $wave
    and question = 'stem_support'
  group by
    item_label
)

select
  offer,
  plain['n'] as n,
  plain['base'] as base,
  plain['estimate'] as share,
  plain['lower'] as share_lower,
  plain['upper'] as share_upper,
  weighted['estimate'] as weighted,
  weighted['lower'] as weighted_lower,
  weighted['upper'] as weighted_upper,
  100 * (weighted['estimate'] - plain['estimate']) as change
from estimated
order by
  share desc,
  offer
