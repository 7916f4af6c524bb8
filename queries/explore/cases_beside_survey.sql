-- The same themes in the case studies and in the survey.
-- explore
-- params: wave
-- base: respondents who answered the item; "do not know" is an answer
-- interval: none
-- columns: theme text, code text, coded_schools count, schools count, activity text, n count, base count, share share
-- key: theme
-- order: themes as in `joint_themes`

-- The result of another query of the study is a table, by its name: `joint_themes` says which code goes with which activity. Each side
-- keeps its own base. Schools that were chosen stand for no others, and a code that is not there may only not have come up.
with coded as (
  select
    joint_themes.theme,
    count(distinct codings.case_id) as coded_schools
  from joint_themes
  left join codings
    on codings.code = joint_themes.code
    or starts_with(codings.code, concat(joint_themes.code, '/'))
  group by
    joint_themes.theme
),

schools as (
  select
    count(*) as schools
  from cases
),

surveyed as (
  select
    item_label as activity,
    count(*) filter (where answer = 'happens') as n,
    count(*) as base
  from answers
  where wave = $wave
    and question = 'stem_career'
    and stage is null
  group by
    item_label
)

select
  joint_themes.theme as theme,
  joint_themes.code,
  coded.coded_schools,
  schools.schools,
  surveyed.activity,
  surveyed.n,
  surveyed.base,
  cast(surveyed.n as double) / surveyed.base as share
from joint_themes
join surveyed
  on surveyed.activity = joint_themes.activity
join coded
  on coded.theme = joint_themes.theme
cross join schools
order by
  joint_themes.place,
  theme
