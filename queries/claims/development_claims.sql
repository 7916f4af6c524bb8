-- Claims on professional development, training, and resources known and used.
-- claims
-- base: as in each claim
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim

-- Items that tie share their rank: with a tie where a claim cuts off, more items than it names are among the first,
-- and it does not hold.
with topics as (
  select
    item,
    share,
    rank() over (order by share desc) as rank,
    rank() over (order by share) as rank_from_below
  from development_topics
  where answer = 'very interested'
),

modes as (
  select
    item,
    share,
    rank() over (order by share desc) as rank
  from training_modes
),

web as (
  select
    item,
    max(share) filter (where answer = 'aware and used') as used,
    -- From the counts: a sum of shares may miss a tie by its last digit.
    cast(sum(n) filter (where answer in ('aware, not used', 'aware and used')) as double) / max(base) as known
  from web_resources
  group by
    item
),

web_ranked as (
  select
    item,
    used,
    known,
    rank() over (order by used desc) as rank_used,
    rank() over (order by known desc) as rank_known
  from web
),

statements as (
  select
    'S61' as claim,
    bool_and(item in ('specific career opportunities in STEM', 'general sources of careers support')) as holds,
    string_agg(
      item || ' ' || percent(share),
      ', ' order by rank, item
    ) as shown
  from topics
  where rank <= 2

  union all

  select
    'S62' as claim,
    bool_and(item = 'integrating careers learning into STEM classes') filter (where rank_from_below = 1) as holds,
    string_agg(
      item || ' ' || percent(share),
      ', before it ' order by rank_from_below, item
    ) as shown
  from topics
  where rank_from_below <= 2

  union all

  select
    'S63' as claim,
    bool_and(item in ('face to face in school', 'face to face off-site')) as holds,
    string_agg(
      item || ' ' || percent(share),
      ', ' order by rank, item
    ) as shown
  from modes
  where rank <= 2

  union all

  select
    'S64' as claim,
    bool_and(item = 'UCAS') filter (where rank_used = 1) as holds,
    string_agg(
      item || ' used by ' || percent(used),
      ', next ' order by rank_used, item
    ) as shown
  from web_ranked
  where rank_used <= 2

  union all

  -- The three are named together: their order among themselves is left open.
  select
    'S65' as claim,
    count(*) = 3 and bool_and(item in ('National Careers Service', 'National Apprenticeship Service', 'Prospects')) as holds,
    string_agg(
      item || ' known to ' || percent(known),
      ', ' order by rank_known, item
    ) as shown
  from web_ranked
  where rank_known between 2 and 4

  union all

  -- "Modest" is taken as: none of them is used by a third of those who answered.
  select
    'S66' as claim,
    bool_and(share < 1.0 / 3.0) as holds,
    'known and used by ' || percent(min(share)) || ' to '
      || percent(max(share)) as shown
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
