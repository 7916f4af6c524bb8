-- Themes on which the codings of the case studies and the answers of the survey can be laid side by side.
-- facts
-- base: themes for which there is a code in the code frame and an activity in the questionnaire
-- interval: none
-- columns: theme text, place count, code text, activity text
-- key: theme
-- order: place, then theme

-- Which code meets which activity is a judgement, made by reading both definitions: they are counterparts, not the same
-- measure. The last has no activity of its own: on the side of the survey it counts how many of the others a school does.
select
  themes.theme as theme,
  themes.place as place,
  themes.code as code,
  themes.activity as activity
from (
  values
    ('links with employers', 1, 'networks/employers', 'visits from STEM employers'),
    ('links with universities', 2, 'networks/universities', 'links with university STEM departments'),
    ('ambassadors', 3, 'provision/ambassadors', 'use of STEM ambassadors'),
    ('careers in subject lessons', 4, 'provision/integrated-model', 'STEM careers in subject lessons'),
    ('work experience', 5, 'careers/work-experience', 'STEM-related work experience'),
    ('a broad programme', 6, 'provision/stem-for-all', 'four or more of the activities')
) as themes (theme, place, code, activity)
order by
  place,
  theme
