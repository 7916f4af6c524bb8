-- Whether what schools do at Key Stage 4 goes with the presence of local STEM employers: association and test.
-- facts
-- params: wave
-- base: respondents who answered both the item and the question on STEM employers
-- columns: activity text, n count, gamma number2, gamma_lower number2, gamma_upper number2, f number2, ndf number1, ddf number0, p_value number3, p_holm number3
-- key: activity
-- order: activities by the number of schools that do them, descending; then the number of activities, in groups

-- gamma uses the order of the answers; the test is Rao and Scott's, on the design of the sample, and knows of no order. An
-- activity is done or is not ("do not know" counts as not). The number of activities has its gamma in
-- `employers_ks4_association`; for the test it is grouped: none or one, two or three, four or five, six to eight. `p_holm` is
-- Holm's p-value for the activities together, of those that can be tested: it allows for their number.
with given as (
  select
    answers.item_label as activity,
    responses.employers,
    case when answers.answer = 'yes' then 1 else 0 end as does,
    answers.design
  from answers
  join responses
    on responses.wave = answers.wave
    and responses.respondent_id = answers.respondent_id
  where answers.wave = $wave
    and answers.question = 'stem_career'
    and answers.stage = 'Key Stage 4'
    and responses.employers is not null
),

tallied as (
  select
    answers.respondent_id,
    count(*) filter (where answers.answer = 'yes') as activities
  from answers
  where answers.wave = $wave
    and answers.question = 'stem_career'
    and answers.stage = 'Key Stage 4'
  group by
    answers.respondent_id
),

grouped as (
  select
    'number of activities' as activity,
    responses.employers,
    case
      when tallied.activities <= 1 then 0
      when tallied.activities <= 3 then 1
      when tallied.activities <= 5 then 2
      else 3
    end as does,
    responses.design
  from tallied
  join responses
    on responses.respondent_id = tallied.respondent_id
  where responses.wave = $wave
    and responses.employers is not null
),

both as (
  select * from given
  union all
  select * from grouped
),

tested as (
  select
    activity,
    sum(does) as schools,
    gamma(cast(scale_position(employers, 'employer_presence') as double), cast(does as double)) as association,
    svy_chisq(employers, does, design) as test
  from both
  group by
    activity
),

named as (
  select
    activity,
    0 as place,
    schools,
    association['n'] as n,
    association['gamma'] as gamma,
    association['lower'] as gamma_lower,
    association['upper'] as gamma_upper,
    test['f'] as f,
    test['ndf'] as ndf,
    test['ddf'] as ddf,
    test['p_value'] as p_value
  from tested
  where activity <> 'number of activities'
  union all
  select
    tested.activity,
    1 as place,
    tested.schools,
    employers_ks4_association.n,
    employers_ks4_association.gamma,
    employers_ks4_association.lower,
    employers_ks4_association.upper,
    tested.test['f'],
    tested.test['ndf'],
    tested.test['ddf'],
    tested.test['p_value']
  from tested
  cross join employers_ks4_association
  where tested.activity = 'number of activities'
),

stepped as (
  select
    activity,
    p_value * (count(p_value) over () - row_number() over (order by p_value, activity) + 1) as stepped,
    row_number() over (order by p_value, activity) as step
  from named
  where place = 0
),

held as (
  select
    activity,
    least(1.0, max(stepped) over (order by step)) as p_holm
  from stepped
)

select
  named.activity as activity,
  named.n,
  named.gamma,
  named.gamma_lower,
  named.gamma_upper,
  named.f,
  named.ndf,
  named.ddf,
  named.p_value,
  case when named.p_value is not null then held.p_holm end as p_holm
from named
left join held
  on held.activity = named.activity
order by
  named.place,
  named.schools desc,
  activity
