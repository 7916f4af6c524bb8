-- Where leavers went, in per cent, does not sum to more than 100.
-- check
-- params: wave
-- base: respondents who gave figures for their leavers
-- columns: respondent_id text, total number1
-- key: respondent_id
-- order: respondent_id

-- University is asked of another group, the leavers of the sixth form. People give round figures, so five points are
-- let pass.
with totals as (
  select
    respondent_id,
    coalesce(destinations__sixth_form, 0)
      + coalesce(destinations__apprenticeship, 0)
      + coalesce(destinations__employment, 0)
      + coalesce(destinations__neet, 0) as total
  from responses
  where wave = $wave
)

select
  respondent_id,
  total
from totals
where total > 105
order by
  respondent_id
