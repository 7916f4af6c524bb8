-- What changed by more than chance explains
-- facts
-- params: from, to
-- base: respondents who answered the item
-- interval: none
-- columns: label text, answer text, measure text, before number2, after number2, difference number2, p_holm number4
-- key: label, answer
-- order: as told
with scaled as (
  select *, case when measure = 'share' then 100.0 else 1.0 end as times
  from changes
  where from_wave = $from
    and to_wave = $to
    and p_holm < significance_level()
)

select concat(label, ' (', variable, ')') as label, answer, case when measure = 'share' then '%' else 'mean' end as measure,
  times * from_value as before, times * to_value as after, times * difference as difference, p_holm
from scaled
order by measure, abs(times * difference) desc, label, answer
