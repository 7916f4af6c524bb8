# Writes distributions.rs: tails and quantiles of R 4.2.2.
#
#     Rscript tests/reference/distributions.R > tests/reference/distributions.rs
#
# Left out is where R approximates: qf near 0 and with more than 400000 degrees of freedom, pt with as many.

number <- function(v) ifelse(is.infinite(v), "f64::INFINITY", ifelse(v != 0 & abs(v) < 1e-4, format(v, digits = 14, scientific = TRUE), sub("^(-?[0-9]+)$", "\\1.0", format(v, digits = 14, scientific = FALSE))))
lines <- c()
put <- function(name, ...) lines <<- c(lines, sprintf("    (\"%s\", [%s]),", name, paste(sapply(c(...), number), collapse = ", ")))
for (df in c(1, 2, 5, 30.5, 1234, Inf)) {
  for (p in c(1e-12, 0.005, 0.4, 0.975)) put("t_quantile", p, df, 0, qt(p, df))
  for (t in c(-8, -1.5, 0.7, 40)) { put("t_cdf", t, df, 0, pt(t, df)); put("t_sf", t, df, 0, pt(t, df, lower.tail = FALSE)) }
}
for (df in c(0.3, 1, 3.7, 57, 5000)) {
  for (p in c(1e-8, 0.05, 0.95)) put("chi_squared_quantile", p, df, 0, qchisq(p, df))
  for (x in c(0.01, 3, 100, 5200)) put("chi_squared_sf", x, df, 0, pchisq(x, df, lower.tail = FALSE))
}
for (a in c(1, 3.3, 40)) for (b in c(1, 20.5, 1000, Inf)) {
  put("f_quantile", 0.95, a, b, qf(0.95, a, b))
  for (f in c(0.1, 2, 20)) { put("f_cdf", f, a, b, pf(f, a, b)); put("f_sf", f, a, b, pf(f, a, b, lower.tail = FALSE)) }
}
for (a in c(0.3, 1, 20.7, 800)) for (b in c(0.3, 5, 12345.6)) {
  for (p in c(0.005, 0.3, 0.975)) put("beta_quantile", p, a, b, qbeta(p, a, b))
  for (x in c(0.001, 0.2, 0.9)) { put("beta_cdf", x, a, b, pbeta(x, a, b)); put("beta_sf", x, a, b, pbeta(x, a, b, lower.tail = FALSE)) }
}
for (p in c(1e-20, 0.025, 0.6)) put("normal_quantile", p, 0, 0, qnorm(p))
for (z in c(-20, -1, 0.5, 6)) { put("normal_cdf", z, 0, 0, pnorm(z)); put("normal_sf", z, 0, 0, pnorm(z, lower.tail = FALSE)) }
cat("// Written by distributions.R.\n\n/// Function; point or probability, two parameters, value.\n")
cat(sprintf("static DISTRIBUTIONS: [(&str, [f64; 4]); %d] = [\n%s\n];\n", length(lines), paste(lines, collapse = "\n")))
