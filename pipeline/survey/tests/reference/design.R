# Writes design.rs, a small sample, and what R's survey says of it: design_stages.rs and design_replicates.rs.
#
#     cd tests/reference && Rscript design.R      (survey 4.1.1, R 4.2.2)

suppressMessages(library(survey))
options(survey.lonely.psu = "fail")

# A sample without chance: 4 strata, 2 to 4 units each, 2 to 3 smaller units in each, 1 to 3 rows in each of those.
rows <- list()
k <- 0
psus <- c(2, 4, 2, 4)
for (h in 1:4) for (i in 1:psus[h]) for (j in 1:(2 + (h + i) %% 2)) for (r in 1:(1 + (i * j + h) %% 3)) {
  k <- k + 1
  rows[[k]] <- data.frame(stratum = h, psu = i, ssu = j, row = r, N1 = c(9, 20, 11, 30)[h], N2 = 4 + (h + 2 * i) %% 3, N3 = 4 + j %% 2)
}
d <- do.call(rbind, rows)
n <- nrow(d)
k <- 1:n
d$weight <- 20 + (k * 37) %% 23 + d$stratum / 4
d$x <- signif(((k * 7919) %% 101) / 7 + 3 * d$stratum + d$psu, 9)
d$x[k %% 11 == 3] <- NaN
d$y <- signif(((k * 104729) %% 89) / 5 + d$x / 2, 9)
d$y[k %% 13 == 5] <- NaN
d$yes <- as.numeric((k * 31 + d$stratum * 5) %% 7 < 3)
d$yes[k %% 17 == 4] <- NaN
d$category <- (k * 13 + d$psu) %% 3
d$group <- (k * 5 + d$stratum) %% 4 < 2
d$domain <- (k * 3 + d$psu) %% 5 < 3 & !(d$stratum == 2 & d$psu == 3)
d$unit <- d$stratum * 10 + d$psu
d$one <- ifelse(d$stratum == 3, 31, d$unit)   # stratum 3 has one unit
d$pair <- d$stratum * 10 + (d$psu + 1) %% 2      # every stratum has two

number <- function(v) ifelse(is.nan(v), "f64::NAN", sub("^(-?[0-9]+)$", "\\1.0", format(v, digits = 13, trim = TRUE)))
column <- function(name, v, type) {
  text <- if (type == "f64") sapply(v, number) else if (type == "bool") tolower(v) else as.character(v)
  cat(sprintf("const %s: [%s; %d] = [%s];\n", toupper(name), type, length(v), paste(text, collapse = ", ")))
}
sink("design.rs")
cat("// Written by design.R: columns of a sample.\n\n")
for (name in c("stratum", "psu", "ssu", "row", "unit", "one", "pair")) column(name, d[[name]], "u32")
column("category", d$category, "usize")
for (name in c("N1", "N2", "N3", "weight", "x", "y", "yes")) column(name, d[[name]], "f64")
for (name in c("group", "domain")) column(name, d[[name]], "bool")

