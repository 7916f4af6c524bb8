# A small clustered, stratified sample, and what R's survey 4.1.1 makes of it. Run: Rscript sample.R
# It prints Rust constants for the tests of calibration, quantile and independence.
suppressMessages(library(survey))
options(digits = 16, width = 200)
i <- 0:39
d <- data.frame(
  stratum = c(rep(1, 16), rep(2, 12), rep(3, 12)),
  psu = c(rep(1:4, each = 4), rep(5:7, each = 4), rep(8:11, each = 3)),
  psus = c(rep(20, 16), rep(15, 12), rep(9, 12)),
  weight = round(10 + (i * 37 %% 41) %% 23 + (i %% 7) / 4, 2),
  x = (i * i * 13 + 5 * i) %% 29,
  sex = 1 + ((i * i * 3 + i) %% 7 > 2),
  age = 1 + (i * 7 + i %/% 5) %% 3,
  view = 1 + (i * 5 + (i %/% 3) * 2 + (i %/% 4) %% 2) %% 4
)
d$x[c(6, 19, 33)] <- NA
d$view[c(11, 28)] <- NA
d$inside <- d$age != 2 | i %% 4 == 0
rust <- function(name, type, values) {
  cat("pub(crate) const ", name, ": &[", type, "] = &[", paste(values, collapse = ", "), "];\n", sep = "")
}
whole <- function(v) ifelse(is.na(v), 0, v)
num <- function(v) ifelse(is.na(v), "f64::NAN", ifelse(v == round(v), sprintf("%d.0", as.integer(round(v))), format(v, digits = 16)))
cat("// Made by sample.R. Missing: NaN, or 0 for categories.\n")
rust("STRATUM", "u32", d$stratum); rust("PSU", "u32", d$psu); rust("PSUS", "f64", num(d$psus)); rust("WEIGHT", "f64", num(d$weight))
rust("X", "f64", num(d$x)); rust("SEX", "u32", d$sex); rust("AGE", "u32", d$age); rust("VIEW", "u32", whole(d$view))
rust("INSIDE", "bool", tolower(d$inside))

full <- svydesign(id = ~psu, strata = ~stratum, fpc = ~psus, weights = ~weight, data = d)
plain <- svydesign(id = ~1, weights = ~weight, data = d)
jack <- as.svrepdesign(full, type = "JKn")
sexes <- data.frame(sex = 1:2, Freq = c(480, 430))
ages <- data.frame(age = 1:3, Freq = c(300, 320, 290))
row <- function(label, ...) cat("// ", label, ": ", paste(format(unlist(list(...)), digits = 16), collapse = ", "), "\n", sep = "")
means <- function(label, design) {
  m <- svymean(~x, design, na.rm = TRUE)
  t <- svytotal(~x, subset(design, inside), na.rm = TRUE)
  row(label, coef(m), SE(m), coef(t), SE(t))
}
post <- postStratify(full, ~sex, sexes)
raked <- rake(full, list(~sex, ~age), list(sexes, ages), control = list(maxit = 200, epsilon = 1e-13))
row("post-stratified weights", weights(post)[1:4])
means("post-stratified", post)
means("post-stratified without strata", postStratify(plain, ~sex, sexes))
means("post-stratified twice", postStratify(post, ~age, ages))
row("raked weights", weights(raked)[1:4])
means("raked", raked)
means("raked, then post-stratified", postStratify(raked, ~sex, data.frame(sex = 1:2, Freq = c(500, 410))))
loose <- rake(full, list(~sex, ~age), list(sexes, ages))
row("raked by default", weights(loose)[1:4])
row("trimmed", weights(trimWeights(raked, upper = 32, lower = 12))[1:4])
row("trimmed strictly", weights(trimWeights(raked, upper = 32, lower = 12, strict = TRUE))[1:4])
means("trimmed strictly", trimWeights(raked, upper = 32, lower = 12, strict = TRUE))
means("jackknife post-stratified", postStratify(jack, ~sex, sexes))
means("jackknife raked", rake(jack, list(~sex, ~age), list(sexes, ages), control = list(maxit = 200, epsilon = 1e-13)))

quantiles <- function(label, design, p, x = "x") {
  q <- svyquantile(formula(paste("~", x)), design, p, na.rm = TRUE)[[1]]
  for (i in seq_along(p)) row(paste(label, p[i]), q[i, ])
}
inner <- function(design) subset(design, inside)
quantiles("quantile", full, c(0.1, 0.25, 0.5, 0.75, 0.9))
quantiles("quantile in a domain", inner(full), c(0.25, 0.5, 0.75))
quantiles("quantile without strata", plain, c(0.3, 0.5))
quantiles("quantile jackknife", jack, c(0.25, 0.5, 0.75))
quantiles("quantile jackknife in a domain", inner(jack), c(0.5, 0.75))
quantiles("quantile post-stratified in a domain", inner(post), c(0.4, 0.5))

squares <- function(label, design, rows, columns) {
  for (statistic in c("F", "Chisq")) {
    s <- svychisq(formula(paste("~", rows, "+", columns)), design, statistic = statistic)
    row(paste(label, statistic), unname(s$statistic), unname(s$parameter), unname(s$p.value))
  }
}
d$band <- d$x %/% 10
full <- svydesign(id = ~psu, strata = ~stratum, fpc = ~psus, weights = ~weight, data = d)
plain <- svydesign(id = ~1, weights = ~weight, data = d)
jack <- as.svrepdesign(full, type = "JKn")
post <- postStratify(full, ~sex, sexes)
squares("age by view", full, "age", "view")
squares("sex by age", full, "sex", "age")
squares("sex by view in a domain", inner(full), "sex", "view")
squares("age by view without strata", plain, "age", "view")
squares("band by view jackknife", jack, "band", "view")
squares("sex by age jackknife in a domain", inner(jack), "sex", "age")
squares("view by age post-stratified", post, "view", "age")
