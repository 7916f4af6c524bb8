-- How far the weights for non-response move the headline shares.
-- facts
-- params: wave
-- base: headline shares of `weighted_headlines`
-- interval: none
-- columns: headlines count, largest number1, typical number1, outside count

-- In points, whichever way. `outside` counts the shares as answered that lie outside the interval of the weighted one.
select
  count(*) as headlines,
  max(abs(change)) as largest,
  median(abs(change)) as typical,
  count(*) filter (where share < weighted_lower or share > weighted_upper) as outside
from weighted_headlines
