-- How many schools have a STEM club, with the interval that the sample design gives.
-- explore
-- params: wave
-- base: respondents who answered the item; "do not know" is an answer
-- columns: n count, base count, weighted share, weighted_lower share, weighted_upper share, design_effect number2

-- `design` is where a respondent stands in the sample, as study.toml declares it. An estimate has parts, taken out by name:
-- `club['lower']`. A condition that is NULL, for want of an answer, is not in the base. `docs/functions.md` lists all such functions.
with estimated as (
  select
    svy_prop(stem_support__stem_club = 'yes', design) as club
  from responses
  where wave = $wave
)

select
  club['n'] as n,
  club['base'] as base,
  club['estimate'] as weighted,
  club['lower'] as weighted_lower,
  club['upper'] as weighted_upper,
  club['deff'] as design_effect
from estimated
