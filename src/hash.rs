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
pub(crate) const COMBINE: u64 = 0xf135_7aea_2e62_a9c5;

/// The hash of a sequence of hashes: a polynomial in `COMBINE`, then [`mix`].
///
/// ```
/// assert_ne!(samestory::hash::combine(&[1, 2]), samestory::hash::combine(&[2, 1]));
/// ```
#[must_use]
#[inline]
pub fn combine(hashes: &[u64]) -> u64 {
    const POWERS: [u64; 4] = {
        let square = COMBINE.wrapping_mul(COMBINE);
        [square.wrapping_mul(square), square.wrapping_mul(COMBINE), square, COMBINE]
    };
    // Four terms at a time, so that few products wait for each other.
    let (fours, rest) = hashes.as_chunks();
    let sum = fours.iter().fold(hashes.len() as u64, |sum, [a, b, c, d]: &[u64; 4]| {
        let term = |at: usize, hash: u64| hash.wrapping_mul(POWERS[at]);
        term(0, sum).wrapping_add(term(1, *a).wrapping_add(term(2, *b)).wrapping_add(term(3, *c).wrapping_add(*d)))
    });
    mix(rest.iter().fold(sum, |sum, hash| sum.wrapping_mul(COMBINE).wrapping_add(*hash)))
}

/// The hash of a word of letters and digits, made for reading and hashing in one pass.
///
/// Its UTF-8 bytes go 16 to a block, little end first, the last block filled with zeros (no word holds a zero byte). Each block is a
/// folded multiply, `h = fold(low ^ h, high ^ WORD)`, and one more closes it, as in wyhash (Wang Yi, final version 4), whose constants
/// these are.
///
/// ```
/// assert_eq!(samestory::hash::word("putin"), 0x8e5b13ff070a1dff);
/// assert_eq!(samestory::hash::word("الاستراتيجيه"), 0x1af25166384e947a);
/// ```
#[must_use]
#[inline]
pub fn word(word: &str) -> u64 {
    let mut hash = WORD_SEED;
    for block in word.as_bytes().chunks(16) {
        let mut padded = [0; 16];
        padded[..block.len()].copy_from_slice(block);
        hash = word_block(hash, u128::from_le_bytes(padded));
    }
    word_end(hash)
}

/// Where [`word`] begins.
pub(crate) const WORD_SEED: u64 = 0x2d35_8dcc_aa6c_78a5;
const WORD: u64 = 0x8bb8_4b93_962e_acc9;
const WORD_END: u64 = 0x4b33_a62e_d433_d4a3;

/// One block of [`word`].
#[inline(always)]
pub(crate) fn word_block(hash: u64, block: u128) -> u64 {
    fold(block as u64 ^ hash, (block >> 64) as u64 ^ WORD)
}

/// The end of [`word`].
#[inline(always)]
pub(crate) fn word_end(hash: u64) -> u64 {
    fold(hash ^ WORD_SEED, WORD_END)
}

/// The two halves of a 128-bit product, folded: what the low half of a product loses is in its high half.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words as they are in texts, counted up, and as an attacker would begin.
    fn words() -> impl Iterator<Item = String> {
        let letters: Vec<char> = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي".chars().collect();
        let of_letters = (0..letters.len().pow(4)).map(move |mut at| {
            let mut word = String::new();
            while at > 0 {
                word.push(letters[at % letters.len()]);
                at /= letters.len();
            }
            word
        });
        let numbers = (0..400_000).map(|at: u32| at.to_string());
        let long = (0..100_000).map(|at: u32| format!("{at:08}{:08}{at:04x}", at / 7));
        of_letters.filter(|word| !word.is_empty()).chain(numbers).chain(long)
    }

    #[test]
    fn words_do_not_collide() {
        let mut hashes: Vec<u64> = words().collect::<std::collections::BTreeSet<_>>().iter().map(|text| word(text) >> 2).collect();
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
        // The upper halves feed the sketches: as many collisions as chance makes, n² / 2 / 2^32, and no more than half as much again.
        let mut upper: Vec<u64> = hashes.iter().map(|hash| hash >> 30).collect();
        upper.sort_unstable();
        upper.dedup();
        let (found, chance) = ((count - upper.len()) as f64, (count as f64).powi(2) / 2.0 / 2f64.powi(32));
        assert!((chance * 0.5..chance * 1.5).contains(&found), "{found} collisions, {chance} by chance");
    }

    #[test]
    fn every_bit_of_a_word_reaches_every_bit_of_its_hash() {
        for length in [3, 5, 8, 9, 15, 16, 17, 30] {
            let trials = 4096u64;
            for bit in 0..length * 8 {
                let mut flips = [0u32; 64];
                for trial in 0..trials {
                    let mut bytes: Vec<u8> = (0..length).map(|at| (mix(trial * 31 + at as u64) >> 7) as u8).collect();
                    let before = of_bytes(&bytes);
                    bytes[bit / 8] ^= 1 << (bit % 8);
                    let changed = before ^ of_bytes(&bytes);
                    (0..64).for_each(|at| flips[at] += (changed >> at & 1) as u32);
                }
                // 5 standard deviations of a fair coin are .039.
                let worst = flips.iter().map(|flips| (f64::from(*flips) / trials as f64 - 0.5).abs()).fold(0.0, f64::max);
                assert!(worst < 0.06, "bit {bit} of {length} bytes: off by {worst}");
            }
        }
    }

    fn of_bytes(bytes: &[u8]) -> u64 {
        let lanes = bytes.chunks(16).map(|block| block.iter().rev().fold(0, |lane, byte| lane << 8 | u128::from(*byte)));
        word_end(lanes.fold(WORD_SEED, word_block))
    }
}
