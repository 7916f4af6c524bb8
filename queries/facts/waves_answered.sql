-- Who answered in each wave.
-- facts
-- waves: after 2013
-- base: people who were invited
-- interval: none
-- columns: wave text, fieldwork text, invited count, respondents count, rate share
-- key: wave
-- order: position descending, then wave

-- The edition of a wave holds that wave and those before it.
select
  wave,
  fieldwork,
  invited,
  respondents,
  cast(respondents as double) / nullif(invited, 0) as rate
from waves
order by
  position desc,
  wave
