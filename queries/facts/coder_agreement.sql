-- How far two coders agree, in the schools that both of them coded.
-- facts
-- base: pairs of a paragraph and a code that at least one coder gave, in documents that two coders coded
-- interval: none
-- columns: school text, segments count, n count, base count, share share
-- key: school
-- order: school, by name, all of them together last

-- Agreement is counted on what was given: a code that neither coder gave to a paragraph is no agreement here, or
-- the many codes that never come into question would make any two coders look alike.
with twice as (
  select codings.document_id as document_id
  from codings
  group by codings.document_id
  having count(distinct codings.coder) > 1
),

decisions as (
  select
    codings.case_id as case_id,
    codings.segment_id as segment_id,
    codings.code as code,
    count(distinct codings.coder) as coders
  from codings
  inner join twice
    on twice.document_id = codings.document_id
  group by
    codings.case_id,
    codings.segment_id,
    codings.code
),

read as (
  select
    segments.case_id as case_id,
    count(*) as segments
  from segments
  inner join twice
    on twice.document_id = segments.document_id
  group by segments.case_id
),

by_school as (
  select
    cases.school as school,
    max(read.segments) as segments,
    sum(case when decisions.coders > 1 then 1 else 0 end) as n,
    count(*) as base
  from decisions
  inner join read
    on read.case_id = decisions.case_id
  inner join cases
    on cases.case_id = decisions.case_id
  group by cases.school
),

agreement as (
  select
    by_school.school as school,
    by_school.segments as segments,
    by_school.n as n,
    by_school.base as base,
    1 as place
  from by_school
  union all
  select
    'all double-coded schools' as school,
    sum(by_school.segments) as segments,
    sum(by_school.n) as n,
    sum(by_school.base) as base,
    2 as place
  from by_school
)

select
  agreement.school as school,
  cast(agreement.segments as bigint) as segments,
  cast(agreement.n as bigint) as n,
  cast(agreement.base as bigint) as base,
  cast(agreement.n as double) / agreement.base as share
from agreement
order by
  agreement.place,
  school
