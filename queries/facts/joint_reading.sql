-- What the case studies and the survey say together on each theme.
-- facts
-- params: wave
-- base: respondents who answered both the item and the question on STEM employers
-- columns: theme text, gamma number2, lower number2, upper number2, n count, cases text, survey text, together text
-- key: theme
-- order: themes as in `joint_themes`

-- The cases are read from their two ends: schools on the edge of a city, where work is scarce, against schools in towns with
-- strong employers; with so few schools this is a description. The survey is read by Goodman and Kruskal's gamma between the
-- presence of employers and the activity (yes, or anything else): a trend where its interval leaves 0 out.
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
),

surveyed as (
  select
    associated.activity,
    associated.result['gamma'] as gamma,
    associated.result['lower'] as lower,
    associated.result['upper'] as upper,
    associated.result['n'] as n,
    case
      when associated.result['lower'] > 0 then 1
      when associated.result['upper'] < 0 then -1
      else 0
    end as trend
  from associated
),

visited as (
  select
    joint_cases.theme,
    sum(case joint_cases.geography when 'town' then joint_cases.n when 'city periphery' then -joint_cases.n else 0 end) as more
  from joint_cases
  group by
    joint_cases.theme
)

select
  joint_themes.theme as theme,
  surveyed.gamma as gamma,
  surveyed.lower as lower,
  surveyed.upper as upper,
  surveyed.n as n,
  case
    when visited.more > 0 then 'in more of the schools in towns than on the edge of a city'
    when visited.more < 0 then 'in fewer of the schools in towns than on the edge of a city'
    else 'in as many of the schools in towns as on the edge of a city'
  end as cases,
  case surveyed.trend
    when 1 then 'more often where STEM employers are more present'
    when -1 then 'less often where STEM employers are more present'
    else 'no clear trend with the presence of STEM employers'
  end as survey,
  case
    when surveyed.trend = 0 and visited.more = 0 then 'neither shows a difference'
    when surveyed.trend = 0 then 'the survey does not bear out the cases'
    when visited.more = 0 then 'the survey adds what the cases do not show'
    when surveyed.trend * visited.more > 0 then 'both point the same way'
    else 'they point opposite ways'
  end as together
from joint_themes
inner join surveyed
  on surveyed.activity = joint_themes.activity
inner join visited
  on visited.theme = joint_themes.theme
order by
  joint_themes.place,
  theme
