# Makes data/*.csv: small invented samples on which R's survey package and this crate are compared.
#
#   Rscript data.R        (survey is needed for the replicate weights of pairs.csv)
#
# The seed and the kinds of random numbers are fixed, and all values are rounded, so the bytes stay the same. A change here
# changes expected.csv: run `just oracle` afterwards. Missing answers are empty cells.

suppressPackageStartupMessages(library(survey))
suppressWarnings(RNGkind("Mersenne-Twister", "Inversion", "Rejection"))
set.seed(20130304)
invisible(Sys.setlocale("LC_COLLATE", "C"))

save <- function(table, name) {
  write.csv(table, file.path("data", name), row.names = FALSE, na = "", quote = FALSE, eol = "\n")
}

missing_in <- function(x, share) replace(x, runif(length(x)) < share, NA)

# The variables of every file. `unit` is the effect of the row's sampling unit, so that rows of a unit are alike.
with_answers <- function(rows, unit) {
  n <- nrow(rows)
  drawn <- function(values, prob) sample(values, n, replace = TRUE, prob = prob)
  hours <- round(20 + 15 * runif(n), 1)
  income <- round(exp(5 + 0.6 * unit + 0.02 * hours + 0.4 * rnorm(n)), 2)
  score <- pmax(1, pmin(7, round(4 + unit + 1.3 * rnorm(n))))
  yes <- as.integer(runif(n) < plogis(-0.4 + 0.8 * unit))
  letter <- c("a", "b", "c", "d")[findInterval(runif(n) + 0.15 * unit, c(-9, 0.2, 0.5, 0.85))]
  kind <- ifelse(runif(n) < 0.4, c(a = "x", b = "x", c = "y", d = "z")[letter], drawn(c("x", "y", "z"), c(4, 3, 2)))
  data.frame(
    rows,
    hours = hours,                                     # positive, all answered
    income = missing_in(income, 0.07),                 # continuous
    amount = income,                                   # the same, all answered
    year = missing_in(2009 + score - (runif(n) < 0.3), 0.04), # large beside its spread
    score = missing_in(score, 0.05),                   # 1 to 7, many ties
    yes = missing_in(yes, 0.06),
    rare = as.integer(runif(n) < 0.04),
    answer = missing_in(letter, 0.05),
    letter = letter,                                   # the same, all answered
    kind = kind,
    group = drawn(c("A", "B"), c(3, 2)),               # domains that run through all units
    sex = drawn(c("f", "m"), c(11, 9)),
    age = drawn(c("old", "mid", "young"), c(3, 4, 3))
  )
}

# A simple or stratified sample of people. Stratum 5 is a census of its 12 people.
people <- function() {
  size <- c(22, 15, 26, 18, 12)
  population <- c(180, 90, 310, 64, 12)
  h <- rep(seq_along(size), size)
  rows <- data.frame(
    stratum = h, population = population[h], fraction = signif(size[h] / population[h], 12), everybody = 656,
    w = round(population[h] / size[h] * (0.7 + 0.6 * runif(length(h))), 3)
  )
  table <- with_answers(rows, c(-0.8, 0, 0.4, 0.9, 0.1)[h])
  table$w0 <- ifelse(runif(nrow(table)) < 0.15, 0, table$w)
  table$relative <- round(table$w / sum(table$w) * nrow(table), 6)
  # Nobody of strata 1 and 5, and few of the others.
  table$sparse <- as.integer(h %in% c(2, 3, 4) & runif(nrow(table)) < 0.4)
  table
}

# Pupils (stage 3) in classes (stage 2) in schools (stage 1) in districts; the numbers of schools and classes start anew in
# every district and school. All schools of the south were drawn, and in some schools all classes of a track.
schools <- function() {
  drawn <- c(north = 6, east = 4, south = 3, west = 5)
  population <- c(north = 40, east = 25, south = 3, west = 11)
  rows <- list()
  for (district in names(drawn)) for (school in seq_len(drawn[[district]])) {
    tracks <- c(a = sample(3:7, 1), b = sample(2:4, 1))
    if (school == 2) tracks <- c(a = 2, b = 2)
    for (track in names(tracks)) for (class in 1:2) {
      pupils <- sample(2:4, 1)
      rows[[length(rows) + 1]] <- data.frame(
        district = district, school = school, school_id = 100 * match(district, names(drawn)) + school,
        track = track, class = class + 10 * (track == "b"), pupil = seq_len(pupils),
        schools = population[[district]], all_schools = 79, school_fraction = signif(drawn[[district]] / population[[district]], 12),
        classes = sum(tracks), track_classes = tracks[[track]], pupils = pupils + sample(c(0, 3, 8, 20), 1)
      )
    }
  }
  table <- do.call(rbind, rows)
  n <- nrow(table)
  m <- drawn[table$district]
  table$class_fraction <- signif(4 / table$classes, 12)
  table$w <- round(table$schools / m * table$classes / 4 * (0.6 + runif(n)), 3)
  effect <- setNames(rnorm(sum(drawn), sd = 0.8), unique(table$school_id))
  table <- with_answers(table, effect[as.character(table$school_id)])
  table$w0 <- ifelse(runif(n) < 0.12 | table$school_id == 103, 0, table$w)
  # In few schools, and in none of the east.
  table$sparse <- as.integer(table$school_id %in% c(101, 102, 104, 301, 302, 401, 405) & runif(n) < 0.6)
  # A variable that a whole school and one of the strata's second schools did not answer.
  table$seldom <- ifelse(table$school_id %in% c(105, 202), NA, missing_in(round(10 * rnorm(n) + 50, 1), 0.1))
  table
}

