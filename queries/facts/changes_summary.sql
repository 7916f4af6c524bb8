-- This wave and the one before it: how many answered, what was tested, what stands.
-- facts
-- params: wave
-- waves: after 2013
-- base: respondents
-- interval: none
-- columns: from_wave text, to_wave text, from_respondents count, to_respondents count, tests count, level text, found count, variables_found count, below_alone count, comparable count, with_care count, not_comparable count

-- `found` are the differences whose p stays below the level of the study's tests after Holm's correction for all tests of the two
-- waves; `below_alone` are those whose own p is below it. The level is text, to be printed with as many digits as it has.
with ends as (
  select
    earlier.wave as from_wave,
    waves.wave as to_wave,
    earlier.respondents as from_respondents,
    waves.respondents as to_respondents
  from waves
  inner join waves as earlier
    on earlier.position = waves.position - 1
  where waves.wave = $wave
),

tested as (
  select
    count(changes.p_value) as tests,
    count(*) filter (where changes.p_holm < significance_level()) as found,
    count(distinct case when changes.p_holm < significance_level() then changes.variable end) as variables_found,
    count(*) filter (where changes.p_value < significance_level()) as below_alone
  from ends
  left join changes
    on changes.from_wave = ends.from_wave
    and changes.to_wave = ends.to_wave
),

said as (
  select
    count(*) filter (where comparability.comparable = 'yes') as comparable,
    count(*) filter (where comparability.comparable = 'with care') as with_care,
    count(*) filter (where comparability.comparable = 'no') as not_comparable
  from ends
  left join comparability
    on comparability.from_wave = ends.from_wave
    and comparability.to_wave = ends.to_wave
)

select
  ends.from_wave,
  ends.to_wave,
  ends.from_respondents,
  ends.to_respondents,
  tested.tests,
  cast(significance_level() as varchar) as level,
  tested.found,
  tested.variables_found,
  tested.below_alone,
  said.comparable,
  said.with_care,
  said.not_comparable
from ends
cross join tested
cross join said
