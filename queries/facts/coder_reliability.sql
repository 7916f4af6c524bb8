-- Agreement of two coders on every decision that they took, beyond what chance would give.
-- facts
-- base: decisions on a paragraph and a code, in documents that two coders coded
-- interval: none
-- columns: school text, paragraphs count, codes count, n count, base count, share share, kappa number2, kappa_lower number2, kappa_upper number2, alpha number2, alpha_lower number2, alpha_upper number2
-- key: school
-- order: school, by name, all of them together last

-- A decision is whether a coder gave a code to a paragraph. The codes that come into question are, in a school, those that at
-- least one of its two coders gave somewhere in it: each of its paragraphs is a decision on each of them. Codes that nobody
-- used there would add nothing but agreement on absence. `coder_agreement` counts the codes that were given, and those alone.
with twice as (
  select
    codings.document_id,
    codings.case_id,
    min(codings.coder) as first_coder,
    max(codings.coder) as second_coder
  from codings
  group by
    codings.document_id,
    codings.case_id
  having count(distinct codings.coder) > 1
),

used as (
  select distinct
    codings.case_id,
    codings.code
  from codings
  inner join twice
    on twice.document_id = codings.document_id
),

paired as (
  select
    twice.case_id,
    segments.segment_id,
    used.code,
    max(case when codings.coder = twice.first_coder then 1 else 0 end) as first_given,
    max(case when codings.coder = twice.second_coder then 1 else 0 end) as second_given
  from twice
  inner join segments
    on segments.document_id = twice.document_id
  inner join used
    on used.case_id = twice.case_id
  left join codings
    on codings.segment_id = segments.segment_id
    and codings.code = used.code
  group by
    twice.case_id,
    segments.segment_id,
    used.code
),

placed as (
  select
    cases.school as school,
    1 as place,
    paired.segment_id,
    paired.code,
    paired.first_given,
    paired.second_given
  from paired
  inner join cases
    on cases.case_id = paired.case_id
  union all
  select
    'all double-coded schools' as school,
    2 as place,
    paired.segment_id,
    paired.code,
    paired.first_given,
    paired.second_given
  from paired
),

-- Alpha reads one row for each coder.
long as (
  select school, place, concat(segment_id, ' ', code) as unit, 'first' as coder, first_given as given from placed
  union all
  select school, place, concat(segment_id, ' ', code) as unit, 'second' as coder, second_given as given from placed
),

chance as (
  select
    school,
    krippendorff_alpha(unit, coder, given) as alpha
  from long
  group by
    school
),

agreed as (
  select
    school,
    place,
    count(distinct segment_id) as paragraphs,
    count(distinct code) as codes,
    count(*) filter (where first_given = second_given) as n,
    count(*) as base,
    cohen_kappa(first_given, second_given) as kappa
  from placed
  group by
    school,
    place
)

select
  agreed.school,
  agreed.paragraphs,
  agreed.codes,
  agreed.n,
  agreed.base,
  cast(agreed.n as double) / agreed.base as share,
  agreed.kappa['estimate'] as kappa,
  agreed.kappa['lower'] as kappa_lower,
  agreed.kappa['upper'] as kappa_upper,
  chance.alpha['estimate'] as alpha,
  chance.alpha['lower'] as alpha_lower,
  chance.alpha['upper'] as alpha_upper
from agreed
inner join chance
  on chance.school = agreed.school
order by
  agreed.place,
  school
