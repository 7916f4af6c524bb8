-- The dozen shares that differ the most from the wave before.
-- facts
-- params: wave
-- waves: after 2013
-- base: respondents who answered the item
-- columns: name text, wave text, place count, value share, value_lower share, value_upper share, base count
-- key: name, wave
-- order: place, then name, wave

with largest as (
  select
    *,
    row_number() over (order by size desc, name) as place
  from changes_named
  where measure = 'share'
    and p_holm is not null
),

placed as (
  select name, from_wave as wave, place, from_value as value, from_lower as value_lower, from_upper as value_upper, from_base as base
  from largest
  where place <= 12

  union all

  select name, $wave as wave, place, to_value, to_lower, to_upper, to_base
  from largest
  where place <= 12
)

select
  name,
  wave,
  place,
  value,
  value_lower,
  value_upper,
  base
from placed
order by
  place,
  name,
  wave
