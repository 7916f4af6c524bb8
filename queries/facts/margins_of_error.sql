-- Margin of error of a simple proportion: as printed, as computed, and with finite-population correction.
-- facts
-- params: wave
-- base: respondents; for a role, those who hold one of the roles that were invited under its name
-- columns: who text, respondents count, invited count, printed text, margin number1, margin_fpc number1
-- key: who
-- order: invited descending, then who

-- The margin is in points, for a share of one half (the widest case), at the level of confidence that study.toml sets;
-- it is a formula for large samples, and so not given for a role with fewer than 30 respondents. With the correction, the
-- invited people of the row are its population. The source prints one margin, for all respondents, as a whole number.
with printed as (
  select
    concat('±', cast(cast(claims.value as bigint) as varchar)) as printed
  from claims
  where claims.id = 'F09'
),

groups as (
  select
    'all respondents' as who,
    fieldwork.respondents,
    fieldwork.invited,
    printed.printed
  from fieldwork
  cross join printed

  union all

  select
    concat('of them, ', frame_role) as who,
    respondents,
    invited,
    cast(null as varchar) as printed
  from sample_by_frame_role
  where invited > 0
    and respondents >= 30
)

select
  who,
  respondents,
  invited,
  printed,
  100 * margin_of_error(0.5, respondents) as margin,
  100 * margin_of_error(0.5, respondents, invited) as margin_fpc
from groups
order by
  invited desc,
  who