# Strata of two units, as balanced repeated replication needs.
pairs <- function() {
  rows <- data.frame(stratum = rep(1:6, each = 12), unit = rep(1:12, each = 6))
  rows$w <- round(rep(c(9.5, 14, 21.25, 8, 30, 12.5), each = 12) * (0.8 + 0.4 * runif(72)), 3)
  table <- with_answers(rows, rep(rnorm(12, sd = 0.7), each = 6))
  # Members in two units only: a quarter of the half-samples have none.
  table$sparse <- as.integer(table$unit %in% c(3, 7) & seq_len(72) %% 2 == 0)
  table
}

# Districts 2 and 4 gave one unit each; district 4 has no more than that one. Unit 1 gave one household, of many.
lonely <- function() {
  unit <- rep(1:9, c(4, 5, 3, 6, 4, 5, 4, 3, 6))
  stratum <- c(1, 1, 1, 2, 3, 3, 4, 5, 5)[unit]
  household <- unlist(lapply(split(unit, unit), function(u) if (u[1] == 1) rep(1, 4) else rep(1:3, length.out = length(u))))
  rows <- data.frame(
    stratum = stratum, unit = unit, household = household, units = c(9, 14, 5, 1, 20)[stratum], households = 7 + unit,
    w = round(5 + 20 * runif(length(unit)), 3)
  )
  table <- with_answers(rows, rnorm(9, sd = 0.8)[unit])
  table$sparse <- as.integer(unit %in% c(2, 4, 5, 6, 7, 8))
  table
}

# Two waves with their own strata and units, numbered alike.
waves <- function() {
  rows <- expand.grid(row = 1:4, unit = 1:4, stratum = 1:2, wave = c(2013, 2016))[c("wave", "stratum", "unit")]
  rows$units <- c(30, 55)[rows$stratum] + 4 * (rows$wave == 2016)
  rows$w <- round(c(8, 13)[rows$stratum] * (0.8 + 0.5 * runif(nrow(rows))), 3)
  effect <- rnorm(16, sd = 0.6)[rows$unit + 4 * (rows$stratum - 1) + 8 * (rows$wave == 2016)]
  with_answers(rows, effect + 0.3 * (rows$wave == 2016))
}

save(people(), "people.csv")
save(schools(), "schools.csv")
both <- pairs()
save(both, "pairs.csv")
save(lonely(), "lonely.csv")
save(waves(), "waves.csv")

# Replicate factors (replicate weight divided by weight) of pairs.csv, a column for each replicate.
stratified <- svydesign(ids = ~unit, strata = ~stratum, weights = ~w, data = both)
plain <- svydesign(ids = ~unit, weights = ~w, data = both)
factors <- function(design, ...) as.data.frame(unclass(as.svrepdesign(design, ..., compress = FALSE)$repweights))
replicates <- function(table, name) save(setNames(signif(table, 15), paste0("r", seq_along(table))), name)
replicates(factors(plain, type = "JK1"), "pairs-jk1.csv")
replicates(factors(stratified, type = "JKn"), "pairs-jkn.csv")
replicates(factors(stratified, type = "BRR"), "pairs-brr.csv")
replicates(factors(stratified, type = "Fay", fay.rho = 0.3), "pairs-fay.csv")
replicates(factors(stratified, type = "bootstrap", replicates = 20), "pairs-bootstrap.csv")
# Factors as an institute might supply them, different for every row.
replicates(as.data.frame(matrix(round(0.4 + 1.2 * runif(72 * 10), 3), 72)), "pairs-other.csv")
