//! The documentation of the functions `svy_…`.

use crate::engine::documented::FunctionDoc;

/// What most of them give.
const ESTIMATE: &str = "an estimate";

/// Where most of their methods are from.
const LINEARISED: &str = "Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, chapters 4 and 5; Lumley, Complex \
                          Surveys, 2010, chapters 2 and 3";

pub(in crate::engine) const DOCS: &[FunctionDoc] = &[
    FunctionDoc {
        name: "svy_mean",
        arguments: "x [, design]",
        summary: "the weighted mean of numbers, or the share of a condition",
        result: ESTIMATE,
        example: "select school_type, svy_mean(case when employers = 'none' then 0 else 1 end, design) as with_employers\n\
                  from responses where employers is not null group by school_type order by school_type",
        method: "Σwx / Σw. Variance by Taylor linearisation over the stages of the sample, or from replicate weights",
        source: LINEARISED,
        r: Some("svymean(~x, d, deff = TRUE)"),
    },
    FunctionDoc {
        name: "svy_total",
        arguments: "x [, design]",
        summary: "the weighted total of numbers, or how many of the population meet a condition",
        result: ESTIMATE,
        example: "select svy_total(employers = 'none', design) as schools_without_employers from responses",
        method: "Σwx. Rows that did not answer add nothing",
        source: LINEARISED,
        r: Some("svytotal(~x, d, deff = TRUE)"),
    },
    FunctionDoc {
        name: "svy_prop",
        arguments: "condition [, design] [, method]",
        summary: "the weighted share of rows that meet a condition, with an interval fit for shares",
        result: "an estimate; `n` are the rows that meet the condition",
        example: "select svy_prop(stem_support__science_club = 'yes', design, 'korn-graubard') as science_club from responses",
        method: "Σwx / Σw of x that is 0 or 1. The interval is by 'logit' (the default with a design; of replicates, by the variance \
                 of their log odds; Korn and Graubard's at 0 and 1), 'korn-graubard', 'wilson' (the default without a design: Wilson's of the counts), 'wald', or 'clopper-pearson' \
                 (for rows that weigh alike)",
        source: "Korn & Graubard, Survey Methodology 24, 1998, p. 193; Franco, Little, Louis & Slud, Journal of Survey Statistics \
                 and Methodology 7, 2019, p. 334; Wilson, JASA 22, 1927, p. 209; Clopper & Pearson, Biometrika 26, 1934, p. 404",
        r: Some("svyciprop(~x, d)"),
    },
    FunctionDoc {
        name: "svy_props",
        arguments: "category [, design]",
        summary: "the weighted share of each category",
        result: "a list of structs: `category`, then the fields of an estimate; in alphabetical order",
        example: "select unnest(svy_props(school_type, design)) as share from responses",
        method: "as svy_prop for each category that occurs, by logit, without a design by Wilson",
        source: LINEARISED,
        r: Some("svymean(~category, d)"),
    },
    FunctionDoc {
        name: "svy_ratio",
        arguments: "y, x [, design]",
        summary: "the ratio of two weighted totals",
        result: "an estimate; NULL where the total of x is 0",
        example: "with activities as (\n  \
                  select respondent_id, first_value(design) as design,\n    \
                  count(*) filter (where stage = 'Key Stage 4' and answer = 'yes') as ks4,\n    \
                  count(*) filter (where answer = 'yes') as all_stages\n  \
                  from answers where question = 'stem_career' group by respondent_id\n\
                  )\n\
                  select svy_ratio(ks4, all_stages, design) as share_at_ks4 from activities",
        method: "Σwy / Σwx over rows with both; linearised values w(y − Rx) / Σwx",
        source: LINEARISED,
        r: Some("svyratio(~y, ~x, d)"),
    },
    FunctionDoc {
        name: "svy_diff",
        arguments: "x, condition [, design]",
        summary: "the mean where a condition holds less the mean where it does not",
        result: "an estimate; NULL where one of the two has no rows",
        example: "select svy_diff(employers = 'none', sixth_form = 'yes', design) as with_sixth_form_less_without from responses",
        method: "the difference of two domain means, with their covariance: units and strata may have rows of both. Over rows \
                 of two waves, whose samples share no unit, it is the change; the tables of one wave alone have no other",
        source: LINEARISED,
        r: Some("svycontrast(svyby(~x, ~condition, d, svymean, covmat = TRUE), c(-1, 1))"),
    },
    FunctionDoc {
        name: "svy_quantile",
        arguments: "x, p [, design]",
        summary: "a weighted quantile of numbers",
        result: "an estimate; an end of the interval that no answer bounds is NULL, and so is the standard error then",
        example: "with schools as (\n  \
                  select respondent_id, first_value(design) as design, count(*) filter (where answer = 'yes') as activities\n  \
                  from answers where question = 'stem_support' group by respondent_id\n\
                  )\n\
                  select svy_quantile(activities, 0.9, design) as most_active_tenth from schools",
        method: "the smallest value whose cumulative share of the weights reaches p; Woodruff's interval. p is the same for all rows. \
                 `df` is of the units of rows that answered",
        source: "Woodruff, JASA 47, 1952, p. 635; Särndal, Swensson & Wretman 1992, section 5.11",
        r: Some("svyquantile(~x, d, p)"),
    },
    FunctionDoc {
        name: "svy_median",
        arguments: "x [, design]",
        summary: "the weighted median of numbers",
        result: "as svy_quantile",
        example: "with schools as (\n  \
                  select respondent_id, first_value(design) as design, count(*) filter (where answer = 'yes') as activities\n  \
                  from answers where question = 'stem_support' group by respondent_id\n\
                  )\n\
                  select svy_median(activities, design)['estimate'] as activities from schools",
        method: "svy_quantile with p = 0.5",
        source: "Woodruff, JASA 47, 1952, p. 635",
        r: Some("svyquantile(~x, d, 0.5)"),
    },
    FunctionDoc {
        name: "svy_chisq",
        arguments: "row, column [, design]",
        summary: "Rao and Scott's test of independence of two weighted variables",
        result: "a struct of `f`, `ndf`, `ddf`, `p_value`, and `chisq`, `cramers_v`, `n` of the weighted table; NULL where a variable \
                 does not vary",
        example: "select svy_chisq(school_type, employers, design)['p_value'] as p_value from responses",
        method: "Pearson's X² over its expectation under the design, as F with the second-order correction; X² counts the weights \
                 as shares of n",
        source: "Rao & Scott, Annals of Statistics 12, 1984, p. 46; Thomas & Rao, JASA 82, 1987, p. 630",
        r: Some("svychisq(~row + column, d)"),
    },
    FunctionDoc {
        name: "design_place",
        arguments: "design",
        summary: "where the sample has a row",
        result: "a struct of `sample` (`WAVE/COLUMN`), `stages` (a list, first stage first, of `stratum`, `unit`, `units` sampled in the stratum \
                 and `fpc`, those of the population) and `lonely`; NULL for a row that is in no sample",
        example: "select design_place(design)['stages'][1]['stratum'] as stratum, count(*) as n, sum(design['weight']) as population\n\
                  from responses group by stratum order by stratum",
        method: "what `design.place` says, as fields",
        source: "this program",
        r: Some("d$strata, d$cluster, d$fpc"),
    },
];
