//! The widest path: a stretch of text at a time, bytes side by side, so that the compiler makes vector code of it. It knows ASCII and the
//! letters of the Arabic alphabet, whose folds keep their length; any other byte is marked and its word read elsewhere.

use crate::hash;
use crate::kernel;

/// Bytes of a stretch: it fits the fastest cache with what is computed from it.
const STRETCH: usize = 512;
/// Bytes that are looked at together.
const LANE: usize = 16;
/// Bytes whose gaps are found together: as many as a word of the machine has bits.
const STEP: usize = 64;

// What a byte is; the byte's whole character decides.
/// Stands between words.
const GAP: u8 = 1;
/// … and may belong to the word before it, or hide one.
const SIGN: u8 = 2;
/// Read elsewhere.
const OTHER: u8 = 4;
const ARABIC: u8 = 8;
const LATIN: u8 = 16;
const DIGIT: u8 = 32;

/// A stretch of text, folded and classed.
pub(super) struct Stretch {
    /// The bytes with one before and one behind.
    raw: [u8; STRETCH + 2],
    folded: [u8; STRETCH + LANE],
    kinds: [u8; STRETCH + LANE],
    /// Where the gaps are.
    gaps: [u16; STRETCH + AT_ONCE],
    gap_count: usize,
}

/// A word of a stretch.
pub(super) struct Found {
    pub(super) hash: u64,
    /// What its characters are, all flags together.
    kinds: u8,
    /// Whether what follows the word may belong to it.
    pub(super) signed: bool,
}

impl Found {
    /// Whether it is to be read elsewhere.
    #[inline(always)]
    pub(super) fn is_other(&self) -> bool {
        self.kinds & OTHER != 0 || (self.arabic() && self.kinds & (LATIN | DIGIT) != 0)
    }

    #[inline(always)]
    pub(super) fn digits(&self) -> bool {
        self.kinds & DIGIT != 0
    }

    #[inline(always)]
    pub(super) fn arabic(&self) -> bool {
        self.kinds & ARABIC != 0
    }
}

impl Stretch {
    pub(super) fn new() -> Stretch {
        Stretch {
            raw: [b' '; STRETCH + 2],
            folded: [0; STRETCH + LANE],
            kinds: [GAP; STRETCH + LANE],
            gaps: [0; STRETCH + AT_ONCE],
            gap_count: 0,
        }
    }

    /// Takes what begins at `start` of a text; before and behind a text there is white space.
    pub(super) fn load(&mut self, text: &[u8], start: usize) {
        let bytes = &text[start..];
        self.raw[0] = if start > 0 { text[start - 1] } else { b' ' };
        let length = bytes.len().min(STRETCH + 1);
        self.raw[1..=length].copy_from_slice(&bytes[..length]);
        // Of a short text, such as a line, no more is looked at than it has, and the gap behind it.
        let used = (length + 1).next_multiple_of(STEP).min(STRETCH);
        self.raw[length + 1..used + 2].fill(b' ');
        kernel::classify(&self.raw[..used + 2], &mut self.folded[..used], &mut self.kinds[..used], fold, kind_of);
        self.find_gaps(used);
    }

    /// Lists the gaps, always writing `AT_ONCE` places and keeping as many as there are: a branch for each gap would be guessed wrong.
    fn find_gaps(&mut self, used: usize) {
        let mut count = 0;
        for (start, kinds) in (0..).step_by(STEP).zip(self.kinds[..used].chunks_exact(STEP)) {
            let mut gaps = mask(kinds);
            let found = gaps.count_ones() as usize;
            let mut written = 0;
            while written < found {
                for place in &mut self.gaps[count + written..][..AT_ONCE] {
                    *place = start + gaps.trailing_zeros() as u16;
                    gaps &= gaps.wrapping_sub(1);
                }
                written += AT_ONCE;
            }
            count += found;
        }
        self.gap_count = count;
    }

    /// Where the gaps of the stretch are, ascending.
    #[inline(always)]
    pub(super) fn gaps(&self) -> &[u16] {
        &self.gaps[..self.gap_count]
    }

