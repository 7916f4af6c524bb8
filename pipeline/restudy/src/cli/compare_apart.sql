-- What cannot be compared, or with care
-- facts
-- params: from, to
-- base: the questionnaires
-- interval: none
-- columns: comparable text, question text, variables count, why text
-- key: question, comparable, why
-- order: as told
select comparability.comparable, variables.question, count(*) as variables, comparability.why
from comparability
join variables on variables.variable = comparability.variable
where from_wave = $from
  and to_wave = $to
  and comparable <> 'yes'
group by comparability.comparable, variables.question, comparability.why
order by comparability.comparable, min(variables.position), variables.question, comparability.why
