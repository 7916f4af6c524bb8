-- Paragraphs of interviews and field notes that no coder gave a code.
-- check
-- columns: document text, paragraph count
-- key: document, paragraph
-- order: document, by name; then paragraph
select
  segments.document_id as document,
  cast(segments.paragraph as bigint) as paragraph
from segments
left join codings
  on codings.segment_id = segments.segment_id
where codings.code is null
order by
  document,
  paragraph
