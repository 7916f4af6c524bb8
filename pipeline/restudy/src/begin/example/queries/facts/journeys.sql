-- How long journeys take, from door to door.
-- facts
-- params: wave
-- base: respondents who travel and answered the question
-- columns: measure text, estimate number1, lower number1, upper number1, n count
-- key: measure
-- order: measure

-- svy_… are estimates by the sample's design, with their intervals; `restudy functions` lists them all.
with estimated as (
  select
    svy_mean(minutes, design) as minutes,
    svy_median(minutes, design) as middle,
    count(minutes) as n
  from responses
  where wave = $wave
)

select 'mean' as measure, minutes.estimate as estimate, minutes.lower as lower, minutes.upper as upper, n
from estimated
union all
select 'median', middle.estimate, middle.lower, middle.upper, n
from estimated
order by measure
