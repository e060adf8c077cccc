//! The hashes that are stored or that decide anything: the same bits in every build, on every machine.
//!
//! Hash maps in memory may use any hasher; nothing they iterate reaches an output.

use twox_hash::XxHash3_64;

/// XXH3-64 with seed 0 over `bytes`.
///
/// ```
/// assert_eq!(samestory::hash::bytes(b""), 0x2d06800538d394c2);
/// ```
#[must_use]
pub fn bytes(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// Spreads every input bit over all output bits (the finalizer of MurmurHash3, a bijection).
///
/// ```
/// assert_eq!(samestory::hash::mix(0), 0);
/// assert_eq!(samestory::hash::mix(1), 0xb456bcfc34c2cb2c);
/// ```
#[must_use]
#[inline]
pub fn mix(mut x: u64) -> u64 {
    x ^= x >> 33;
    x = x.wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^= x >> 33;
    x = x.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ (x >> 33)
}

/// The multiplier of [`combine`]: odd, so that no information is lost (Steele and Vigna 2021, table 5).
const COMBINE: u64 = 0xf135_7aea_2e62_a9c5;

/// The hash of a sequence of hashes: a polynomial in `COMBINE`, then [`mix`].
///
/// ```
/// assert_ne!(samestory::hash::combine(&[1, 2]), samestory::hash::combine(&[2, 1]));
/// ```
#[must_use]
#[inline]
pub fn combine(hashes: &[u64]) -> u64 {
    mix(hashes.iter().fold(hashes.len() as u64, |sum, hash| sum.wrapping_mul(COMBINE).wrapping_add(*hash)))
}
