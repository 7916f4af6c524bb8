-- Which results hold shares of few people or schools.
-- explore
-- params: fewer_than count = 20
-- interval: none
-- columns: query text, shares count, smallest_base count, widest number0
-- key: query
-- order: smallest_base, then query

-- `evidence` can be asked like any other table, also for what not to rely on. `widest` is the widest interval among these shares, in
-- points; there is none where the numbers are not about a sample. A query that reads `evidence` is not in it.
select
  query,
  count(*) as shares,
  min(base) as smallest_base,
  100 * max(upper - lower) as widest
from evidence
where unit = 'share'
  and base < $fewer_than
group by
  query
order by
  smallest_base,
  query
