//! Logarithms in integers: what decides must not depend on a machine's `ln`.

const ONE: u64 = 1 << 32;

/// 256 ln(num / den), rounded half up; 0 when num ≤ den. Log2 to 16 binary places by repeated squaring, times ln 2.
pub(super) fn ln256(num: u64, den: u64) -> u64 {
    let (num, den) = (u128::from(num.max(1)), u128::from(den.max(1)));
    if num <= den {
        return 0;
    }
    let whole = (num / den).ilog2();
    // From 1 to 2, of which the places behind the point are kept: (1 + r)² = 1 + 2r + r².
    let mut rest = ((num << 32) / (den << whole)) as u64 - ONE;
    let mut fraction = 0u64;
    for _ in 0..16 {
        let square = ONE + 2 * rest + ((rest * rest) >> 32);
        let two = square >> 33;
        fraction = fraction << 1 | two;
        rest = (square >> two) - ONE;
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

    #[test]
    fn its_bits_are_those_of_repeated_squaring() {
        let wide = |num: u64, den: u64| {
            let whole = (num / den).ilog2();
            let mut x = (u128::from(num) << 32) / (u128::from(den) << whole);
            let mut log = u64::from(whole);
            for _ in 0..16 {
                x = (x * x) >> 32;
                log = log << 1 | u64::from(x >> 33 != 0);
                x >>= u32::from(x >> 33 != 0);
            }
            ((log * 11_629_080) + (1 << 31)) >> 32
        };
        let mut state = 1u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (num, den) = (state >> (state & 31), (state.rotate_left(32) >> (state >> 5 & 63)).max(1));
            if num > den {
                assert_eq!(ln256(num, den), wide(num, den), "{num} / {den}");
            }
        }
    }
}
