-- Claims on career-related learning and work experience.
-- claims
-- base: as in each claim
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim

with answers_on_work (claim, answer) as (
  values
    ('S18', 'yes'),
    ('S19', 'no'),
    ('S20', 'do not know')
),

unknown (claim, item) as (
  values
    ('S21', 'portfolios'),
    ('S22', 'mentoring'),
    ('S23', 'career exploration software'),
    ('S24', 'portfolios'),
    ('S25', 'career exploration software'),
    ('S26', 'mentoring')
),

school_types (claim, school_type) as (
  values
    ('S39', 'academy'),
    ('S40', 'local authority maintained')
),

types as (
  select
    item,
    max(share) filter (where answer = 'Key Stage 3 only') as ks3_only,
    max(share) filter (where answer = 'Key Stages 3 and 4') as ks3_and_ks4,
    max(share) filter (where answer = 'Key Stage 4 only') as ks4_only,
    -- From the counts: a sum of shares may miss a tie by its last digit.
    cast(sum(n) filter (where answer in ('Key Stages 3 and 4', 'Key Stage 4 only')) as double) / max(base) as at_ks4
  from careers_learning_by_stage
  group by
    item
),

-- Items that tie share their rank: with a tie where a claim cuts off, more items than it names are among the first,
-- and it does not hold.
ranked as (
  select
    item,
    at_ks4 as share,
    rank() over (order by at_ks4 desc) as rank
  from types
),

findings as (
  select
    answers_on_work.claim,
    work_experience.share as estimate,
    work_experience.n,
    work_experience.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from answers_on_work
  join work_experience
    on work_experience.answer = answers_on_work.answer

  union all

  select
    unknown.claim,
    careers_learning_unknown.share as estimate,
    careers_learning_unknown.n,
    careers_learning_unknown.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from unknown
  join careers_learning_unknown
    on careers_learning_unknown.item = unknown.item

  union all

  select
    school_types.claim,
    work_experience_by_school_type.share as estimate,
    work_experience_by_school_type.n,
    work_experience_by_school_type.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from school_types
  join work_experience_by_school_type
    on work_experience_by_school_type.school_type = school_types.school_type

  union all

  select
    'S17' as claim,
    share as estimate,
    n,
    base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from careers_learning_by_stage
  where item = 'careers fairs'
    and answer = 'Key Stages 3 and 4'

  union all

  -- "Rare" is taken as: under a tenth of those who answered, in each type. Of the times when learning takes place, Key
  -- Stage 4 only has to be the most frequent.
  select
    'S56' as claim,
    cast(null as double) as estimate,
    cast(null as bigint) as n,
    cast(null as bigint) as base,
    bool_and(ks3_only < 0.1 and ks4_only > ks3_and_ks4 and ks4_only > ks3_only) as holds,
    'Key Stage 3 only: at most ' || percent(max(ks3_only)) || '; Key Stage 4 only: '
      || percent(min(ks4_only)) || ' to ' || percent(max(ks4_only)) as shown
  from types

  union all

  select
    'S57' as claim,
    cast(null as double) as estimate,
    cast(null as bigint) as n,
    cast(null as bigint) as base,
    bool_and(
      item in (
        'lessons on applying for jobs and courses',
        'information on further study',
        'information on jobs and careers'
      )
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
