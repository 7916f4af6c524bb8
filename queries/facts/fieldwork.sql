-- The survey in figures: invitations, respondents, and how exact a simple proportion can be.
-- facts
-- params: wave
-- base: people invited
-- columns: invited count, respondents count, response_rate share, margin number1, margin_fpc number1, pilot_schools count

with invitations as (
  select
    sum(invited) as invited
  from frame
  where wave = $wave
),

answers_back as (
  select
    count(*) as respondents
  from responses
  where wave = $wave
),

piloted as (
  select
    count(*) as pilot_schools
  from pilots
)

-- The margin is in points, for a share of one half (the widest case), at the level of confidence that study.toml sets.
-- With the finite-population correction, the invited people are the population.
select
  invitations.invited,
  answers_back.respondents,
  cast(answers_back.respondents as double) / invitations.invited as response_rate,
  100 * margin_of_error(0.5, answers_back.respondents) as margin,
  100 * margin_of_error(0.5, answers_back.respondents, invitations.invited) as margin_fpc,
  piloted.pilot_schools
from invitations
cross join answers_back
cross join piloted
