# What R's survey package says about data/*.csv: writes expected.csv, one row for each value.
#
#   Rscript oracle.R       (in this folder; `just oracle` does it)
#
# Every value is the result of the R call that stands in its row, with `d` the design of that name in designs.R, cut down
# to the row's domain by `subset`. main.rs computes the same from the same data with this crate.

source("designs.R")

# ---- Values: each function below writes what one kind of call gives

rows <- list()
counts <- list()
now <- list()

# Runs a call on the design `d`, both as text.
result <- function(call) eval(parse(text = call), list(d = now$d), globalenv())

keep <- function(call, statistic, x, y, values) {
  # The ends of a quantile's interval may not exist.
  missing <- !is.finite(values) & statistic != "quantile"
  if (any(missing)) stop(now$design, " ", now$domain, ": no ", names(values)[missing][1], " in ", call)
  for (i in seq_along(values)) {
    counts[[now$design]] <<- c(counts[[now$design]], 0)
    rows[[length(rows) + 1]] <<- data.frame(
      id = sprintf("%s-%03d", now$design, length(counts[[now$design]])), design = now$design, domain = now$domain,
      statistic = statistic, x = x, y = y, quantity = names(values)[i], value = sprintf("%.17g", values[[i]]), call = call
    )
  }
}

# Where weights are relative, R has no sensible design effect unless it compares with a sample with replacement.
deff <- function() {
  relative <- if (is.null(now$d$fpc$popsize) || is.infinite(now$d$fpc$popsize[1, 1])) 2 else 1.000001
  weight <- weights(now$d, "sampling")
  if (sum(weight) <= relative * sum(weight != 0)) '"replace"' else "TRUE"
}

usual <- function(m) {
  interval <- confint(m, df = degf(now$d))
  c(estimate = coef(m)[[1]], se = SE(m)[[1]], lower = interval[[1]], upper = interval[[2]])
}

mean_of <- function(x) {
  call <- sprintf("svymean(~%s, d, na.rm = TRUE, deff = %s)", x, deff())
  m <- result(call)
  answered <- unwtd.count(as.formula(paste0("~", x)), now$d)[[1]]
  keep(call, "mean", x, "", c(usual(m), df = degf(now$d), base = answered, deff = attr(m, "deff")[[1]]))
}

total_of <- function(x) {
  call <- sprintf("svytotal(~%s, d, na.rm = TRUE, deff = %s)", x, deff())
  m <- result(call)
  keep(call, "total", x, "", c(usual(m), deff = attr(m, "deff")[[1]]))
}

ratio_of <- function(y, x) {
  call <- sprintf("svyratio(~%s, ~%s, d, na.rm = TRUE)", y, x)
  keep(call, "ratio", y, x, usual(result(call)))
}

proportion_of <- function(x, method) {
  call <- sprintf('svyciprop(~%s, d, method = "%s", df = degf(d), na.rm = TRUE)', x, method)
  p <- result(call)
  interval <- confint(p)
  keep(call, paste("proportion", method), x, "", c(
    estimate = coef(p)[[1]], se = sqrt(attr(p, "var")[[1]]), lower = interval[[1]], upper = interval[[2]]
  ))
}

# All categories, and the upper half of their covariance matrix.
proportions_of <- function(x) {
  call <- sprintf("svymean(~%s, d, na.rm = TRUE, deff = %s)", x, deff())
  m <- result(call)
  interval <- confint(m, df = degf(now$d))
  levels <- levels(now$d$variables[[x]])
  for (i in seq_along(levels)) {
    later <- seq_along(levels) > i
    covariance <- setNames(vcov(m)[i, later], paste("covariance", levels[later])[any(later)])
    keep(call, "proportions", x, levels[i], c(
      estimate = coef(m)[[i]], se = SE(m)[[i]], lower = interval[i, 1][[1]], upper = interval[i, 2][[1]],
      if (coef(m)[[i]] > 0) c(deff = as.matrix(attr(m, "deff"))[i, i]), covariance
    ))
  }
}

quantile_of <- function(x, p) {
  call <- sprintf("svyquantile(~%s, d, %s, na.rm = TRUE)", x, p)
  q <- result(call)[[x]]
  keep(call, "quantile", x, as.character(p), c(estimate = q[[1]], lower = q[[2]], upper = q[[3]], se = q[[4]]))
}

