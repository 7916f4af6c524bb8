-- What schools offer beside lessons: as answered, and weighted for non-response.
-- explore
-- params: wave
-- base: respondents who answered the item; "do not know" is an answer
-- columns: offer text, n count, base count, plain share, plain_lower share, plain_upper share, weighted share,
--   weighted_lower share, weighted_upper share, change number1
-- key: offer
-- order: plain descending, then offer

-- A study can have more than one design. `design` counts everybody once; `design_nonresponse` weights respondents up to those who were
-- invited in their role. The same function with the other column is the other answer: if `change`, in points, is small, who did not
-- answer matters little, as far as roles can tell.
with estimated as (
  select
    item_label as offer,
    svy_prop(answer = 'yes', design) as alike,
    svy_prop(answer = 'yes', design_nonresponse) as weighted
  from answers
  where wave = $wave
    and question = 'stem_support'
  group by
    item_label
)

select
  offer,
  alike['n'] as n,
  alike['base'] as base,
  alike['estimate'] as plain,
  alike['lower'] as plain_lower,
  alike['upper'] as plain_upper,
  weighted['estimate'] as weighted,
  weighted['lower'] as weighted_lower,
  weighted['upper'] as weighted_upper,
  100 * (weighted['estimate'] - alike['estimate']) as change
from estimated
order by
  plain desc,
  offer
