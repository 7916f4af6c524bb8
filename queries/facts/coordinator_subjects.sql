-- What subjects the STEM co-ordinators trained in.
-- facts
-- base: STEM co-ordinators interviewed
-- interval: none
-- columns: subject text, n count, base count
-- key: subject
-- order: n descending; then subject, by name
with interviewed as (
  select count(*) as base
  from documents
  where documents.speaker = 'STEM co-ordinator'
),

subjects as (
  select distinct
    codings.document_id as document_id,
    lower(codes.name) as subject
  from codings
  inner join codes
    on codes.code = codings.code
  inner join documents
    on documents.document_id = codings.document_id
  where codes.parent = 'leadership/coordinator-subject'
    and documents.speaker = 'STEM co-ordinator'
)

select
  subjects.subject as subject,
  count(*) as n,
  max(interviewed.base) as base
from subjects
cross join interviewed
group by subjects.subject
order by
  n desc,
  subject
