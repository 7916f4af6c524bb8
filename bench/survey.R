# The same sample in R's package survey: times svyby(svymean) by linearisation and with replicate weights.
# Called by the benchmark in pipeline/restudy/benches/survey.rs with the folder of the columns, scale and rscales.
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
scale <- as.numeric(arguments[2])
rscale <- as.numeric(arguments[3])
if (!suppressPackageStartupMessages(require(survey, quietly = TRUE))) {
  cat("R has no package survey: no comparison (Debian: r-cran-survey)\n")
  quit()
}
size <- function(name) file.info(file.path(folder, name))$size
whole <- function(name) readBin(file.path(folder, name), "integer", size(name) / 4, size = 4)
real <- function(name) readBin(file.path(folder, name), "double", size(name) / 8)

rows <- data.frame(
  psu = whole("psu"), g = factor(whole("group")), weight = real("weight"), x = real("x")
)
rows$stratum <- rows$psu %/% 25
factors <- matrix(real("factors"), nrow = max(rows$psu) + 1, byrow = TRUE)
median_ms <- function(f) {
  f() # warms up
  1000 * median(sapply(1:3, function(i) system.time(f())["elapsed"]))
}

cat("R", as.character(getRversion()), "survey", as.character(packageVersion("survey")), "\n")
linear <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = rows)
found <- svyby(~x, ~g, linear, svymean)
cat("linearised", round(median_ms(function() svyby(~x, ~g, linear, svymean))), "ms  ",
    format(found[1, "x"], digits = 17), format(SE(found)[1], digits = 17), "\n")
replicated <- svrepdesign(
  repweights = factors[rows$psu + 1, ], weights = rows$weight, data = rows,
  type = "other", scale = scale, rscales = rep(rscale, ncol(factors)), combined.weights = FALSE
)
found <- svyby(~x, ~g, replicated, svymean)
cat("replicates", round(median_ms(function() svyby(~x, ~g, replicated, svymean))), "ms  ",
    format(found[1, "x"], digits = 17), format(SE(found)[1], digits = 17), "\n")
