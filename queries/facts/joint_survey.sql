-- Share of schools that do the activity of a theme at Key Stage 4, by presence of local STEM employers.
-- facts
-- params: wave
-- base: respondents with such employers nearby who answered the item; "do not know" is an answer
-- columns: theme text, employers text, n count, base count, share share
-- key: theme, employers
-- order: themes as in `joint_themes`; employers in scale order

-- The last theme counts activities: there the base is who answered at least one item, and an activity that was skipped or is
-- not known counts as one that the school does not do.
with breadth as (
  select
    responses.employers,
    responses.respondent_id,
    count(*) filter (where answers.answer = 'yes') as activities
  from answers
  join responses
    on responses.wave = answers.wave
    and responses.respondent_id = answers.respondent_id
  where answers.wave = $wave
    and answers.question = 'stem_career'
    and answers.stage = 'Key Stage 4'
    and responses.employers is not null
  group by
    responses.employers,
    responses.respondent_id
),

counted as (
  select
    ks4_activity_by_employers.activity,
    ks4_activity_by_employers.employers,
    ks4_activity_by_employers.n,
    ks4_activity_by_employers.base
  from ks4_activity_by_employers

  union all

  select
    'four or more of the activities' as activity,
    breadth.employers,
    count(*) filter (where breadth.activities >= 4) as n,
    count(*) as base
  from breadth
  group by
    breadth.employers
)

select
  joint_themes.theme as theme,
  counted.employers as employers,
  counted.n as n,
  counted.base as base,
  cast(counted.n as double) / counted.base as share
from joint_themes
inner join counted
  on counted.activity = joint_themes.activity
order by
  joint_themes.place,
  theme,
  scale_position(counted.employers, 'employer_presence'),
  employers