# The mean in the first group less that in the second one. R's svyby gives no covariances where answers are missing or
# weights were calibrated (survey 4.1.1): there the same is a function of four totals, of columns that are added here.
difference_of <- function(x, group) {
  pair <- levels(factor(now$d$variables[[group]]))[1:2]
  by <- sprintf("svycontrast(svyby(~%s, ~%s, d, svymean, na.rm = TRUE, covmat = TRUE), c(1, -1))", x, group)
  four <- "svycontrast(svytotal(~xa + na + xb + nb, d), quote(xa / na - xb / nb))"
  values <- now$d$variables[[x]]
  sides <- lapply(pair, function(side) as.numeric(now$d$variables[[group]] %in% side & !is.na(values)))
  answered <- replace(values, is.na(values), 0)
  columns <- data.frame(xa = sides[[1]] * answered, na = sides[[1]], xb = sides[[2]] * answered, nb = sides[[2]])
  now$d$variables <<- cbind(now$d$variables[setdiff(names(now$d$variables), names(columns))], columns)
  if (inherits(now$d, "svyrep.design")) {
    call <- by
  } else if (anyNA(values) || !is.null(now$d$postStrata)) {
    call <- four
  } else {
    call <- by
    if (abs(SE(result(by))[[1]] / SE(result(four))[[1]] - 1) > 1e-9) stop("R contradicts itself: ", by)
  }
  keep(call, "difference", x, group, usual(result(call)))
}

independence_of <- function(x, y) {
  call <- sprintf("svychisq(~%s + %s, d)", x, y)
  test <- result(call)
  keep(call, "chisq F", x, y, c(
    f = test$statistic[[1]], ndf = test$parameter[[1]], ddf = test$parameter[[2]], p_value = test$p.value[[1]]
  ))
  call <- sprintf('svychisq(~%s + %s, d, statistic = "Chisq")', x, y)
  test <- result(call)
  keep(call, "chisq", x, y, c(chisq = test$statistic[[1]], df = test$parameter[[1]], p_value = test$p.value[[1]]))
}

# Base R, which knows no design.
unweighted <- function(x, y) {
  call <- sprintf("chisq.test(xtabs(~%s + %s, d$variables), correct = FALSE)", x, y)
  test <- suppressWarnings(result(call))
  keep(call, "chisq.test", x, y, c(chisq = test$statistic[[1]], df = test$parameter[[1]], p_value = test$p.value[[1]]))
  call <- sprintf("fisher.test(xtabs(~%s + %s, d$variables))", x, y)
  keep(call, "fisher.test", x, y, c(p_value = result(call)$p.value[[1]]))
}

ranks_of <- function(x, y) {
  call <- sprintf('cor.test(~%s + %s, d$variables, method = "spearman", exact = FALSE)', x, y)
  test <- result(call)
  keep(call, "cor.test spearman", x, y, c(estimate = test$estimate[[1]], p_value = test$p.value[[1]]))
}

counts_of <- function(x) {
  yes <- sum(now$d$variables[[x]], na.rm = TRUE)
  base <- sum(!is.na(now$d$variables[[x]]))
  call <- sprintf("binom.test(%s, %s)", yes, base)
  test <- result(call)
  keep(call, "binom.test", x, "", c(lower = test$conf.int[[1]], upper = test$conf.int[[2]]))
  call <- sprintf("prop.test(%s, %s, correct = FALSE)", yes, base)
  test <- suppressWarnings(result(call))
  keep(call, "prop.test", x, "", c(lower = test$conf.int[[1]], upper = test$conf.int[[2]]))
}

# ---- Which values of which designs

# With replicates, R's "logit" has the variance of the replicates' log odds; else it is "xlogit" by iteration.
few <- function() {
  mean_of("income")
  proportion_of("yes", if (inherits(now$d, "svyrep.design")) "logit" else "xlogit")
}
many <- function() {
  few()
  total_of("amount")
  ratio_of("income", "hours")
  difference_of("amount", "group")
}
all_kinds <- function() {
  many()
  mean_of("year")
  total_of("yes")
  total_of("year")
  proportion_of("yes", "logit")
  proportion_of("yes", "mean")
  proportion_of("yes", "beta")
  proportion_of("rare", "beta")
  proportions_of("answer")
  for (p in c(0.1, 0.25, 0.5, 0.9)) quantile_of("income", p)
  for (p in c(0.25, 0.5)) quantile_of("score", p)
  quantile_of("year", 0.5)
  difference_of("income", "group")
  difference_of("yes", "sex")
  independence_of("letter", "kind")
  independence_of("yes", "sex")
}
some_kinds <- function() {
  total_of("score")
  difference_of("income", "sex")
  quantile_of("income", 0.5)
}
exact <- function() {
  proportion_of("yes", "beta")
  proportion_of("yes", "mean")
}
tests <- function() {
  proportions_of("answer")
  independence_of("answer", "kind")
  quantile_of("score", 0.75)
}
plain <- function() {
  unweighted("letter", "kind")
  unweighted("yes", "sex")
  ranks_of("score", "hours")
  ranks_of("income", "year")
  counts_of("yes")
  counts_of("rare")
}

