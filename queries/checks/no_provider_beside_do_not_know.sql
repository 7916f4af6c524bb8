-- Nobody names a provider of guidance and does not know the provider.
-- check
-- params: wave
-- base: respondents who answered the question on providers
-- columns: respondent_id text, providers count
-- key: respondent_id
-- order: respondent_id

select
  respondent_id,
  count(*) filter (where item <> 'unknown') as providers
from answers
where wave = $wave
  and question = 'guidance_provider'
  and answer = 'selected'
group by
  respondent_id
having
  count(*) filter (where item = 'unknown') > 0
  and count(*) > 1
order by
  respondent_id
