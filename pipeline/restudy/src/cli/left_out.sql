-- What the project of codings holds, and what became of it.
-- facts
-- base: all things of each kind in the project
-- interval: none
-- columns: what text, fate text, why text, n count
-- key: what, fate, why
-- order: what, then fate, then why

select what, fate, why, n
from material_account
order by what, fate, why
