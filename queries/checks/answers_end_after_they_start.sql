-- Nobody submits before they start.
-- check
-- params: wave
-- base: respondents who submitted
-- columns: respondent_id text
-- key: respondent_id
-- order: respondent_id

select
  respondent_id
from responses
where wave = $wave
  and submitted_at < started_at
order by
  respondent_id
