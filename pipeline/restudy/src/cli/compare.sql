-- Who answered in two waves, what changed between them, and what cannot be compared.
-- facts
-- params: from, to
-- base: respondents who answered the item
-- interval: none
-- columns: label text, answer text, measure text, before number2, before_base count, after number2, after_base count, difference number2, lower number2, upper number2, p_value number4, p_holm number4, comparable text, why text
-- key: label, answer
-- order: as told
with ends as (
  select
    max(case when wave = $from then respondents end) as before,
    max(case when wave = $to then respondents end) as after,
    max(case when wave = $from then invited end) as before_base,
    max(case when wave = $to then invited end) as after_base
  from waves
),

answered as (
  select 1 as place, 'people who answered' as label, cast(null as varchar) as answer, 'count' as measure,
    cast(before as double) as before, before_base, cast(after as double) as after, after_base,
    cast(after - before as double) as difference, cast(null as double) as lower, cast(null as double) as upper,
    cast(null as double) as p_value, cast(null as double) as p_holm, cast(null as varchar) as comparable,
    cast(null as varchar) as why, 0.0 as size
  from ends

  union all

  select 2, 'people who answered, of those invited', null, '%',
    100.0 * before / before_base, before_base, 100.0 * after / after_base, after_base,
    100.0 * after / after_base - 100.0 * before / before_base, null, null, null, null, null, null, 0.0
  from ends
  where before_base > 0
    and after_base > 0
),

scaled as (
  select *, case when measure = 'share' then 100.0 else 1.0 end as times
  from changes
  where from_wave = $from
    and to_wave = $to
),

compared as (
  select case when measure = 'share' then 3 else 4 end as place, concat(label, ' (', variable, ')') as label, answer,
    case when measure = 'share' then '%' else 'mean' end as measure,
    times * from_value as before, from_base as before_base, times * to_value as after, to_base as after_base,
    times * difference as difference, times * lower as lower, times * upper as upper,
    p_value, p_holm, comparable, why,
    abs(times * difference) as size
  from scaled
),

told as (
  select * from answered
  union all
  select * from compared
  union all

  select 5, concat(variables.label, ' (', comparability.variable, ')'), null, null,
    null, null, null, null, null, null, null, null, null, comparable, why, 0.0
  from comparability
  join variables on variables.variable = comparability.variable
  where from_wave = $from
    and to_wave = $to
    and comparable = 'no'
)

select label, answer, measure, before, before_base, after, after_base, difference, lower, upper, p_value, p_holm, comparable, why
from told
order by place, size desc, label, answer
