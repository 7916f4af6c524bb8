-- Whether schools with a STEM club have more visits from and to STEM employers, by STEM employers in the area.
-- explore
-- params: wave
-- base: respondents who answered the questions on STEM clubs, on visits and on STEM employers; "do not know" is no club
-- columns: employers text, schools count, clubs share, with_club number1, without_club number1, difference number1,
--   difference_lower number1, difference_upper number1
-- key: employers
-- order: employers in scale order; then all schools; then all schools, compared at the same employers

-- Two things may go together only because both go with a third: where there are employers, there may be clubs as well as visits. So
-- compare within each level of the third. `rollup` adds the row of all schools, whose levels are mixed. The last row is the mean of the
-- differences within levels, each with the weight of its schools: were it nearer to 0 than the row before, employers would explain
-- part of the difference. `visits` counts the key stages with visits, from employers and to them: 0 to 6.
with counted as (
  select
    respondent_id,
    count(*) filter (where answer = 'yes') as visits
  from answers
  where wave = $wave
    and question = 'stem_career'
    and item in ('visits_from', 'visits_to')
    and stage is not null
  group by
    respondent_id
),

respondents as (
  select
    responses.employers,
    responses.stem_support__stem_club = 'yes' as club,
    counted.visits,
    responses.design
  from responses
  join counted
    on counted.respondent_id = responses.respondent_id
  where responses.wave = $wave
    and responses.employers is not null
    and responses.stem_support__stem_club is not null
),

compared as (
  select
    scale_position(employers, 'employer_presence') as place,
    cast(employers as text) as employers,
    count(*) as schools,
    svy_prop(club, design) as clubs,
    svy_mean(visits, design) filter (where club) as with_club,
    svy_mean(visits, design) filter (where not club) as without_club,
    svy_diff(visits, club, design) as difference
  from respondents
  group by
    rollup (employers)
),

-- The levels are parts of one sample without strata, so that chance moves each difference on its own. `svy_total` adds up to the
-- same number in whatever order rows come; of a `sum` of broken numbers the last digit may change.
held as (
  select
    svy_total(schools * with_club['estimate'])['estimate'] / sum(schools) as with_club,
    svy_total(schools * without_club['estimate'])['estimate'] / sum(schools) as without_club,
    svy_total(schools * difference['estimate'])['estimate'] / sum(schools) as difference,
    sqrt(svy_total(power(schools * difference['se'], 2))['estimate']) / sum(schools) as se
  from compared
  where employers is not null
),

-- `reach` is how many standard errors an interval goes to each side.
mixed as (
  select
    schools,
    clubs['estimate'] as clubs,
    (difference['upper'] - difference['estimate']) / difference['se'] as reach
  from compared
  where employers is null
),

lines as (
  select
    coalesce(place, 100) as place,
    coalesce(employers, 'all schools') as employers,
    schools,
    clubs['estimate'] as clubs,
    with_club['estimate'] as with_club,
    without_club['estimate'] as without_club,
    difference['estimate'] as difference,
    difference['lower'] as difference_lower,
    difference['upper'] as difference_upper
  from compared

  union all

  select
    101 as place,
    'all schools, at the same employers' as employers,
    mixed.schools,
    mixed.clubs,
    held.with_club,
    held.without_club,
    held.difference,
    held.difference - mixed.reach * held.se as difference_lower,
    held.difference + mixed.reach * held.se as difference_upper
  from held
  cross join mixed
)

select
  employers,
  schools,
  clubs,
  with_club,
  without_club,
  difference,
  difference_lower,
  difference_upper
from lines
order by
  place,
  employers
