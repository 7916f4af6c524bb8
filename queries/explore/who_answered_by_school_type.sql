-- Who answered, by type of school, as a share of all.
-- explore
-- params: wave
-- base: respondents who named the type of their school
-- columns: school_type text, n count, base count, share share
-- key: school_type
-- order: share descending, then school_type

-- A share says of whom it is: `n` of `base`. Count first, in a named step; then divide, with a sum over all rows as the base.
-- The head promises these columns, and that `share` is `n / base`: in exchange, each share gets its interval in `evidence`.
with counted as (
  select
    school_type,
    count(*) as n
  from responses
  where wave = $wave
    and school_type is not null
  group by
    school_type
)

select
  school_type,
  n,
  sum(n) over () as base,
  cast(n as double) / sum(n) over () as share
from counted
order by
  share desc,
  school_type
