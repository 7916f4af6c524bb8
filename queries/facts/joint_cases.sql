-- In how many case-study schools of each geography the code of a theme was given.
-- facts
-- base: case-study schools of that geography
-- interval: none
-- columns: theme text, geography text, economy text, n count, base count
-- key: theme, geography
-- order: themes as in `joint_themes`; geographies from the scarcest work to the firmest, as their economy codes have it

-- A school has a code when any coder gave it to any of its paragraphs. `economy` names what the schools of a geography were
-- coded as: the bridge to the survey, which asks for STEM employers nearby and knows no geography.
with places (geography, place) as (
  values
    ('city periphery', 1),
    ('coastal', 2),
    ('town', 3)
),

schools as (
  select
    places.geography,
    places.place,
    cases.case_id
  from places
  inner join cases
    on cases.geography = places.geography
),

sizes as (
  select
    schools.geography,
    schools.place,
    count(*) as base
  from schools
  group by
    schools.geography,
    schools.place
),

economies as (
  select
    named.geography,
    string_agg(named.name, '; ' order by named.name) as economy
  from (
    select distinct
      schools.geography,
      codes.name
    from schools
    inner join codings
      on codings.case_id = schools.case_id
    inner join codes
      on codes.code = codings.code
    where starts_with(codes.code, 'economy/')
  ) as named
  group by
    named.geography
),

given as (
  select
    joint_themes.theme,
    schools.geography,
    count(distinct schools.case_id) as n
  from joint_themes
  inner join codings
    on codings.code = joint_themes.code
    or starts_with(codings.code, concat(joint_themes.code, '/'))
  inner join schools
    on schools.case_id = codings.case_id
  group by
    joint_themes.theme,
    schools.geography
)

select
  joint_themes.theme as theme,
  sizes.geography as geography,
  economies.economy as economy,
  coalesce(given.n, 0) as n,
  sizes.base as base
from joint_themes
cross join sizes
left join economies
  on economies.geography = sizes.geography
left join given
  on given.theme = joint_themes.theme
  and given.geography = sizes.geography
order by
  joint_themes.place,
  theme,
  sizes.place,
  geography
