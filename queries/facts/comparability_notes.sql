-- What is compared with care, or not at all, with the wave before.
-- facts
-- params: wave
-- waves: after 2013
-- base: variables of the codebook
-- interval: none
-- columns: variable text, label text, comparable text, why text
-- key: variable
-- order: comparable, then variable

with before as (
  select earlier.wave as wave
  from waves
  inner join waves as earlier
    on earlier.position = waves.position - 1
  where waves.wave = $wave
)

select
  comparability.variable as variable,
  variables.label,
  comparability.comparable as comparable,
  comparability.why
from comparability
inner join before
  on before.wave = comparability.from_wave
inner join variables
  on variables.variable = comparability.variable
where comparability.to_wave = $wave
  and comparability.comparable <> 'yes'
order by
  comparable,
  variable
