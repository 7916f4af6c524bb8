-- The case-study schools.
-- table: 1
-- base: schools that took part in the case studies
-- interval: none
-- columns: school text, location text, age_range text, type text
-- key: school
-- order: school, by name
select
  cases.school as school,
  cases.location as location,
  cases.age_range as age_range,
  cases.type as type
from cases
order by school
