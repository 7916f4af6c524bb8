-- What the case studies and the survey say together on each theme.
-- facts
-- params: wave
-- base: themes of the joint display
-- interval: none
-- columns: theme text, cases text, survey text, together text
-- key: theme
-- order: themes as in `joint_themes`

-- The cases are read from their two ends: schools on the edge of a city, where work is scarce, against schools in towns with
-- strong employers; with so few schools this is a description. The survey is read by `joint_trends`: a trend is claimed where the
-- interval of gamma leaves 0 out.
with surveyed as (
  select
    joint_trends.theme,
    case
      when joint_trends.lower > 0 then 1
      when joint_trends.upper < 0 then -1
      else 0
    end as trend
  from joint_trends
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
    when surveyed.trend = 0 then 'the survey leaves open what the cases suggest'
    when visited.more = 0 then 'the survey adds what the cases do not show'
    when surveyed.trend * visited.more > 0 then 'both point the same way'
    else 'they point opposite ways'
  end as together
from joint_themes
inner join surveyed
  on surveyed.theme = joint_themes.theme
inner join visited
  on visited.theme = joint_themes.theme
order by
  joint_themes.place,
  theme
