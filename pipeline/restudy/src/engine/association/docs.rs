//! The documentation of associations and agreements.

use crate::engine::documented::FunctionDoc;

pub(in crate::engine) const DOCS: &[FunctionDoc] = &[
    FunctionDoc {
        name: "gamma",
        arguments: "x, y",
        summary: "Goodman and Kruskal's gamma of two ordered variables",
        result: "a struct of `gamma`, `lower`, `upper`, `n`; all but `n` are NULL where no two rows differ in both",
        example: "select gamma(scale_position(employers, 'employer_presence'), case when sixth_form = 'yes' then 1 else 0 end)\n\
                  as association from responses",
        method: "(P − Q) / (P + Q) of concordant and discordant pairs; interval from its asymptotic standard error",
        source: "Goodman & Kruskal, JASA 58, 1963; Agresti, Categorical Data Analysis, 2nd ed. 2002, section 3.4",
        r: None,
    },
    FunctionDoc {
        name: "tau_b",
        arguments: "x, y",
        summary: "Kendall's tau-b of two ordered variables",
        result: "a struct of `tau_b`, `lower`, `upper`, `n`; all but `n` are NULL where a variable does not vary",
        example: "select tau_b(scale_position(employers, 'employer_presence'), case when sixth_form = 'yes' then 1 else 0 end)\n\
                  as association from responses",
        method: "(P − Q) / √(pairs untied in x · pairs untied in y); interval from its asymptotic standard error",
        source: "Brown & Benedetti, JASA 72, 1977, p. 309",
        r: Some("cor(x, y, method = \"kendall\")"),
    },
    FunctionDoc {
        name: "spearman",
        arguments: "x, y",
        summary: "Spearman's rank correlation",
        result: "a struct of `estimate`, `lower`, `upper`, `p_value`, `n`; NULL where a variable does not vary or has fewer than three rows",
        example: "select spearman(scale_position(employers, 'employer_presence'), case when sixth_form = 'yes' then 1 else 0 end)\n\
                  as association from responses",
        method: "the correlation of ranks, ties sharing their mean rank; Fisher's interval with Bonett and Wright's variance",
        source: "Bonett & Wright, Psychometrika 65, 2000, p. 24; Kendall & Gibbons, Rank Correlation Methods, 5th ed. 1990, chapter 3",
        r: Some("cor.test(x, y, method = \"spearman\", exact = FALSE)"),
    },
    FunctionDoc {
        name: "chisq_test",
        arguments: "row, column",
        summary: "Pearson's test of independence, and Cramér's V, of rows that weigh alike",
        result: "a struct of `chisq`, `df`, `p_value`, `cramers_v`, `lower` and `upper` of V, `smallest_expected`, `n`; NULL where a variable \
                 does not vary",
        example: "select chisq_test(school_type, sixth_form) as test from responses",
        method: "Σ(observed − expected)² / expected, without continuity correction. Where the smallest expected count is below 1, \
                 see fisher_test; where there is a design, svy_chisq",
        source: "Agresti, Categorical Data Analysis, 2nd ed. 2002, section 3.2.1; interval of V: Smithson, Confidence Intervals, 2003, \
                 chapter 4",
        r: Some("chisq.test(table(row, column), correct = FALSE)"),
    },
    FunctionDoc {
        name: "fisher_test",
        arguments: "row, column",
        summary: "Fisher's exact test of independence; of two by two categories also the odds ratio",
        result: "a struct of `p_value`, `odds_ratio`, its `lower` and `upper`, `n`; NULL where a variable does not vary",
        example: "select fisher_test(sixth_form, work_experience) as test from responses where sixth_form in ('yes', 'no')\n\
                  and work_experience in ('yes', 'no')",
        method: "the probability, given the margins, of all tables no likelier than this one. The odds ratio is the conditional \
                 maximum-likelihood estimate of the first category against the second, in alphabetical order",
        source: "Fisher 1934, section 21.02; Freeman & Halton, Biometrika 38, 1951; Mehta & Patel, JASA 78, 1983, p. 427",
        r: Some("fisher.test(table(row, column))"),
    },
    FunctionDoc {
        name: "percent_agreement",
        arguments: "a, b [, interval]",
        summary: "the share of units that two coders coded alike",
        result: "a struct of `estimate`, `se`, `lower`, `upper`, `n`",
        example: "with coded as (\n  \
                  select segment_id, code, bool_or(coder = 'AM') as am, bool_or(coder = 'RT') as rt\n  \
                  from codings group by segment_id, code\n\
                  )\n\
                  select percent_agreement(am, rt) as agreement from coded",
        method: "The interval is 'large-sample' (the default: Wilson's), or 'bootstrap' (from 9,999 resamples of units with a fixed seed, \
                 `se` too). Agreement by chance is not taken off: see cohen_kappa",
        source: "Wilson, JASA 22, 1927, p. 209; Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13",
        r: None,
    },
    FunctionDoc {
        name: "cohen_kappa",
        arguments: "a, b [, weights] [, interval]",
        summary: "Cohen's kappa of two coders, plain or weighted",
        result: "a struct of `estimate`, `se`, `lower`, `upper`, `n`; NULL where there is only one category",
        example: "with coded as (\n  \
                  select s.segment_id,\n    \
                  bool_or(c.coder = 'AM' and c.code = 'provision') as am,\n    \
                  bool_or(c.coder = 'RT' and c.code = 'provision') as rt\n  \
                  from segments as s join codings as c on c.segment_id = s.segment_id group by s.segment_id\n\
                  )\n\
                  select cohen_kappa(am, rt) as kappa from coded",
        method: "(p_o − p_e) / (1 − p_e). Weights are 'same' (the default), or, of numbers, 'linear' or 'quadratic' in their distance. \
                 The interval is 'large-sample' (the default: from the standard error), or 'bootstrap' (from 9,999 resamples of units \
                 with a fixed seed, `se` too), which is better with few units or a kappa near 1",
        source: "Cohen, Educational and Psychological Measurement 20, 1960; Fleiss, Cohen & Everitt, Psychological Bulletin 72, 1969",
        r: None,
    },
    FunctionDoc {
        name: "krippendorff_alpha",
        arguments: "unit, coder, value [, level]",
        summary: "Krippendorff's alpha of any number of coders, with gaps",
        result: "a struct of `estimate`, `lower`, `upper`, `units`, `codings`; NULL where the values do not vary",
        example: "with coded as (\n  \
                  select segment_id, coder, min(code) as code from codings group by segment_id, coder\n\
                  )\n\
                  select krippendorff_alpha(segment_id, coder, code) as alpha from coded",
        method: "1 − D_o / D_e over long rows, one per unit and coder. The level is 'nominal' (the default), or, of numbers, 'ordinal' \
                 or 'interval'. The interval is from 9,999 resamples of units with a fixed seed",
        source: "Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011; Zapf, Castell, Morawietz & Karch, BMC Medical \
                 Research Methodology 16:93, 2016",
        r: None,
    },
];
