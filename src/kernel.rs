//! The hot loops, each compiled once for any machine and once for AVX2; which of the two runs is decided here and nowhere else. Both are
//! made from one body, so that they give the same bits.

#![allow(unsafe_code)]

/// Minimums worked on at a time: 64 minimums live in registers on AVX2.
pub(crate) const WIDTH: usize = 64;

/// Lowers each `out[i]` to the least `multipliers[i] * x` over `values`, where 0, which no multiplier moves, counts as 1.
///
/// All slices but `values` have one length, a multiple of [`WIDTH`].
pub(crate) fn minimums(multipliers: &[u32], values: &[u32], out: &mut [u32]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the only requirement of the function is the instruction set that was just detected.
        return unsafe { minimums_avx2(multipliers, values, out) };
    }
    minimums_scalar(multipliers, values, out);
}

#[inline(always)]
fn minimums_scalar(multipliers: &[u32], values: &[u32], out: &mut [u32]) {
    for (a, out) in multipliers.chunks_exact(WIDTH).zip(out.chunks_exact_mut(WIDTH)) {
        let mut least = [u32::MAX; WIDTH];
        for x in values {
            let x = (*x).max(1);
            for (least, a) in least.iter_mut().zip(a) {
                *least = (*least).min(a.wrapping_mul(x));
            }
        }
        out.copy_from_slice(&least);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn minimums_avx2(multipliers: &[u32], values: &[u32], out: &mut [u32]) {
    minimums_scalar(multipliers, values, out);
}

/// Folds every byte of `bytes` and says what it is, by functions of the byte before, the byte and the byte behind it: `out[i]` is computed
/// from `bytes[i..i + 3]`.
pub(crate) fn classify(bytes: &[u8], folded: &mut [u8], kinds: &mut [u8], fold: impl Neighbors, kind: impl Neighbors) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the only requirement of the function is the instruction set that was just detected.
        return unsafe { classify_avx2(bytes, folded, kinds, fold, kind) };
    }
    classify_scalar(bytes, folded, kinds, fold, kind);
}

/// A byte computed from one byte and its neighbors.
pub(crate) trait Neighbors: Fn(u8, u8, u8) -> u8 {}
impl<F: Fn(u8, u8, u8) -> u8> Neighbors for F {}

#[inline(always)]
fn classify_scalar(bytes: &[u8], folded: &mut [u8], kinds: &mut [u8], fold: impl Neighbors, kind: impl Neighbors) {
    let out = folded.iter_mut().zip(kinds);
    for (((before, byte), behind), (folded, kinds)) in bytes.iter().zip(&bytes[1..]).zip(&bytes[2..]).zip(out) {
        *folded = fold(*before, *byte, *behind);
        *kinds = kind(*before, *byte, *behind);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn classify_avx2(bytes: &[u8], folded: &mut [u8], kinds: &mut [u8], fold: impl Neighbors, kind: impl Neighbors) {
    classify_scalar(bytes, folded, kinds, fold, kind);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Miri, which looks at every step, takes a second for a case.
    const CASES: u32 = if cfg!(miri) { 4 } else { 256 };

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(CASES))]

        #[test]
        fn both_paths_give_the_same_bits(values in prop::collection::vec(prop_oneof![Just(0), any::<u32>()], 0..50), a in prop::collection::vec(any::<u32>(), 128)) {
            let (mut fast, mut plain) = (vec![0; 128], vec![0; 128]);
            minimums(&a, &values, &mut fast);
            minimums_scalar(&a, &values, &mut plain);
            prop_assert_eq!(&fast, &plain);
            let least: Vec<u32> = a.iter().map(|a| values.iter().map(|x| a.wrapping_mul((*x).max(1))).min().unwrap_or(u32::MAX)).collect();
            prop_assert_eq!(fast, least);
        }

        #[test]
        fn both_paths_see_the_same_neighbors(bytes in prop::collection::vec(any::<u8>(), 2..200)) {
            let fold = |before: u8, byte: u8, behind: u8| byte ^ before.wrapping_add(behind);
            let kind = |before: u8, byte: u8, behind: u8| u8::from(before < byte) | (behind & 2);
            let made = |of: fn(u8, u8, u8) -> u8| bytes.windows(3).map(|three| of(three[0], three[1], three[2])).collect::<Vec<_>>();
            let (mut folded, mut kinds) = (vec![0; bytes.len() - 2], vec![0; bytes.len() - 2]);
            classify(&bytes, &mut folded, &mut kinds, fold, kind);
            prop_assert_eq!((folded, kinds), (made(fold), made(kind)));
        }
    }
}
