-- How far two coders agree on which theme a paragraph belongs to.
-- explore
-- base: paragraphs of documents that two coders coded
-- interval: none
-- columns: theme text, first_coder count, second_coder count, n count, base count, share share, kappa number2
-- key: theme
-- order: kappa descending, then theme

-- A row for each paragraph and theme, also where nobody gave a code: agreement on absence is agreement too, and there is so much of it
-- that the share is always high. Cohen's kappa takes off what chance alone would give. `coder_reliability` asks it of single codes.
with twice as (
  select
    document_id,
    min(coder) as first_coder,
    max(coder) as second_coder
  from codings
  group by
    document_id
  having count(distinct coder) = 2
),

themes as (
  select
    code as theme
  from codes
  where parent is null
),

decided as (
  select
    themes.theme,
    segments.segment_id,
    coalesce(bool_or(codings.coder = twice.first_coder), false) as first_gave,
    coalesce(bool_or(codings.coder = twice.second_coder), false) as second_gave
  from twice
  join segments
    on segments.document_id = twice.document_id
  cross join themes
  left join codings
    on codings.segment_id = segments.segment_id
    and split_part(codings.code, '/', 1) = themes.theme
  group by
    themes.theme,
    segments.segment_id
),

agreed as (
  select
    theme,
    count(*) filter (where first_gave) as first_coder,
    count(*) filter (where second_gave) as second_coder,
    count(*) filter (where first_gave = second_gave) as n,
    count(*) as base,
    cohen_kappa(first_gave, second_gave) as kappa
  from decided
  group by
    theme
)

select
  theme,
  first_coder,
  second_coder,
  n,
  base,
  cast(n as double) / base as share,
  kappa['estimate'] as kappa
from agreed
order by
  kappa desc,
  theme
