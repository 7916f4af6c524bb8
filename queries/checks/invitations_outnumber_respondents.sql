-- No more people answered under a role than were invited under it.
-- check
-- base: people invited
-- columns: frame_role text, invited count, respondents count
-- key: frame_role
-- order: frame_role

select
  frame_role,
  invited,
  respondents
from sample_by_frame_role
where respondents > invited
  and frame_role <> 'another role'
order by
  frame_role
