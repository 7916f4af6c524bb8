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
),

-- In points, for a share of one half (the widest case), at the 95% level: 1.959964 standard errors to either side.
-- With the finite-population correction, the invited people are the population.
margins as (
  select
    invitations.invited,
    answers_back.respondents,
    100 * 1.959963984540054 * sqrt(0.25 / answers_back.respondents) as margin,
    sqrt(
      cast(invitations.invited - answers_back.respondents as double) / (invitations.invited - 1)
    ) as correction
  from invitations
  cross join answers_back
)

select
  margins.invited,
  margins.respondents,
  cast(margins.respondents as double) / margins.invited as response_rate,
  margins.margin,
  margins.margin * margins.correction as margin_fpc,
  piloted.pilot_schools
from margins
cross join piloted
