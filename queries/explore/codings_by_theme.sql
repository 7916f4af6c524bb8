-- How often each coder gave codes of each theme to the case-study material.
-- explore
-- base: codings by that coder
-- interval: none
-- columns: theme text, coder text, schools count, paragraphs count, n count, base count, share share
-- key: theme, coder
-- order: theme, then coder

-- A row of `codings` says that a coder gave a code to a paragraph. A code is a path in the code frame (`careers/coordinator/qualified`),
-- and its first part is the theme. Schools were chosen and not drawn, so that the head says `interval: none`.
with given as (
  select
    split_part(code, '/', 1) as theme,
    coder,
    count(distinct case_id) as schools,
    count(distinct segment_id) as paragraphs,
    count(*) as n
  from codings
  group by
    split_part(code, '/', 1),
    coder
)

select
  theme,
  coder,
  schools,
  paragraphs,
  n,
  sum(n) over (partition by coder) as base,
  cast(n as double) / sum(n) over (partition by coder) as share
from given
order by
  theme,
  coder
