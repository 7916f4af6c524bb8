-- All providers of guidance have one base: everybody who answered the question.
-- check
-- params: wave
-- base: respondents who answered the question on providers
-- columns: provider text, base count, answered count
-- key: provider
-- order: provider

with answered as (
  select
    count(distinct respondent_id) as answered
  from answers
  where wave = $wave
    and question = 'guidance_provider'
)

select
  guidance_providers.provider,
  guidance_providers.base,
  answered.answered
from guidance_providers
cross join answered
where guidance_providers.base <> answered.answered
order by
  guidance_providers.provider
