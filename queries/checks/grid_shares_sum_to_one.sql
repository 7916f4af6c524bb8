-- The shares of the answers to an item of a grid sum to 1.
-- check
-- base: respondents who answered the item
-- columns: figure text, item text, total number4
-- key: figure, item
-- order: figure, item

with shares as (
  select
    'careers_learning_by_stage' as figure,
    item,
    share
  from careers_learning_by_stage

  union all

  select
    'purposes_of_careers_learning' as figure,
    item,
    share
  from purposes_of_careers_learning

  union all

  select
    'development_topics' as figure,
    item,
    share
  from development_topics

  union all

  select
    'web_resources' as figure,
    item,
    share
  from web_resources

  union all

  select
    'stem_centre_resources' as figure,
    item,
    share
  from stem_centre_resources
)

select
  figure,
  item,
  sum(share) as total
from shares
group by
  figure,
  item
having
  abs(sum(share) - 1) > 0.000001
order by
  figure,
  item
