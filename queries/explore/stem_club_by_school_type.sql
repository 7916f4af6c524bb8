-- How many schools of each type have a STEM club.
-- explore
-- params: wave
-- base: respondents of that type of school who answered the item; "do not know" is an answer
-- columns: school_type text, n count, base count, weighted share, weighted_lower share, weighted_upper share
-- key: school_type
-- order: weighted descending, then school_type

-- With a design, `group by` makes domains: the groups are parts of one sample, and each estimate still knows the whole of it. Look at
-- the base before the share: a few schools leave an interval of half the scale, and no order among the types.
with estimated as (
  select
    school_type,
    svy_prop(stem_support__stem_club = 'yes', design) as club
  from responses
  where wave = $wave
    and school_type is not null
  group by
    school_type
)

select
  school_type,
  club['n'] as n,
  club['base'] as base,
  club['estimate'] as weighted,
  club['lower'] as weighted_lower,
  club['upper'] as weighted_upper
from estimated
order by
  weighted desc,
  school_type