run <- function(names, set, domain = "") for (name in names) {
  now <<- list(design = name, domain = domain, d = designs[[name]])
  if (domain != "") now$d <<- eval(bquote(subset(now$d, .(parse(text = domain)[[1]]))))
  policy <- sub(".*_", "", name)
  options(survey.lonely.psu = if (policy %in% policies) policy else "fail")
  withCallingHandlers(
    tryCatch(set(), error = function(e) stop(name, " where ", domain, ": ", conditionMessage(e), call. = FALSE)),
    # Where a replicate has no member of the domain, both leave it out.
    warning = function(w) if (grepl("replicates gave NA results", conditionMessage(w))) invokeRestart("muffleWarning")
  )
}

of <- function(pattern) grep(pattern, names(designs), value = TRUE)
complete <- c("weighted", "strat_fpc", "nested", "two_stage_tracks", "jkn")
run(complete, all_kinds)
run(setdiff(names(designs), c(complete, "study")), many)
run(setdiff(names(designs), "study"), few, 'group == "A"')
run(c("srs_fpc", "strat_zero", "nested_fpc", "two_stage", "three_stage", "fay", "lonely_adjust", "post"), some_kinds, 'group == "A"')
run(c("weighted", "nested_fpc", "two_stage", "three_stage", "lonely_adjust", "brr"), exact, 'group == "B"')
run(of("^(srs|strat|two|three|nested|cluster|post$|raked)"), few, "sparse == 1")
run(c("lonely_certainty", "lonely_fpc_certainty", "lonely_adjust", "lonely_average", "lonely_stages_adjust"), few, "sparse == 1")
run(c("brr", "fay_mse", "bootstrap", "jkn"), function() mean_of("amount"), "sparse == 1")
run(c("srs", "strat", "three_stage", "brr", "bootstrap", "other", "lonely_fpc_certainty"), tests)
run(c("post", "raked_nested", "raked_jkn"), function() {
  proportions_of("answer")
  quantile_of("income", 0.5)
  independence_of("letter", "kind")
})
run(of("^(nested|two|three|cluster)"), function() mean_of("seldom"))
run(c("nested", "two_stage"), function() mean_of("seldom"), 'group == "B"')
run(c("nested_fpc", "two_stage", "fay"), tests, 'sex == "f"')
run(c("waves", "waves_fpc"), function() {
  for (x in c("amount", "income", "yes", "year")) difference_of(x, "wave")
})
run(c("waves", "waves_fpc"), few, "wave == 2013")
# With rows of weight 0, postStratify lets them vary (survey 4.1.1): here the same is a function of totals of each sex.
run("strat_zero", function() {
  now$design <<- "post_zero"
  now$d <<- update(now$d, nf = 1 * (sex == "f"), nm = 1 * (sex == "m"), xf = nf * amount, xm = nm * amount)
  by_sex <- "svytotal(~xf + nf + xm + nm, d)"
  call <- sprintf("svycontrast(%s, quote(350 * xf / nf + 306 * xm / nm))", by_sex)
  keep(call, "total", "amount", "", usual(result(call)))
  call <- sprintf("svycontrast(%s, quote((350 * xf / nf + 306 * xm / nm) / 656))", by_sex)
  keep(call, "mean", "amount", "", usual(result(call)))
})
run("study", function() {
  for (method in c("xlogit", "beta", "mean")) proportion_of("experience", method)
  for (x in c("Q2", "Q8")) proportions_of(x)
  independence_of("Q2", "Q3")
})
run("srs", plain)
run("srs", plain, 'stratum == 4')
run(c("jk1", "fay_mse", "made_jkn_fpc"), function() proportion_of("yes", "logit"), 'sex == "f"')
run(c("fay", "other", "other_mse"), function() proportion_of("rare", "logit"))
# Nobody of some replicates said yes: their log odds are what R's iteration stops at.
run(c("jk1", "brr", "bootstrap"), function() proportion_of("rare", "xlogit"))

table <- do.call(rbind, rows)
quoted <- which(names(table) %in% c("domain", "call"))
write.csv(table, "expected.csv", row.names = FALSE, quote = quoted, eol = "\n")
versions <- sprintf("%s\nsurvey %s\n", R.version.string, packageVersion("survey"))
cat(versions, file = "versions.txt")
cat(nrow(table), " values by ", versions, sep = "")
