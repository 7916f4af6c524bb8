-- People invited and people who answered, by the role under which they were invited, with the weights for non-response.
-- facts
-- params: wave
-- base: people invited
-- columns: frame_role text, invited count, respondents count, rate share, weight number1
-- key: frame_role
-- order: invited descending, then frame_role

-- study.toml says under which role of the frame respondents were invited: these are the strata of the design that corrects
-- for non-response. Those whose own word for their role is in no list (heads of STEM, geography teachers) stand under
-- `another role`, to which nobody was invited: it has no rate of its own, and its weight is that of the sample as a whole. A
-- weight is the number of invited people for whom a respondent stands; all weights together give the number invited.
with answers_back as (
  select
    label as frame_role,
    respondents,
    weight / respondents as weight
  from design_strata
  where wave = $wave
    and design = 'design_nonresponse'
),

invitations as (
  select
    role as frame_role,
    invited
  from frame
  where wave = $wave
)

select
  coalesce(invitations.frame_role, answers_back.frame_role) as frame_role,
  coalesce(invitations.invited, 0) as invited,
  coalesce(answers_back.respondents, 0) as respondents,
  cast(answers_back.respondents as double) / invitations.invited as rate,
  answers_back.weight
from invitations
full join answers_back
  on answers_back.frame_role = invitations.frame_role
order by
  invited desc,
  frame_role
