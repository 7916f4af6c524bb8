-- What the source printed beside what the data give, for some of its percentages.
-- explore
-- waves: 2013
-- base: as in each claim
-- columns: claim text, measure text, printed number0, found share, lower share, upper share, n count, base count, same boolean
-- key: claim
-- order: claim

-- `claims` is what was printed, `evidence` every number that the study's queries give, by its id: query, row and column. Rounded as it
-- was printed, a number is the same or it is not; the interval says how far another sample might have moved it, which is another
-- question. `restudy audit` holds all claims so, and knows why some cannot agree.
with wanted (claim, id) as (
  values
    ('S01', 'respondents_by_school_type/academy/share'),
    ('S13', 'stem_support_offered/science-club/share'),
    ('S14', 'stem_support_offered/stem-club/share'),
    ('S16', 'stem_support_offered/stem-ambassadors/share'),
    ('S21', 'careers_learning_unknown/portfolios/share'),
    ('S24', 'careers_learning_unknown/portfolios/share'),
    ('S32', 'employed_before_by_role/head-of-science/share'),
    ('S42', 'promotes_careers_learning/yes/share')
)

select
  wanted.claim as claim,
  claims.measure,
  claims.value as printed,
  evidence.value as found,
  evidence.lower,
  evidence.upper,
  evidence.n,
  evidence.base,
  round(100 * evidence.value) = claims.value as same
from wanted
join claims
  on claims.id = wanted.claim
join evidence
  on evidence.id = wanted.id
order by
  claim
