-- Claims on commissioned career guidance.
-- claims
-- base: as in each claim
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim

with commissioning (claim, answer) as (
  values
    ('S43', 'yes'),
    ('S44', 'do not know')
),

providers (claim, provider) as (
  values
    ('S45', 'do not know'),
    ('S46', 'former Connexions adviser employed by the school'),
    ('S47', 'Connexions adviser provided by the local authority'),
    ('S48', 'adviser from a private company'),
    ('S49', 'former Connexions adviser working freelance'),
    ('S50', 'private company by website and telephone'),
    ('S51', 'careers teacher from another school'),
    ('S52', 'other (uncoded)'),
    ('S53', 'other members of staff (re-coded)')
),

matrix (claim, answer) as (
  values
    ('S55', 'not aware')
),

findings as (
  select
    commissioning.claim,
    guidance_commissioned.share as estimate,
    guidance_commissioned.n,
    guidance_commissioned.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from commissioning
  join guidance_commissioned
    on guidance_commissioned.answer = commissioning.answer

  union all

  select
    providers.claim,
    guidance_providers.share as estimate,
    guidance_providers.n,
    guidance_providers.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from providers
  join guidance_providers
    on guidance_providers.provider = providers.provider

  union all

  select
    matrix.claim,
    matrix_awareness.share as estimate,
    matrix_awareness.n,
    matrix_awareness.base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from matrix
  join matrix_awareness
    on matrix_awareness.answer = matrix.answer

  union all

  -- All providers have the same base: a check in queries/checks makes sure.
  select
    'S54' as claim,
    cast(max(base) as double) as estimate,
    max(base) as n,
    cast(null as bigint) as base,
    cast(null as boolean) as holds,
    cast(null as text) as shown
  from guidance_providers
)

select
  claim,
  estimate,
  n,
  base,
  holds,
  shown
from findings
order by
  claim
