-- What was found in each case-study school, theme by theme.
-- facts
-- base: paragraphs of the school's interviews and field notes
-- interval: none
-- columns: school text, theme text, codes count, paragraphs count, findings text
-- key: school, theme
-- order: school, by name; then theme, by name

-- A theme is a code at the top of the code frame.
with themed as (
  select
    cases.school as school,
    codings.segment_id as segment_id,
    split_part(codings.code, '/', 1) as top,
    codes.name as name
  from codings
  inner join cases
    on cases.case_id = codings.case_id
  inner join codes
    on codes.code = codings.code
),

counted as (
  select
    themed.school as school,
    themed.top as top,
    count(distinct themed.name) as codes,
    count(distinct themed.segment_id) as paragraphs
  from themed
  group by
    themed.school,
    themed.top
),

named as (
  select distinct
    themed.school as school,
    themed.top as top,
    themed.name as name
  from themed
),

listed as (
  select
    named.school as school,
    named.top as top,
    string_agg(named.name, '; ' order by named.name) as findings
  from named
  group by
    named.school,
    named.top
)

select
  counted.school as school,
  tops.name as theme,
  counted.codes as codes,
  counted.paragraphs as paragraphs,
  listed.findings as findings
from counted
inner join listed
  on listed.school = counted.school
  and listed.top = counted.top
inner join codes as tops
  on tops.code = counted.top
order by
  school,
  theme
