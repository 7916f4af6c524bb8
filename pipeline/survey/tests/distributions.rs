//! Tails and quantiles against R 4.2.2: `tests/reference/distributions.R` writes the table.

use survey::distributions as d;

#[test]
fn r_agrees() {
    let table = include_str!("reference/distributions.txt");
    let mut worst: Vec<(f64, String)> = Vec::new();
    for line in table.lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        let number = |i: usize| parts[i].parse::<f64>().expect("a number");
        let (x, a, b, expected) = (number(1), number(2), number(3), number(4));
        let found = match parts[0] {
            "qt" => d::t_quantile(x, a),
            "pt" => d::t_sf(x, a),
            "qf" => d::f_quantile(x, a, b),
            "pf" => d::f_sf(x, a, b),
            "qchisq" => d::chi_squared_quantile(x, a),
            "pchisq" => d::chi_squared_sf(x, a),
            "qbeta" => d::beta_quantile(x, a, b),
            "pbeta" => d::beta_cdf(x, a, b),
            "qnorm" => d::normal_quantile(x),
            "pnorm" => d::normal_sf(x),
            other => panic!("`{other}` is no function"),
        };
        let found = found.expect("a value");
        let difference = if found == expected { 0.0 } else { ((found - expected) / expected).abs() };
        let allowed = match a.max(b) {
            few if few < 1e3 => 1e-10,
            many if many < 1e5 => 1e-9,
            _ => 2e-8,
        };
        if difference > allowed || difference.is_nan() {
            worst.push((difference, format!("{line}: {found}")));
        }
    }
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    let told: Vec<String> = worst.iter().take(20).map(|(d, line)| format!("{d:.1e}  {line}")).collect();
    assert!(worst.is_empty(), "{} differ\n{}", worst.len(), told.join("\n"));
    assert!(table.lines().count() >= 500);
}
