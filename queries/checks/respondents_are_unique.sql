-- No respondent stands in the wave twice.
-- check
-- params: wave
-- base: all respondents
-- columns: respondent_id text, rows count
-- key: respondent_id
-- order: respondent_id

select
  respondent_id,
  count(*) as rows
from responses
where wave = $wave
group by
  respondent_id
having
  count(*) > 1
order by
  respondent_id
