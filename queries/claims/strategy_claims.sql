-- Claims on how career-related learning stands in the strategy of schools.
-- claims
-- base: as in each claim
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim

with school_types (claim, school_type) as (
  values
    ('S37', 'academy'),
    ('S38', 'local authority maintained')
),

delivering (claim, answer) as (
  values
    ('S41', 'yes')
),

promoting (claim, answer) as (
  values
    ('S42', 'yes'),
    ('S68', 'yes')
),

-- Agreement: agree or strongly agree; from the counts, as a sum of shares may miss a tie by its last digit.
purposes as (
  select
    item,
    cast(sum(n) as double) / max(base) as agreed
  from purposes_of_careers_learning
  where answer in ('agree', 'strongly agree')
  group by
    item
),

-- Items that tie share their rank: with a tie where a claim cuts off, more items than it names are among the first,
-- and it does not hold.
ranked as (
  select
    item,
    agreed,
    rank() over (order by agreed desc) as rank,
    rank() over (order by agreed) as rank_from_below
  from purposes
),

findings as (
  select
    school_types.claim,
    promotes_by_school_type.share as estimate,
    promotes_by_school_type.n,
    promotes_by_school_type.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from school_types
  join promotes_by_school_type
    on promotes_by_school_type.school_type = school_types.school_type

  union all

  select
    delivering.claim,
    delivers_stem_careers.share as estimate,
    delivers_stem_careers.n,
    delivers_stem_careers.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from delivering
  join delivers_stem_careers
    on delivers_stem_careers.answer = delivering.answer

  union all

  select
    promoting.claim,
    promotes_careers_learning.share as estimate,
    promotes_careers_learning.n,
    promotes_careers_learning.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from promoting
  join promotes_careers_learning
    on promotes_careers_learning.answer = promoting.answer

  union all

  select
    'S59' as claim,
    cast(null as double) as estimate,
    cast(null as bigint) as n,
    cast(null as bigint) as base,
    bool_and(item = 'raising aspirations to attend university') filter (where rank = 1) as holds,
    string_agg(
      item || ' ' || percent(agreed),
      ', next ' order by rank, item
    ) as shown
  from ranked
  where rank <= 2

  union all

  select
    'S60' as claim,
    cast(null as double) as estimate,
    cast(null as bigint) as n,
    cast(null as bigint) as base,
    bool_and(item = 'employability through enterprise and work-related learning')
      filter (where rank_from_below = 1) as holds,
    string_agg(
      item || ' ' || percent(agreed),
      ', before it ' order by rank_from_below, item
    ) as shown
  from ranked
  where rank_from_below <= 2
)

select
  claim,
  estimate,
  n,
  base,
  holds,
  shown
from findings
order by
  claim
