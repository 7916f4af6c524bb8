-- Shares and means of this wave and the one before it, each by a name.
-- facts
-- params: wave
-- waves: after 2013
-- base: respondents who answered the item
-- interval: none
-- columns: name text, variable text, measure text, answer text, from_wave text, from_base count, from_value number4, from_lower number4, from_upper number4, to_base count, to_value number4, to_lower number4, to_upper number4, difference number4, lower number4, upper number4, p_holm number4, comparable text, size number4
-- key: name
-- order: size descending, then name

-- The table `changes` compares each pair of waves of the edition. `size` sorts: of a share it is the difference; means, whose units
-- differ, stand behind.
with before as (
  select earlier.wave as wave
  from waves
  inner join waves as earlier
    on earlier.position = waves.position - 1
  where waves.wave = $wave
),

named as (
  select
    changes.*,
    case
      when answer is null or answer = 'selected' then label
      else concat(label, ': ', answer)
    end as short
  from changes
  inner join before
    on before.wave = changes.from_wave
  where to_wave = $wave
)

select
  case
    when count(*) over (partition by short) > 1 then concat(short, ' (', variable, ')')
    else short
  end as name,
  variable,
  measure,
  answer,
  from_wave,
  from_base,
  from_value,
  from_lower,
  from_upper,
  to_base,
  to_value,
  to_lower,
  to_upper,
  difference,
  lower,
  upper,
  p_holm,
  comparable,
  case when measure = 'share' then abs(difference) else 0.0 end as size
from named
order by
  size desc,
  name
