//! Logarithms in integers: what decides must not depend on a machine's `ln`.

/// 256 ln(num / den), rounded half up; 0 when num ≤ den. Log2 to 16 binary places by repeated squaring, times ln 2.
pub(super) fn ln256(num: u64, den: u64) -> u64 {
    let (num, den) = (u128::from(num.max(1)), u128::from(den.max(1)));
    if num <= den {
        return 0;
    }
    let whole = (num / den).ilog2();
    let mut x = (num << 32) / (den << whole);
    let mut fraction = 0u64;
    for _ in 0..16 {
        x = (x * x) >> 32;
        fraction <<= 1;
        if x >> 33 != 0 {
            x >>= 1;
            fraction |= 1;
        }
    }
    // 256 ln 2 / 2^16 = 11629080 / 2^32
    (((u64::from(whole) << 16 | fraction) * 11_629_080) + (1 << 31)) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_logarithm() {
        for (num, den) in
            [(1u64, 1u64), (2, 1), (3, 2), (10, 1), (1_000_000, 3), (u64::MAX, 1), (u64::MAX, u64::MAX - 1), (1_000_001, 1_000_000)]
        {
            let exact = 256.0 * (num as f64 / den as f64).ln();
            assert!((ln256(num, den) as f64 - exact).abs() <= 0.51, "{num} / {den}: {} for {exact}", ln256(num, den));
        }
        assert_eq!(ln256(1, 2), 0);
    }
}
