-- How far academies are ahead of local authority maintained schools in what they offer for STEM.
-- explore
-- params: wave
-- base: respondents of academies and maintained schools who answered the item; "do not know" is an answer
-- columns: offer text, academies share, maintained share, points number1, points_lower number1, points_upper number1, base count
-- key: offer
-- order: points descending, then offer

-- To compare two groups, estimate their difference: it has an interval of its own, and where that leaves 0 out, chance alone would
-- hardly have made it. Laying two intervals side by side is no such test: they may overlap, and the groups differ all the same. Of
-- twenty intervals of nothing, one leaves 0 out.
with compared as (
  select
    answers.item_label as offer,
    svy_prop(answers.answer = 'yes', answers.design) filter (where responses.school_type = 'academy') as academies,
    svy_prop(answers.answer = 'yes', answers.design) filter (where responses.school_type <> 'academy') as maintained,
    svy_diff(answers.answer = 'yes', responses.school_type = 'academy', answers.design) as difference
  from answers
  join responses
    on responses.wave = answers.wave
    and responses.respondent_id = answers.respondent_id
  where answers.wave = $wave
    and answers.question = 'stem_support'
    and responses.school_type in ('academy', 'local authority maintained')
  group by
    answers.item_label
)

select
  offer,
  academies['estimate'] as academies,
  maintained['estimate'] as maintained,
  100 * difference['estimate'] as points,
  100 * difference['lower'] as points_lower,
  100 * difference['upper'] as points_upper,
  difference['base'] as base
from compared
order by
  points desc,
  offer
