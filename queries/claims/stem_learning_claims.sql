-- Claims on support for STEM learning, STEM career activities, local employers and the measurement of impact.
-- claims
-- base: as in each claim
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim

with offers (claim, item) as (
  values
    ('S13', 'science club'),
    ('S14', 'STEM club'),
    ('S15', 'STEM competitions'),
    ('S16', 'STEM ambassadors')
),

-- S28 and S29 are counts within the eighteen of S27.
types_of_measurers (claim, school_type) as (
  values
    ('S28', 'academy'),
    ('S29', 'local authority maintained')
),

-- Each activity's shares by presence of employers, in one row; and how many of the other groups are smaller than the
-- one in which STEM employers dominate.
activities as (
  select
    activity,
    max(n) filter (where employers = 'dominate') as dominate,
    cast(sum(n) filter (where employers in ('some small', 'some major')) as double) / max(base) as some_employers
  from employers_by_ks4_activity
  group by
    activity
),

smaller_groups as (
  select
    activities.activity,
    activities.some_employers,
    count(*) filter (where employers_by_ks4_activity.n < activities.dominate) as smaller
  from activities
  join employers_by_ks4_activity
    on employers_by_ks4_activity.activity = activities.activity
  group by
    activities.activity,
    activities.some_employers
),

-- Items that tie share their rank: with a tie where a claim cuts off, more items than it names are among the first,
-- and it does not hold.
ranked as (
  select
    item,
    share,
    rank() over (order by share desc) as rank
  from career_activities_happen
),

findings as (
  select
    offers.claim,
    stem_support_offered.share as estimate,
    stem_support_offered.n,
    stem_support_offered.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from offers
  join stem_support_offered
    on stem_support_offered.item = offers.item

  union all

  select
    'S27' as claim,
    cast(n as double) as estimate,
    n,
    cast(null as bigint) as base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from impact_measured
  where answer = 'yes'

  union all

  select
    types_of_measurers.claim,
    cast(impact_by_school_type.n as double) as estimate,
    impact_by_school_type.n,
    impact_by_school_type.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from types_of_measurers
  join impact_by_school_type
    on impact_by_school_type.school_type = types_of_measurers.school_type

  union all

  select
    'S30' as claim,
    cast(sum(n) as double) as estimate,
    sum(n) as n,
    max(base) as base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from impact_reach
  where reach <> 'satisfaction only'

  union all

  select
    'S34' as claim,
    share as estimate,
    n,
    base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from employers_by_ks4_activity
  where activity = 'STEM careers fair'
    and employers = 'none'

  union all

  select
    'S35' as claim,
    cast(null as double) as estimate,
    cast(null as bigint) as n,
    cast(null as bigint) as base,
    bool_and(some_employers > 0.5) as holds,
    'some small or some major: ' || percent(min(some_employers)) || ' to '
      || percent(max(some_employers)) || ' of the schools that do an activity' as shown
  from smaller_groups

  union all

  -- "Nearly smallest" is taken as: at most one of the other three groups is smaller.
  select
    'S36' as claim,
    cast(null as double) as estimate,
    cast(null as bigint) as n,
    cast(null as bigint) as base,
    bool_and(smaller <= 1) as holds,
    'groups smaller than the one in which STEM employers dominate: at most ' || max(smaller)
      || ' in any activity' as shown
  from smaller_groups

  union all

  -- Visits from and visits to employers may come in either order.
  select
    'S58' as claim,
    cast(null as double) as estimate,
    cast(null as bigint) as n,
    cast(null as bigint) as base,
    bool_and(
      case
        when rank <= 2 then item in ('visits from STEM employers', 'visits to STEM employers')
        else item = 'use of STEM ambassadors'
      end
    ) as holds,
    string_agg(
      item || ' ' || percent(share),
      ', ' order by rank, item
    ) as shown
  from ranked
  where rank <= 3
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