lines <- list(stages = c(), replicates = c())
put <- function(design, kind, what, v) lines[[kind]] <<- c(lines[[kind]], sprintf("    (\"%s\", \"%s\", [%s]),", design, what, paste(sapply(v, number), collapse = ", ")))
interval <- function(m, df) { s <- as.vector(SE(m)); c(coef(m), s, coef(m) + c(-1, 1) * qt(0.975, df) * s, df) }
# Exactly what svyciprop(method = "logit") comes to by iteration.
logit <- function(a, df) {
  if (!inherits(a, "svyrep.design")) return(attr(svyciprop(~yes, a, method = "xlogit", df = df), "ci"))
  odds <- withReplicates(a, quote(qlogis(sum(.weights * yes) / sum(.weights))))
  plogis(coef(odds) + c(-1, 1) * qt(0.975, df) * c(SE(odds)))
}
all.of <- function(name, design) {
  part <- subset(design, domain)
  kind <- if (inherits(design, "svyrep.design")) "replicates" else "stages"
  for (which in c("all", "domain")) {
    s <- if (which == "all") design else part
    df <- degf(s)
    what <- function(w) paste(which, w)
    deffed <- function(w, m) put(name, kind, what(w), unname(c(interval(m, df), as.vector(deff(m)))))
    deffed("mean", svymean(~x, s, na.rm = TRUE, deff = TRUE))
    deffed("total", svytotal(~x, s, na.rm = TRUE, deff = TRUE))
    r <- svyratio(~y, ~x, s, na.rm = TRUE)
    put(name, kind, what("ratio"), c(unname(interval(r, df)), NaN))
    g <- svyglm(x ~ group, s)
    v <- c(coef(g)[2], SE(g)[2]); put(name, kind, what("difference"), c(v, v[1] + c(-1, 1) * qt(0.975, df) * v[2], df, NaN))
    a <- subset(s, !is.nan(yes))
    m <- svymean(~yes, a, deff = TRUE)
    for (method in c("logit", "beta", "mean")) {
      # Degrees of freedom, and rows, of the domain whether or not they answered.
      ci <- if (method == "beta") {
        p <- coef(m); e <- p * (1 - p) / as.vector(vcov(m)) * (qt(0.025, nrow(s) - 1) / qt(0.025, df))^2
        c(qbeta(0.025, e * p, e * (1 - p) + 1), qbeta(0.975, e * p + 1, e * (1 - p)))
      } else if (method == "logit") logit(a, df)
      else attr(svyciprop(~yes, a, method = method, df = df), "ci")
      put(name, kind, what(if (method == "mean") "mean of yes" else method), unname(c(coef(m), SE(m), ci, df, deff(m))))
    }
    ps <- svymean(~factor(category), s, deff = TRUE)
    for (i in 1:3) put(name, kind, what(paste("category", i - 1)), unname(c(coef(ps)[i], SE(ps)[i], confint(ps, df = df)[i, ], df, as.vector(deff(ps))[i])))
    put(name, kind, what("covariance"), c(vcov(ps)[1, 2], vcov(ps)[1, 3], vcov(ps)[2, 3], NaN, NaN, NaN))
  }
}
all.of("equal", svydesign(~1, data = d, weights = rep(10, n)))
all.of("simple", svydesign(~1, data = d, weights = ~weight))
all.of("stratified", svydesign(~1, strata = ~stratum, data = d, weights = ~weight))
all.of("clustered", svydesign(~unit, data = d, weights = ~weight))
all.of("nested", svydesign(~psu, strata = ~stratum, nest = TRUE, data = d, weights = ~weight))
all.of("fpc", svydesign(~unit, strata = ~stratum, fpc = ~N1, data = d))
all.of("fraction", svydesign(~unit, strata = ~stratum, fpc = ~I(c(2, 4, 2, 4)[stratum] / N1), data = d, weights = ~weight))
all.of("two stages", svydesign(~unit + ssu, strata = ~stratum, fpc = ~N1 + N2, data = d))
all.of("two stages weighted", svydesign(~unit + ssu, strata = ~stratum, fpc = ~N1 + N2, data = d, weights = ~weight))
all.of("two stages without fpc", svydesign(~unit + ssu, strata = ~stratum, data = d, weights = ~weight))
whole <- transform(d, N1 = ifelse(stratum == 3, 2, N1))
all.of("stratum taken whole", svydesign(~unit + ssu, strata = ~stratum, fpc = ~N1 + N2, data = whole, weights = ~weight))
for (policy in c("certainty", "adjust", "average")) {
  options(survey.lonely.psu = policy)
  all.of(paste("lonely", policy), svydesign(~one, strata = ~stratum, data = d, weights = ~weight))
  all.of(paste("lonely fpc", policy), svydesign(~one, strata = ~stratum, fpc = ~N1, data = d, weights = ~weight))
  # Smaller units of one row are lonely in the third stage, where there is no other stratum to take an average from.
  if (policy != "average") all.of(paste("three stages", policy), svydesign(~unit + ssu + row, strata = ~stratum, fpc = ~N1 + N2 + N3, data = d))
  all.of(paste("lonely jkn", policy), as.svrepdesign(svydesign(~one, strata = ~stratum, data = d, weights = ~weight), type = "JKn"))
}
options(survey.lonely.psu = "fail")
all.of("jk1", as.svrepdesign(svydesign(~unit, data = d, weights = ~weight), type = "JK1"))
all.of("jkn", as.svrepdesign(svydesign(~unit, strata = ~stratum, fpc = ~N1, data = d, weights = ~weight), type = "JKn"))
all.of("jkn mse", as.svrepdesign(svydesign(~unit, strata = ~stratum, data = d, weights = ~weight), type = "JKn", mse = TRUE))
# The replicates themselves, since other Hadamard matrices balance as well.
brr <- as.svrepdesign(svydesign(~pair, strata = ~stratum, data = d, weights = ~weight), type = "Fay", fay.rho = 0.3)
all.of("fay", brr)
all.of("brr", as.svrepdesign(svydesign(~pair, strata = ~stratum, data = d, weights = ~weight), type = "BRR"))
column("fay_weights", round(as.vector(t(weights(brr, "analysis"))), 10), "f64")
cat(sprintf("const FAY_REPLICATES: usize = %d;\n", ncol(weights(brr, "analysis"))))
sink()
for (kind in names(lines)) {
  sink(sprintf("design_%s.rs", kind))
  cat("// Written by design.R: what R's survey says of the sample.\n\n")
  cat("/// Design, estimate, and: estimate, standard error, lower and upper end at 95%, degrees of freedom, design effect.\n")
  cat(sprintf("static OF_%s: [(&str, &str, [f64; 6]); %d] = [\n%s\n];\n", toupper(kind), length(lines[[kind]]), paste(lines[[kind]], collapse = "\n")))
  sink()
}
