# The data and the designs that oracle.R asks about; designs.rs has the same under the same names.

if (!requireNamespace("survey", quietly = TRUE)) {
  stop("R's survey package is not installed (Debian: apt-get install r-cran-survey)", call. = FALSE)
}
suppressPackageStartupMessages(library(survey))
options(survey.replicates.mse = FALSE)
invisible(Sys.setlocale("LC_COLLATE", "C"))

# ---- Data

read <- function(path, ...) read.csv(path, na.strings = "", stringsAsFactors = TRUE, ...)
data <- function(name) read(file.path("data", paste0(name, ".csv")))
people <- data("people")
schools <- data("schools")
pairs <- data("pairs")
lonely <- data("lonely")
waves <- data("waves")
factors <- function(name) as.matrix(data(paste0("pairs-", name)))

# The study's own wave: columns by the number of their question, the first of each.
study <- read("../../../../fixtures/waves/2013/responses.synthetic.csv", check.names = FALSE)
study <- study[match(c("Q2", "Q3", "Q8", "Q18"), sub(" .*", "", names(study)))]
names(study) <- c("Q2", "Q3", "Q8", "Q18")
study$invited <- sum(read("../../../../fixtures/waves/2013/frame.csv")$invited)
study$experience <- as.integer(study$Q8 == "Yes")

# ---- Designs

totals <- function(variable, levels, counts) setNames(data.frame(levels, counts), c(variable, "Freq"))
sexes <- function(f, m) totals("sex", c("f", "m"), c(f, m))
ages <- function(old, mid, young) totals("age", c("old", "mid", "young"), c(old, mid, young))
exactly <- list(maxit = 10000, epsilon = 1e-14)

replicated <- function(name, ...) {
  svrepdesign(data = pairs, weights = ~w, repweights = factors(name), combined.weights = FALSE, ...)
}
combined <- function(mse) {
  svrepdesign(
    data = pairs, weights = ~w, repweights = factors("other") * pairs$w, combined.weights = TRUE, type = "other",
    scale = 0.7, rscales = c(0.2, 0.4, 0, 0.5, 0.1, 0.9, 0.3, 0.3, 0, 0.25), mse = mse
  )
}

designs <- list(
  srs = svydesign(ids = ~1, weights = ~rep(1, 93), data = people),
  srs_fpc = svydesign(ids = ~1, fpc = ~everybody, data = people),
  weighted = svydesign(ids = ~1, weights = ~w, data = people),
  zero = svydesign(ids = ~1, weights = ~w0, data = people),
  relative = svydesign(ids = ~1, weights = ~relative, data = people),
  strat = svydesign(ids = ~1, strata = ~stratum, weights = ~w, data = people),
  strat_fpc = svydesign(ids = ~1, strata = ~stratum, fpc = ~population, data = people),
  strat_fraction = svydesign(ids = ~1, strata = ~stratum, fpc = ~fraction, data = people),
  strat_zero = svydesign(ids = ~1, strata = ~stratum, weights = ~w0, fpc = ~population, data = people),

  cluster = svydesign(ids = ~school_id, weights = ~w, data = schools),
  cluster_fpc = svydesign(ids = ~school_id, weights = ~w, fpc = ~all_schools, data = schools),
  nested = svydesign(ids = ~school, strata = ~district, weights = ~w, data = schools, nest = TRUE),
  nested_fpc = svydesign(ids = ~school, strata = ~district, weights = ~w, fpc = ~schools, data = schools, nest = TRUE),
  nested_zero = svydesign(ids = ~school, strata = ~district, weights = ~w0, data = schools, nest = TRUE),
  two_stage = svydesign(ids = ~school_id + class, strata = ~district, fpc = ~schools + classes, data = schools),
  two_stage_weights = svydesign(
    ids = ~school + class, strata = ~district, weights = ~w, fpc = ~schools + classes, data = schools, nest = TRUE
  ),
  two_stage_fraction = svydesign(
    ids = ~school_id + class, strata = ~district, fpc = ~school_fraction + class_fraction, data = schools
  ),
  two_stage_tracks = svydesign(
    ids = ~school + class, strata = ~district + track, weights = ~w, fpc = ~schools + track_classes, data = schools,
    nest = TRUE
  ),
  two_stage_plain = svydesign(ids = ~school_id + class, strata = ~district, weights = ~w, data = schools),
  three_stage = svydesign(
    ids = ~school_id + class + pupil, strata = ~district, fpc = ~schools + classes + pupils, data = schools
  ),

  jk1 = replicated("jk1", type = "JK1", scale = 11 / 12, mse = FALSE),
  jkn = replicated("jkn", type = "JKn", scale = 1, rscales = rep(0.5, 12), mse = FALSE),
  jkn_mse = replicated("jkn", type = "JKn", scale = 1, rscales = rep(0.5, 12), mse = TRUE),
  brr = replicated("brr", type = "BRR", mse = FALSE),
  brr_mse = replicated("brr", type = "BRR", mse = TRUE),
  fay = replicated("fay", type = "Fay", rho = 0.3, mse = FALSE),
  fay_mse = replicated("fay", type = "Fay", rho = 0.3, mse = TRUE),
  bootstrap = replicated("bootstrap", type = "bootstrap", mse = FALSE),
  other = combined(mse = FALSE),
  other_mse = combined(mse = TRUE),

  waves = svydesign(ids = ~unit, strata = ~interaction(wave, stratum), weights = ~w, data = waves, nest = TRUE),
  waves_fpc = svydesign(
    ids = ~unit, strata = ~interaction(wave, stratum), weights = ~w, fpc = ~units, data = waves, nest = TRUE
  ),
  study = svydesign(ids = ~1, fpc = ~invited, data = study)
)

