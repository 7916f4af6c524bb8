"""Writes reference/*.rs: expected numbers for the tests of this crate, from other people's software.

    pip install krippendorff scikit-learn scipy statsmodels && python3 reference.py

Wilson: statsmodels. Tau-b: scipy.stats.kendalltau. Gamma: pairs counted one by one. Standard errors: the delta method
for a multinomial sample with numerical derivatives, so that no formula is shared with the crate. Kappa: statsmodels
(scikit-learn gives the same, which is asserted). Alpha: the package krippendorff.
"""

import itertools
import pathlib

import krippendorff
import numpy as np
from scipy.stats import kendalltau
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

HERE = pathlib.Path(__file__).parent / "reference"


def wilson():
    cases = [(0, 10, 0.95), (10, 10, 0.95), (129, 182, 0.95), (80, 151, 0.95), (3, 126, 0.95), (9, 18, 0.9), (1, 9, 0.99), (94, 196, 0.95)]
    lines = []
    for n, base, confidence in cases:
        low, high = proportion_confint(n, base, alpha=1 - confidence, method="wilson")
        lines.append(f"    ({n}, {base}, {confidence}, {abs(low):.12}, {min(high, 1):.12}),")
    return f"const WILSON: [(u64, u64, f64, f64, f64); {len(cases)}] = [\n" + "\n".join(lines) + "\n];\n"


def pairs(p):
    """Probabilities that two draws are concordant, discordant, tied in rows, tied in columns."""
    cells = list(itertools.product(range(p.shape[0]), range(p.shape[1])))
    c = d = 0.0
    for (i, j), (k, l) in itertools.product(cells, cells):
        s = (i - k) * (j - l)
        c += p[i, j] * p[k, l] * (s > 0)
        d += p[i, j] * p[k, l] * (s < 0)
    return c, d


def gamma(p):
    c, d = pairs(p)
    return (c - d) / (c + d)


def tau_b(p):
    p = p / p.sum()
    c, d = pairs(p)
    return (c - d) / np.sqrt((1 - (p.sum(1) ** 2).sum()) * (1 - (p.sum(0) ** 2).sum()))


def error(statistic, counts):
    n = counts.sum()
    p = counts / n
    g = np.zeros_like(p)
    h = 1e-5
    for index in np.ndindex(*p.shape):
        up, down = p.copy(), p.copy()
        up[index] += h
        down[index] -= h
        # A path that stays a distribution: the statistic of the renormalised table.
        g[index] = (statistic(up / up.sum()) - statistic(down / down.sum())) / (2 * h)
    return np.sqrt(((p * g**2).sum() - (p * g).sum() ** 2) / n)


def association():
    tables = [
        [[1, 3, 10, 6], [2, 3, 10, 7], [1, 6, 14, 12], [0, 1, 9, 11]],
        [[10, 2], [3, 12]],
        [[5, 9, 3], [4, 11, 6], [1, 7, 12], [0, 2, 8]],
        [[20, 11, 5, 2], [8, 30, 9, 4]],
    ]
    lines = []
    for table in tables:
        counts = np.array(table, dtype=float)
        x, y = [], []
        for (i, j), k in np.ndenumerate(counts):
            x += [i] * int(k)
            y += [j] * int(k)
        tau = kendalltau(x, y, variant="b").statistic
        assert abs(tau - tau_b(counts)) < 1e-12
        rows = ", ".join("&[" + ", ".join(map(str, row)) + "]" for row in table)
        lines.append(
            f"    (&[{rows}], {gamma(counts):.9}, {error(gamma, counts):.9}, {tau:.9}, {error(tau_b, counts):.9}),"
        )
    return "const ASSOCIATION: &[Reference] = &[\n" + "\n".join(lines) + "\n];\n"


def kappa():
    tables = [
        [[20, 5], [10, 15]],
        [[44, 5, 1], [7, 20, 3], [9, 5, 6]],
        [[11, 3, 0, 1], [2, 9, 4, 0], [0, 2, 7, 3], [1, 0, 2, 12]],
        [[5, 8, 1], [9, 4, 7], [2, 6, 3]],
    ]
    lines = []
    for table in tables:
        counts = np.array(table)
        a = np.repeat(np.indices(counts.shape)[0].ravel(), counts.ravel())
        b = np.repeat(np.indices(counts.shape)[1].ravel(), counts.ravel())
        values = []
        for weights in (None, "linear", "quadratic"):
            result = cohens_kappa(counts, wt=weights)
            assert abs(result.kappa - cohen_kappa_score(a, b, weights=weights)) < 1e-12
            values.append(f"({result.kappa:.12}, {result.std_kappa:.12})")
        rows = ", ".join("&[" + ", ".join(map(str, row)) + "]" for row in table)
        lines.append(f"    (&[{rows}], [{', '.join(values)}]),")
    return "const KAPPA: &[Reference] = &[\n" + "\n".join(lines) + "\n];\n"


def alpha():
    chance = np.random.default_rng(3)
    scale = (chance.integers(0, 6, size=(30, 1)) + chance.integers(-1, 2, size=(30, 5))).astype(float)
    scale[chance.random(scale.shape) < 0.25] = np.nan
    numbers = np.round(chance.normal(size=(12, 1)) * 2 + chance.normal(size=(12, 3)), 1)
    lines = []
    for units in (scale, numbers):
        values = [
            krippendorff.alpha(units.T, level_of_measurement=level) for level in ("nominal", "ordinal", "interval")
        ]
        cells = ", ".join("&[" + ", ".join("X" if np.isnan(v) else str(v) for v in unit) + "]" for unit in units)
        lines.append(f"    (&[{cells}], [{', '.join(f'{value:.12}' for value in values)}]),")
    return "const ALPHA: &[Units] = &[\n" + "\n".join(lines) + "\n];\n"


HEAD = "// Made by tests/reference.py; not to be edited.\n"
(HERE / "wilson.rs").write_text(HEAD + wilson())
(HERE / "association.rs").write_text(HEAD + association())
(HERE / "kappa.rs").write_text(HEAD + kappa())
(HERE / "alpha.rs").write_text(HEAD + alpha())
