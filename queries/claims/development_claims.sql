-- Claims on professional development, training, and resources known and used.
-- claims
-- base: as in each claim
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim

with topics as (
  select
    item,
    share,
    row_number() over (order by share desc, item) as rank,
    row_number() over (order by share, item) as rank_from_below
  from development_topics
  where answer = 'very interested'
),

modes as (
  select
    item,
    share,
    row_number() over (order by share desc, item) as rank
  from training_modes
),

web as (
  select
    item,
    max(share) filter (where answer = 'aware and used') as used,
    sum(share) filter (where answer in ('aware, not used', 'aware and used')) as known
  from web_resources
  group by
    item
),

web_ranked as (
  select
    item,
    used,
    known,
    row_number() over (order by used desc, item) as rank_used,
    row_number() over (order by known desc, item) as rank_known
  from web
),

statements as (
  select
    'S61' as claim,
    bool_and(item in ('specific career opportunities in STEM', 'general sources of careers support')) as holds,
    string_agg(
      item || ' ' || cast(round(100 * share) as bigint) || '%',
      ', ' order by rank
    ) as shown
  from topics
  where rank <= 2

  union all

  select
    'S62' as claim,
    bool_and(item = 'integrating careers learning into STEM classes') filter (where rank_from_below = 1) as holds,
    string_agg(
      item || ' ' || cast(round(100 * share) as bigint) || '%',
      ', before it ' order by rank_from_below
    ) as shown
  from topics
  where rank_from_below <= 2

  union all

  select
    'S63' as claim,
    bool_and(item in ('face to face in school', 'face to face off-site')) as holds,
    string_agg(
      item || ' ' || cast(round(100 * share) as bigint) || '%',
      ', ' order by rank
    ) as shown
  from modes
  where rank <= 2

  union all

  select
    'S64' as claim,
    bool_and(item = 'UCAS') filter (where rank_used = 1) as holds,
    string_agg(
      item || ' used by ' || cast(round(100 * used) as bigint) || '%',
      ', next ' order by rank_used
    ) as shown
  from web_ranked
  where rank_used <= 2

  union all

  -- The three are named together: their order among themselves is left open.
  select
    'S65' as claim,
    bool_and(item in ('National Careers Service', 'National Apprenticeship Service', 'Prospects')) as holds,
    string_agg(
      item || ' known to ' || cast(round(100 * known) as bigint) || '%',
      ', ' order by rank_known
    ) as shown
  from web_ranked
  where rank_known between 2 and 4

  union all

  -- "Modest" is taken as: none of them is used by a third of those who answered.
  select
    'S66' as claim,
    bool_and(share < 1.0 / 3.0) as holds,
    'known and used by ' || cast(round(100 * min(share)) as bigint) || '% to '
      || cast(round(100 * max(share)) as bigint) || '%' as shown
  from stem_centre_resources
  where answer = 'aware and used'
)

select
  claim,
  cast(null as double) as estimate,
  cast(null as bigint) as n,
  cast(null as bigint) as base,
  holds,
  shown
from statements
order by
  claim
