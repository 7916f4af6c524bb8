use super::half_samples::hadamard_of_at_least;

#[test]
fn hadamard_matrices_have_orthogonal_rows_and_no_large_gaps() {
    let mut last = 0;
    for size in 2..110 {
        let matrix = hadamard_of_at_least(size);
        assert!(matrix.len() >= size && matrix.len() <= size + 7, "{size} gives {}", matrix.len());
        if matrix.len() == last {
            continue;
        }
        last = matrix.len();
        assert!(matrix[0].iter().all(|&value| value == 1));
        for (i, a) in matrix.iter().enumerate() {
            for (j, b) in matrix.iter().enumerate() {
                let product: i32 = a.iter().zip(b).map(|(a, b)| i32::from(a * b)).sum();
                assert_eq!(
                    product,
                    if i == j { matrix.len() as i32 } else { 0 },
                    "order {last}, rows {i} and {j}"
                );
            }
        }
    }
}