# Units alone in their stratum: the policy is the last part of the design's name.
policies <- c("certainty", "remove", "adjust", "average")
for (policy in policies) {
  designs[[paste0("lonely_", policy)]] <- svydesign(ids = ~unit, strata = ~stratum, weights = ~w, data = lonely)
  designs[[paste0("lonely_fpc_", policy)]] <- svydesign(
    ids = ~unit, strata = ~stratum, weights = ~w, fpc = ~units, data = lonely
  )
}
for (policy in c("certainty", "adjust")) {
  designs[[paste0("lonely_stages_", policy)]] <- svydesign(
    ids = ~unit + household, strata = ~stratum, weights = ~w, fpc = ~units + households, data = lonely
  )
}

# Calibrated weights, and replicates that are made of a design.
designs <- c(designs, with(designs, list(
  post = postStratify(strat_fpc, ~sex, sexes(350, 306)),
  post_crossed = postStratify(weighted, ~sex + group, data.frame(
    sex = c("f", "f", "m", "m"), group = c("A", "B", "A", "B"), Freq = c(210, 150, 180, 116)
  )),
  post_nested = postStratify(nested_fpc, ~sex, sexes(590, 520)),
  post_two_stage = postStratify(two_stage, ~sex, sexes(1500, 1100)),
  raked = rake(strat_fpc, list(~sex, ~age), list(sexes(350, 306), ages(200, 256, 200)), exactly),
  raked_nested = rake(nested, list(~sex, ~age), list(sexes(590, 520), ages(310, 450, 350)), exactly),
  raked_twice = rake(
    postStratify(weighted, ~group, totals("group", c("A", "B"), c(390, 266))),
    list(~sex, ~age), list(sexes(350, 306), ages(200, 256, 200)), exactly
  ),
  trimmed = trimWeights(weighted, upper = 10, lower = 2),
  trimmed_strict = trimWeights(nested, upper = 18, lower = 2, strict = TRUE),
  trimmed_raked = trimWeights(
    rake(strat_fpc, list(~sex, ~age), list(sexes(350, 306), ages(200, 256, 200)), exactly), upper = 11, lower = 1.5
  ),
  post_jkn = postStratify(jkn, ~sex, sexes(600, 540)),
  raked_jkn = rake(jkn, list(~sex, ~age), list(sexes(600, 540), ages(330, 460, 350)), exactly),
  raked_fay = rake(fay, list(~sex, ~age), list(sexes(600, 540), ages(330, 460, 350)), exactly),
  made_jk1 = as.svrepdesign(cluster, type = "JK1", mse = FALSE),
  made_jkn = as.svrepdesign(nested, type = "JKn", mse = FALSE),
  made_jkn_fpc = as.svrepdesign(nested_fpc, type = "JKn", mse = FALSE)
)))
