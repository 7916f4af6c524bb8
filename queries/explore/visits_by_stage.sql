-- Visits from and to STEM employers, by key stage.
-- explore
-- params: wave
-- base: respondents who answered the item; "do not know" is an answer
-- columns: visits text, stage text, n count, base count, share share
-- key: visits, stage
-- order: visits by name; stage by name, and first whether there are any

-- A question that asks in which stages something happens has rows with a `stage`, whose answer is yes, no or "do not know", and one
-- row without, whose answer is that it happens, does not or is not known. Choose between the two, or respondents count twice.
with staged as (
  select
    item_label as visits,
    coalesce(stage, 'any key stage') as stage,
    answer in ('yes', 'happens') as takes_place
  from answers
  where wave = $wave
    and question = 'stem_career'
    and item in ('visits_from', 'visits_to')
),

counted as (
  select
    visits,
    stage,
    count(*) filter (where takes_place) as n,
    count(*) as base
  from staged
  group by
    visits,
    stage
)

select
  visits,
  stage,
  n,
  base,
  cast(n as double) / base as share
from counted
order by
  visits,
  stage <> 'any key stage',
  stage
