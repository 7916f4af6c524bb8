-- People invited and people who answered, by the role under which they were invited.
-- facts
-- params: wave
-- base: people invited
-- columns: frame_role text, invited count, respondents count
-- key: frame_role
-- order: invited descending, then frame_role

-- The frame knows roles from address lists, the survey from what respondents say of themselves. Those whose own word
-- for their role is in no list (heads of STEM, geography teachers) stand under `another role`, to which nobody was
-- invited.
with respondents as (
  select
    case
      when role = 'senior leader' then 'senior leader'
      when role in ('careers co-ordinator', 'head of PSHE') then 'careers or PSHE staff'
      when role = 'head of design & technology' then 'head of design & technology or technology'
      when role = 'engineering teacher' then 'head of engineering'
      when role = 'head of science' then 'head of science'
      when role = 'mathematics teacher' then 'head of mathematics'
      else 'another role'
    end as frame_role,
    count(*) as respondents
  from responses
  where wave = $wave
  group by
    1
),

invitations as (
  select
    role as frame_role,
    invited
  from frame
  where wave = $wave
)

select
  coalesce(invitations.frame_role, respondents.frame_role) as frame_role,
  coalesce(invitations.invited, 0) as invited,
  coalesce(respondents.respondents, 0) as respondents
from invitations
full join respondents
  on respondents.frame_role = invitations.frame_role
order by
  invited desc,
  frame_role
