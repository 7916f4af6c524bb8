-- Whether the activity of a theme goes with the presence of local STEM employers.
-- facts
-- params: wave
-- base: respondents who answered both the item and the question on STEM employers
-- columns: theme text, gamma number2, lower number2, upper number2, n count
-- key: theme
-- order: themes as in `joint_themes`

-- Goodman and Kruskal's gamma between the presence of employers and the activity: "yes", or any other answer.
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

given as (
  select
    answers.respondent_id,
    answers.item_label as activity,
    answers.answer = 'yes' as does
  from answers
  where answers.wave = $wave
    and answers.question = 'stem_career'
    and answers.stage = 'Key Stage 4'

  union all

  select
    several.respondent_id,
    'four or more of the activities' as activity,
    several.does
  from several
),

associated as (
  select
    given.activity,
    gamma(
      cast(scale_position(responses.employers, 'employer_presence') as double),
      case when given.does then 1.0 else 0.0 end
    ) as result
  from given
  join responses
    on responses.respondent_id = given.respondent_id
  where responses.wave = $wave
    and responses.employers is not null
  group by
    given.activity
)

select
  joint_themes.theme as theme,
  associated.result['gamma'] as gamma,
  associated.result['lower'] as lower,
  associated.result['upper'] as upper,
  associated.result['n'] as n
from joint_themes
inner join associated
  on associated.activity = joint_themes.activity
order by
  joint_themes.place,
  theme
