-- Whether promoting career-related learning goes with the kind of school.
-- explore
-- params: wave
-- base: respondents who answered both questions; "do not know" is an answer
-- columns: kind_of_school text, n count, f number2, ndf number2, ddf number1, p_value number3, cramers_v number2
-- key: kind_of_school
-- order: p_value, then kind_of_school

-- `svy_chisq` is Rao and Scott's test of whether two variables are independent. `p_value` says how often chance alone would show as much,
-- `cramers_v` how strong the association is, from 0 to 1: a weak one may be certain, and a strong one chance. Three tests are three
-- chances: hold each against a third of the usual level.
with asked as (
  select 'type of school' as kind_of_school, cast(school_type as text) as answer, promotes_careers_learning, design
  from responses where wave = $wave
  union all
  select 'age range', cast(age_range as text), promotes_careers_learning, design
  from responses where wave = $wave
  union all
  select 'local STEM employers', cast(employers as text), promotes_careers_learning, design
  from responses where wave = $wave
),

tested as (
  select
    kind_of_school,
    svy_chisq(answer, promotes_careers_learning, design) as test
  from asked
  group by
    kind_of_school
)

select
  kind_of_school,
  test['n'] as n,
  test['f'] as f,
  test['ndf'] as ndf,
  test['ddf'] as ddf,
  test['p_value'] as p_value,
  test['cramers_v'] as cramers_v
from tested
order by
  p_value,
  kind_of_school
