-- How many respondents gave any figure for where their leavers go.
-- facts
-- params: wave
-- base: all respondents
-- columns: n count, base count, share share

with counted as (
  select
    count(*) filter (
      where destinations__sixth_form is not null
        or destinations__apprenticeship is not null
        or destinations__employment is not null
        or destinations__neet is not null
        or destinations__university is not null
    ) as n,
    count(*) as base
  from responses
  where wave = $wave
)

select
  n,
  base,
  cast(n as double) / base as share
from counted