    /// Reads the word from `start` to the gap at `end`.
    #[inline(always)]
    pub(super) fn read(&self, start: usize, end: usize) -> Found {
        let (mut hash, mut kinds, mut at) = (hash::WORD_SEED, 0, start);
        while at < end {
            let inside = MASKS[(end - at).min(LANE)];
            let lane = |bytes: &[u8]| bytes[at..].first_chunk().map_or(0, |lane| u128::from_le_bytes(*lane)) & inside;
            kinds |= lane(&self.kinds);
            hash = hash::word_block(hash, lane(&self.folded));
            at += LANE;
        }
        let mut flags = kinds as u64 | (kinds >> 64) as u64;
        flags |= flags >> 32;
        flags |= flags >> 16;
        flags |= flags >> 8;
        Found { hash: hash::word_end(hash), kinds: flags as u8, signed: self.kinds[end] & SIGN != 0 }
    }

    /// The canonical bytes between two places.
    #[inline(always)]
    pub(super) fn word(&self, start: usize, end: usize) -> &[u8] {
        &self.folded[start..end]
    }
}

/// Gaps written at once: most 64 bytes have fewer.
const AT_ONCE: usize = 12;

/// One bit for each of 64 bytes: whether it is a gap.
#[inline(always)]
fn mask(kinds: &[u8]) -> u64 {
    let mut mask = 0;
    for (at, eight) in kinds.chunks_exact(8).enumerate() {
        let eight = eight.first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight)) & u64::from_le_bytes([GAP; 8]);
        // The product gathers the lowest bits of the bytes in its highest byte.
        mask |= eight.wrapping_mul(0x0102_0408_1020_4080) >> 56 << (8 * at);
    }
    mask
}

/// The first so many bytes of a lane.
static MASKS: [u128; LANE + 1] = {
    let mut masks = [0; LANE + 1];
    let mut at = 1;
    while at <= LANE {
        masks[at] = masks[at - 1] << 8 | 0xff;
        at += 1;
    }
    masks
};

/// N7 and N9 for one byte of a character. All cases are computed and one is chosen, so that there is no branch.
#[inline(always)]
fn fold(before: u8, byte: u8, behind: u8) -> u8 {
    let chosen = |to: u8, is: bool| if is { to } else { 0 };
    let capital = byte.wrapping_sub(b'A') < 26;
    // ة → ه
    let teh_first = (byte == 0xd8) & (behind == 0xa9);
    let teh_second = (before == 0xd8) & (byte == 0xa9);
    // آ أ إ → ا
    let alef = (before == 0xd8) & ((byte == 0xa2) | (byte == 0xa3) | (byte == 0xa5));
    // ى → ي
    let ya = (before == 0xd9) & (byte == 0x89);
    byte ^ chosen(0x20, capital)
        ^ chosen(0xd8 ^ 0xd9, teh_first)
        ^ chosen(0xa9 ^ 0x87, teh_second)
        ^ chosen(byte ^ 0xa7, alef)
        ^ chosen(0x89 ^ 0x8a, ya)
}

/// What a byte is, in the same way.
#[inline(always)]
fn kind_of(before: u8, byte: u8, behind: u8) -> u8 {
    let chosen = |kind: u8, is: bool| if is { kind } else { 0 };
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let digit = byte.wrapping_sub(b'0') < 10;
    let ascii = byte < 0x80;
    let arabic = is_arabic(byte, behind) | is_arabic(before, byte);
    let gap = is_gap(byte, behind) | is_gap(before, byte) | (ascii & !letter & !digit);
    chosen(LATIN, letter)
        | chosen(DIGIT, digit)
        | chosen(ARABIC, arabic)
        | chosen(GAP, gap)
        | chosen(SIGN, gap & ascii & (byte > b' '))
        | chosen(OTHER, !ascii & !arabic & !gap)
}

/// ء to غ, ف to ي; the tatweel between them and the harakat behind them are not.
#[inline(always)]
fn is_arabic(lead: u8, next: u8) -> bool {
    ((lead == 0xd8) & (next.wrapping_sub(0xa1) < 26)) | ((lead == 0xd9) & (next.wrapping_sub(0x81) < 10))
}

/// ، ؛ ؟
#[inline(always)]
fn is_gap(lead: u8, next: u8) -> bool {
    (lead == 0xd8) & ((next == 0x8c) | (next == 0x9b) | (next == 0x9f))
}
