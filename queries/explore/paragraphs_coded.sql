-- What stands in the paragraphs that were given a code.
-- explore
-- params: code = provision/clubs
-- interval: none
-- columns: school text, speaker text, document text, paragraph count, coders text, excerpt text
-- key: document, paragraph
-- order: school, by name; then document, paragraph

-- From a count back to the words: `codings` name the segment, `segments` hold its text, `documents` say who spoke, `cases` where. One
-- row for each paragraph, whoever coded it. Ask of another code with `--param code=networks/own-contacts`.
with given as (
  select
    segment_id,
    string_agg(coder, ', ' order by coder) as coders
  from codings
  where code = $code
  group by
    segment_id
)

select
  cases.school as school,
  documents.speaker,
  segments.document_id as document,
  segments.paragraph as paragraph,
  given.coders,
  segments.excerpt
from given
join segments
  on segments.segment_id = given.segment_id
join documents
  on documents.document_id = segments.document_id
join cases
  on cases.case_id = segments.case_id
order by
  school,
  document,
  paragraph
