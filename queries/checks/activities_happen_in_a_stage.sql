-- A STEM career activity happens if and only if it takes place in some key stage.
-- check
-- params: wave
-- base: respondents who answered the item
-- columns: respondent_id text, item text, answer text, stages count
-- key: respondent_id, item
-- order: respondent_id, item

with items as (
  select
    respondent_id,
    item,
    max(answer) filter (where stage is null) as answer,
    count(*) filter (where stage is not null and answer = 'yes') as stages
  from answers
  where wave = $wave
    and question = 'stem_career'
  group by
    respondent_id,
    item
)

select
  respondent_id,
  item,
  answer,
  stages
from items
where (answer = 'happens') <> (stages > 0)
order by
  respondent_id,
  item
