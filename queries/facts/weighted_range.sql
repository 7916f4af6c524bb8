-- How far the weights for non-response move the headline shares.
-- facts
-- params: wave
-- base: headline shares of `weighted_headlines`
-- interval: none
-- columns: headlines count, largest number1, typical number1, outside count, costlier count, deff number2

-- Changes are in points, whichever way, `typical` and `deff` are medians. `outside` counts the shares as answered that lie outside
-- the interval of the weighted one, `costlier` those that the weights make less exact.
select
  count(*) as headlines,
  max(abs(change)) as largest,
  median(abs(change)) as typical,
  count(*) filter (where share < weighted_lower or share > weighted_upper) as outside,
  count(*) filter (where deff > 1) as costlier,
  median(deff) as deff
from weighted_headlines
