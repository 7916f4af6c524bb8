-- Whether more STEM employers nearby go with more interest in professional development, by topic.
-- explore
-- params: wave
-- base: respondents who answered both the item and the question on STEM employers
-- columns: topic text, n count, gamma number2, gamma_lower number2, gamma_upper number2
-- key: topic
-- order: gamma descending, then topic

-- Of two ordered answers, use the order. `scale_position` turns a label into its place on its scale, and `gamma` compares pairs of
-- schools that differ in both answers: 1 if more always goes with more, -1 if with less, 0 if with either as often.
with paired as (
  select
    answers.item_label as topic,
    gamma(
      scale_position(responses.employers, 'employer_presence'),
      scale_position(answers.answer, 'interest')
    ) as association
  from answers
  join responses
    on responses.wave = answers.wave
    and responses.respondent_id = answers.respondent_id
  where answers.wave = $wave
    and answers.question = 'cpd_topics'
    and responses.employers is not null
  group by
    answers.item_label
)

select
  topic,
  association['n'] as n,
  association['gamma'] as gamma,
  association['lower'] as gamma_lower,
  association['upper'] as gamma_upper
from paired
order by
  gamma desc,
  topic
