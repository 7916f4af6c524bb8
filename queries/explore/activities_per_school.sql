-- How many STEM career activities a school does in each key stage: the median school, and the middle half.
-- explore
-- params: wave
-- base: respondents who answered at least one item on STEM career activities
-- columns: stage text, schools count, quarter number0, median number0, median_lower number0, median_upper number0, three_quarters number0
-- key: stage
-- order: stage, by name

-- A few busy schools pull a mean up; the median is the school in the middle. First count, a row for each school and stage; then take the
-- design from `responses`, and the quantiles of these rows. What was skipped or is not known counts as not done, and schools without a
-- sixth form have their 0 in Key Stage 5.
with counted as (
  select
    respondent_id,
    stage,
    count(*) filter (where answer = 'yes') as activities
  from answers
  where wave = $wave
    and question = 'stem_career'
    and stage is not null
  group by
    respondent_id,
    stage
),

estimated as (
  select
    counted.stage,
    svy_quantile(counted.activities, 0.25, responses.design) as quarter,
    svy_median(counted.activities, responses.design) as middle,
    svy_quantile(counted.activities, 0.75, responses.design) as three_quarters
  from counted
  join responses
    on responses.respondent_id = counted.respondent_id
  where responses.wave = $wave
  group by
    counted.stage
)

select
  stage,
  middle['base'] as schools,
  quarter['estimate'] as quarter,
  middle['estimate'] as median,
  middle['lower'] as median_lower,
  middle['upper'] as median_upper,
  three_quarters['estimate'] as three_quarters
from estimated
order by
  stage
