-- Whether the activity of a theme goes with the presence of local STEM employers.
-- facts
-- params: wave
-- base: respondents who answered both the item and the question on STEM employers
-- columns: theme text, gamma number2, lower number2, upper number2, n count
-- key: theme
-- order: themes as in `joint_themes`

-- Goodman and Kruskal's gamma between the presence of employers and the activity: "yes", or any other answer. For single
-- activities it is that of `employers_ks4_tests`.
with several as (
  select
    answers.respondent_id,
    count(*) filter (where answers.answer = 'yes') >= 4 as does
  from answers
  where answers.wave = $wave
    and answers.question = 'stem_career'
    and answers.stage = 'Key Stage 4'
  group by
    answers.respondent_id
),

breadth as (
  select
    gamma(
      cast(scale_position(responses.employers, 'employer_presence') as double),
      case when several.does then 1.0 else 0.0 end
    ) as result
  from several
  join responses
    on responses.respondent_id = several.respondent_id
  where responses.wave = $wave
    and responses.employers is not null
),

associated as (
  select activity, gamma, gamma_lower as lower, gamma_upper as upper, n
  from employers_ks4_tests
  union all
  select 'four or more of the activities', result['gamma'], result['lower'], result['upper'], result['n']
  from breadth
)

select
  joint_themes.theme as theme,
  associated.gamma,
  associated.lower,
  associated.upper,
  associated.n
from joint_themes
inner join associated
  on associated.activity = joint_themes.activity
order by
  joint_themes.place,
  theme
