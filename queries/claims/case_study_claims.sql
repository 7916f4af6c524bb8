-- What the case-study material says to the claims about the case-study schools.
-- claims
-- base: schools that took part; for C07 those that had specialist status; for C11 to C17 the STEM co-ordinators interviewed
-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text
-- key: claim
-- order: claim, by its name in the register
with finding_of (claim, finding) as (
  values
    ('C01', 'geography: town'),
    ('C02', 'geography: city periphery'),
    ('C03', 'geography: coastal'),
    ('C04', 'age range 11 to 16'),
    ('C05', 'academy or converting'),
    ('C06', 'structure/specialism/had-status'),
    ('C08', 'structure/specialism/shaped-priorities'),
    ('C09', 'leadership/drive/headteacher'),
    ('C10', 'leadership/drive/enthusiasts'),
    ('C18', 'leadership/coordinator-background/education-only'),
    ('C19', 'careers/coordinator/took-part'),
    ('C20', 'careers/coordinator/not-a-teacher'),
    ('C21', 'careers/coordinator/qualified'),
    ('C22', 'networks/local-authority-help'),
    ('C23', 'networks/enrichment-providers'),
    ('C24', 'progression/work-related-learning'),
    ('C25', 'progression/attainment-first'),
    ('C26', 'careers/commissioning/employed-adviser'),
    ('C27', 'careers/commissioning/trained-staff'),
    ('C28', 'careers/commissioning/in-house'),
    ('C29', 'careers/commissioning/awaiting-guidance'),
    ('C30', 'provision/stem-for-all'),
    ('C31', 'provision/stem-option-ks3'),
    ('C32', 'provision/girls-enrichment'),
    ('C33', 'provision/acronym-not-recognised'),
    ('C34', 'careers/from-year-7'),
    ('F11', 'students interviewed')
),

subject_of (claim, subject) as (
  values
    ('C11', 'chemistry'),
    ('C12', 'mathematics'),
    ('C13', 'health science'),
    ('C14', 'quantity surveying'),
    ('C15', 'architecture'),
    ('C16', 'textiles'),
    ('C17', 'landscape architecture')
),

with_status as (
  select distinct codings.case_id as case_id
  from codings
  where codings.code = 'structure/specialism/had-status'
),

with_stem_status as (
  select distinct codings.case_id as case_id
  from codings
  inner join with_status
    on with_status.case_id = codings.case_id
  where codings.code = 'structure/specialism/stem-related'
),

counted as (
  select
    finding_of.claim as claim,
    case_study_findings.n as n,
    case_study_findings.base as base,
    'schools' as counted_in
  from finding_of
  inner join case_study_findings
    on case_study_findings.finding = finding_of.finding
  union all
  select
    subject_of.claim as claim,
    coordinator_subjects.n as n,
    coordinator_subjects.base as base,
    'co-ordinators' as counted_in
  from subject_of
  inner join coordinator_subjects
    on coordinator_subjects.subject = subject_of.subject
  union all
  select
    'C07' as claim,
    (select count(*) from with_stem_status) as n,
    (select count(*) from with_status) as base,
    'schools that had specialist status' as counted_in
  union all
  select
    'F10' as claim,
    count(*) as n,
    count(*) as base,
    'schools' as counted_in
  from cases
)

select
  counted.claim as claim,
  cast(counted.n as double) as estimate,
  counted.n as n,
  counted.base as base,
  cast(null as boolean) as holds,
  concat(cast(counted.n as varchar), ' of ', cast(counted.base as varchar), ' ', counted.counted_in) as shown
from counted
order by claim
