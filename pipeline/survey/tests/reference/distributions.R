# Writes the reference of tests/distributions.rs: Rscript distributions.R > distributions.txt
# A line: function, point or probability, two parameters (0 where there is none), value. `p` functions give the upper tail,
# but pbeta the lower.
set.seed(2013)
line <- function(name, x, a, b, value) cat(sprintf("%s %.17g %.17g %.17g %.17g\n", name, x, a, b, value))
spread <- function(lowest, highest) 10^runif(1, lowest, highest)
share <- function() min(max(runif(1)^3, 1e-9), 1 - 1e-9)
for (i in 1:60) {
  df <- spread(0, 5); p <- share(); line("qt", p, df, 0, qt(p, df))
  df <- spread(5, 9); p <- share(); line("qt", p, df, 0, qt(p, df))
  df <- spread(0, 7); x <- abs(rt(1, df)) * runif(1, 0.5, 4); line("pt", x, df, 0, pt(x, df, lower.tail = FALSE))
  a <- runif(1, 0.3, 30); b <- spread(0, 7); x <- rf(1, a, b) * runif(1, 0.5, 4)
  line("pf", x, a, b, pf(x, a, b, lower.tail = FALSE))
  # From 4e5 on R takes chi-squared instead.
  b <- spread(0, 5); p <- share(); line("qf", p, a, b, qf(p, a, b))
  a <- runif(1, 0.3, 60); x <- rchisq(1, a) * runif(1, 0.5, 4)
  line("pchisq", x, a, 0, pchisq(x, a, lower.tail = FALSE))
  p <- share(); line("qchisq", p, a, 0, qchisq(p, a))
  a <- spread(-0.5, 4); b <- spread(-0.5, 4); p <- runif(1, 0.001, 0.999); line("qbeta", p, a, b, qbeta(p, a, b))
  x <- rbeta(1, a, b); line("pbeta", x, a, b, pbeta(x, a, b))
  p <- share(); line("qnorm", p, 0, 0, qnorm(p))
  x <- abs(rnorm(1)) * 3; line("pnorm", x, 0, 0, pnorm(x, lower.tail = FALSE))
}
