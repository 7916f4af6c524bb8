-- How many of the tests between local STEM employers and single activities find a difference.
-- facts
-- params: wave
-- base: STEM career activities at Key Stage 4
-- interval: none
-- columns: activities count, level text, trends count, below count, below_holm count, number_below count

-- At the level of the study's tests: a trend where the interval of gamma leaves 0 out, a difference where p is below the level, alone
-- (`below`) or with allowance for the number of tests (`below_holm`). An activity that all schools or none do cannot be tested.
-- `number_below` is 1 where the test of the number of activities finds a difference, 0 where it does not, NULL where there is none.
-- The level is text, to be printed with as many digits as it has.
with tested as (
  select
    activity <> 'number of activities' as single,
    gamma_lower > 0 or gamma_upper < 0 as trend,
    p_value < significance_level() as below,
    p_holm < significance_level() as below_holm
  from employers_ks4_tests
  where p_value is not null
)

select
  count(*) filter (where single) as activities,
  cast(significance_level() as varchar) as level,
  count(*) filter (where single and trend) as trends,
  count(*) filter (where single and below) as below,
  count(*) filter (where single and below_holm) as below_holm,
  max(case when single then null when below then 1 else 0 end) as number_below
from tested
