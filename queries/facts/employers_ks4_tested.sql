-- How many of the tests between local STEM employers and single activities find a difference.
-- facts
-- params: wave
-- base: STEM career activities at Key Stage 4
-- interval: none
-- columns: activities count, trends count, below count, below_holm count

-- At the usual level: a trend where the interval of gamma leaves 0 out, a difference where p is below 0.05, alone (`below`) or
-- with allowance for the number of tests (`below_holm`).
select
  count(*) as activities,
  count(*) filter (where gamma_lower > 0 or gamma_upper < 0) as trends,
  count(*) filter (where p_value < 0.05) as below,
  count(*) filter (where p_holm < 0.05) as below_holm
from employers_ks4_tests
where p_holm is not null
