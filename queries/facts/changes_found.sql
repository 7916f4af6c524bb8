-- Differences from the wave before that chance does not explain, after correction for all tests.
-- facts
-- params: wave
-- waves: after 2013
-- base: respondents who answered the item
-- columns: name text, before text, after text, from_base count, to_base count, difference number1, difference_lower number1, difference_upper number1, p_holm number4, comparable text
-- key: name
-- order: size descending, then name

-- Of a share the difference is in percentage points, of a mean in the unit of its question.
select
  name,
  case when measure = 'share' then percent(from_value) else cast(round(from_value, 1) as varchar) end as before,
  case when measure = 'share' then percent(to_value) else cast(round(to_value, 1) as varchar) end as after,
  from_base,
  to_base,
  case when measure = 'share' then 100 else 1 end * difference as difference,
  case when measure = 'share' then 100 else 1 end * lower as difference_lower,
  case when measure = 'share' then 100 else 1 end * upper as difference_upper,
  p_holm,
  comparable
from changes_named
where p_holm < significance_level()
order by
  size desc,
  name
