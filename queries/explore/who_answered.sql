-- Who answered, by role.
-- explore
-- params: wave
-- base: respondents who named their role
-- columns: role text, n count
-- key: role
-- order: n descending, then role

-- `responses` has a row for each respondent and a column for each variable; its answers are labels, as the codebook has them.
-- `$wave` is the year of the survey. A missing answer is NULL, and `group by` makes a group of these too: leave them out, or show them.
select
  role,
  count(*) as n
from responses
where wave = $wave
  and role is not null
group by
  role
order by
  n desc,
  role
