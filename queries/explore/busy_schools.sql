-- How many schools do at least so many STEM career activities at Key Stage 4, by STEM employers in the area.
-- explore
-- params: wave, least count = 4
-- base: respondents with such employers nearby who answered at least one item on STEM career activities
-- columns: employers text, n count, base count, weighted share, weighted_lower share, weighted_upper share
-- key: employers
-- order: employers in scale order

-- A parameter asks the same question of another number: `--param least=6`. The head says what it is, a count, and what it is when
-- nobody gives it; in the SQL it is `$least`. An activity that was skipped or is not known counts as not done.
with counted as (
  select
    respondent_id,
    count(*) filter (where answer = 'yes') as activities
  from answers
  where wave = $wave
    and question = 'stem_career'
    and stage = 'Key Stage 4'
  group by
    respondent_id
),

estimated as (
  select
    responses.employers,
    svy_prop(counted.activities >= $least, responses.design) as busy
  from counted
  join responses
    on responses.respondent_id = counted.respondent_id
  where responses.wave = $wave
    and responses.employers is not null
  group by
    responses.employers
)

select
  employers,
  busy['n'] as n,
  busy['base'] as base,
  busy['estimate'] as weighted,
  busy['lower'] as weighted_lower,
  busy['upper'] as weighted_upper
from estimated
order by
  employers
