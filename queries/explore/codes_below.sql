-- The codes of one branch of the code frame, and how widely each was given, with those below it.
-- explore
-- params: branch = careers
-- base: case-study schools
-- interval: none
-- columns: code text, name text, codings count, with_those_below count, n count, base count, share share
-- key: code
-- order: code, by its path

-- A code higher in the tree stands for all below it: it was given where a path begins with its own and a `/`. Joining on that counts
-- a coding for each code above it, once. Ask of another branch with `--param branch=networks`, or of a part of one.
with branch as (
  select
    code,
    name
  from codes
  where code = $branch
    or starts_with(code, concat($branch, '/'))
),

schools as (
  select
    count(*) as base
  from cases
)

select
  branch.code as code,
  branch.name,
  count(*) filter (where codings.code = branch.code) as codings,
  count(codings.code) as with_those_below,
  count(distinct codings.case_id) as n,
  max(schools.base) as base,
  cast(count(distinct codings.case_id) as double) / max(schools.base) as share
from branch
cross join schools
left join codings
  on codings.code = branch.code
  or starts_with(codings.code, concat(branch.code, '/'))
group by
  branch.code,
  branch.name
order by
  code
