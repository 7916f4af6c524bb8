-- Headline shares of the figures: as answered, and weighted for non-response.
-- facts
-- params: wave
-- base: respondents who answered the item
-- columns: headline text, place count, shown_in text, n count, base count, share share, weighted share, weighted_lower share, weighted_upper share, change number1, deff number2
-- key: headline
-- order: place, then headline

-- `change` is in points. `deff` is how many times the variance is that of a simple random sample of the same size: what the
-- uneven weights cost.
with told as (
  select 1 as place, 'Figure 1' as shown_in, 'a science club' as headline,
    stem_support__science_club = 'yes' as yes, design_nonresponse
  from responses where wave = $wave
  union all
  select 2, 'Figure 1', 'STEM activities for girls', stem_support__girls = 'yes', design_nonresponse
  from responses where wave = $wave
  union all
  select 3, 'Figure 2', 'careers fairs in Key Stage 4, alone or with Key Stage 3',
    careers_learning__careers_fairs in ('Key Stages 3 and 4', 'Key Stage 4 only'), design_nonresponse
  from responses where wave = $wave
  union all
  select 4, 'Figure 2', 'not known whether there are portfolios', careers_learning__portfolios = 'do not know', design_nonresponse
  from responses where wave = $wave
  union all
  select 5, 'Figure 3', 'visits from STEM employers at Key Stage 4', stem_career__visits_from_ks4 = 'yes', design_nonresponse
  from responses where wave = $wave
  union all
  select 6, 'Figure 3', 'no STEM careers fair', stem_career__fair = 'does not happen', design_nonresponse
  from responses where wave = $wave
  union all
  select 7, 'Figure 4', 'other employment before teaching', employed_before = 'yes', design_nonresponse
  from responses where wave = $wave
  union all
  select 8, 'Figure 5', 'major or dominant STEM employers, of schools that they visit at Key Stage 4',
    case when stem_career__visits_from_ks4 = 'yes' then employers in ('some major', 'dominate') end, design_nonresponse
  from responses where wave = $wave
  union all
  select 9, 'Section 4.2', 'career-related learning is promoted', promotes_careers_learning = 'yes', design_nonresponse
  from responses where wave = $wave
  union all
  select 10, 'Figure 6', 'aspiration to university as a purpose: agree or strongly agree',
    purposes__university in ('agree', 'strongly agree'), design_nonresponse
  from responses where wave = $wave
  union all
  select 11, 'Section 4.3', 'career guidance has been commissioned', guidance_commissioned = 'yes', design_nonresponse
  from responses where wave = $wave
  union all
  select 12, 'Figure 7', 'very interested in specific career opportunities in STEM',
    cpd_topics__stem_opportunities = 'very interested', design_nonresponse
  from responses where wave = $wave
  union all
  select 13, 'Figure 8', 'training face to face in school', cpd_modes__in_school = 'selected', design_nonresponse
  from responses where wave = $wave
  union all
  select 14, 'Figure 9', 'UCAS: aware of it and use it', web_resources__ucas = 'aware and used', design_nonresponse
  from responses where wave = $wave
  union all
  select 15, 'Figure 10', 'careers database: aware of it and use it', stem_centre__careers_database = 'aware and used', design_nonresponse
  from responses where wave = $wave
),

estimated as (
  select
    place,
    shown_in,
    headline,
    count(*) filter (where yes) as n,
    count(yes) as base,
    svy_prop(yes, design_nonresponse) as weighted
  from told
  group by
    place,
    shown_in,
    headline
)

select
  headline,
  place,
  shown_in,
  n,
  base,
  cast(n as double) / base as share,
  weighted['estimate'] as weighted,
  weighted['lower'] as weighted_lower,
  weighted['upper'] as weighted_upper,
  100 * (weighted['estimate'] - cast(n as double) / base) as change,
  weighted['deff'] as deff
from estimated
order by
  place,
  headline
