//! What rows are made of.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::contain::Sample;
use crate::copies::Days;
use crate::error::{Error, Result};
use crate::extract::{Own, Span};
use crate::shingle::Shingles;
use crate::verify::Overlap;

/// A value as bytes.
pub(super) fn to_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    postcard::to_allocvec(value).map_err(|error| Error::Input(error.to_string()))
}

/// The value of these bytes.
pub(super) fn of_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    postcard::from_bytes(bytes).map_err(|_| foreign())
}

/// The value of these bytes, if it can be one: bytes that no stage has written may say anything.
pub(super) fn of_sound<T: DeserializeOwned>(bytes: &[u8], is_sound: impl Fn(&T) -> bool) -> Result<T> {
    of_bytes(bytes).ok().filter(is_sound).ok_or_else(foreign)
}

/// What is said of bytes that no stage has written.
pub(super) fn foreign() -> Error {
    Error::Input("a row that no stage has written".to_owned())
}

/// Bytes that are read from the front.
pub(super) struct Bytes<'b>(pub(super) &'b [u8]);

impl<'b> Bytes<'b> {
    pub(super) fn take(&mut self, length: usize) -> Result<&'b [u8]> {
        let (found, rest) = self.0.split_at_checked(length).ok_or_else(foreign)?;
        self.0 = rest;
        Ok(found)
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        self.take(4).map(|bytes| bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)))
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        self.take(8).map(|bytes| bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)))
    }

    /// Bytes behind their length.
    pub(super) fn piece(&mut self) -> Result<&'b [u8]> {
        let length = self.u32()? as usize;
        self.take(length)
    }
}

/// Bytes with their length before them.
pub(super) fn push_piece(out: &mut Vec<u8>, piece: &[u8]) {
    out.extend((piece.len() as u32).to_le_bytes());
    out.extend(piece);
}

/// A number of eight bytes.
pub(super) fn number(bytes: &[u8]) -> Result<u64> {
    Bytes(bytes).u64()
}

/// A number of four bytes that sorts as it counts.
pub(super) fn place(bytes: &[u8]) -> Result<u32> {
    bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes)).ok_or_else(foreign)
}

/// What is kept of an article: its day, the spans of its own words, its band keys, and the [`Text`].
pub(super) struct Print<'b> {
    pub(super) day: Option<i32>,
    pub(super) own: &'b [u8],
    pub(super) keys: &'b [u8],
    /// Of a [`Text`] all but the days.
    pub(super) text: &'b [u8],
}

const UNDATED: i32 = i32::MIN;

impl<'b> Print<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Result<Print<'b>> {
        let mut bytes = Bytes(bytes);
        let day = Some(bytes.u32()? as i32).filter(|day| *day != UNDATED);
        Ok(Print { day, own: bytes.piece()?, keys: bytes.piece()?, text: bytes.0 })
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.day.unwrap_or(UNDATED).to_le_bytes().to_vec();
        push_piece(&mut out, self.own);
        push_piece(&mut out, self.keys);
        out.extend(self.text);
        out
    }
}

/// What copies of a distinct text are found by.
pub(super) struct Text {
    pub(super) days: Days,
    pub(super) shingles: Shingles,
    pub(super) sample: Sample,
}

impl Text {
    pub(super) fn of(bytes: &[u8]) -> Result<Text> {
        let mut bytes = Bytes(bytes);
        let days = Days(bytes.u32()? as i32, bytes.u32()? as i32);
        let shingles = shingles(&mut bytes)?;
        Ok(Text { days, shingles, sample: Sample::of_bytes(bytes.0) })
    }

    /// Upper halves of all shingles.
    pub(super) fn whole(&self) -> Vec<u32> {
        let of_shingles = || self.shingles.hashes().iter().map(|hash| (hash >> 32) as u32).collect();
        self.sample.whole().map_or_else(of_shingles, <[u32]>::to_vec)
    }
}

/// The shingles at the front of a text behind its days.
pub(super) fn shingles(bytes: &mut Bytes<'_>) -> Result<Shingles> {
    let hashes = bytes.piece()?.as_chunks().0.iter().map(|hash| u64::from_le_bytes(*hash)).collect();
    Ok(Shingles::of_ascending(hashes))
}

/// A text behind its days.
pub(super) fn text(shingles: &Shingles, sample: &Sample) -> Vec<u8> {
    let mut out = Vec::with_capacity(shingles.len() * 8 + 64);
    push_piece(&mut out, &shingles.hashes().iter().flat_map(|hash| hash.to_le_bytes()).collect::<Vec<u8>>());
    sample.to_bytes(&mut out);
    out
}

pub(super) fn days(days: Days) -> Vec<u8> {
    [days.0, days.1].into_iter().flat_map(i32::to_le_bytes).collect()
}

pub(super) fn own_to_bytes(own: &Own) -> Vec<u8> {
    let headline = own.headline.unwrap_or(Span { start: u32::MAX, end: u32::MAX });
    std::iter::once(&headline).chain(&own.kept).flat_map(|span| [span.start, span.end]).flat_map(u32::to_le_bytes).collect()
}

pub(super) fn own_of(bytes: &[u8]) -> Result<Own> {
    let mut bytes = Bytes(bytes);
    let mut span = || Ok::<Span, Error>(Span { start: bytes.u32()?, end: bytes.u32()? });
    let headline = Some(span()?).filter(|span| span.start != u32::MAX);
    let kept = std::iter::from_fn(|| span().ok()).collect();
    Ok(Own { headline, kept, ..Own::default() })
}

pub(super) fn overlap_to_bytes(overlap: &Overlap) -> Vec<u8> {
    [overlap.shared, overlap.smaller, overlap.larger].into_iter().flat_map(|count| (count as u32).to_le_bytes()).collect()
}

pub(super) fn overlap_of(bytes: &[u8]) -> Result<Overlap> {
    let mut bytes = Bytes(bytes);
    let mut count = || Ok::<usize, Error>(bytes.u32()? as usize);
    let found = Overlap { shared: count()?, smaller: count()?, larger: count()? };
    if found.shared <= found.smaller && found.smaller <= found.larger { Ok(found) } else { Err(foreign()) }
}

/// Of a link: whether the texts resemble each other …
pub(super) const RESEMBLES: u8 = 1;
/// … and whether the longer one contains the other.
pub(super) const CONTAINS: u8 = 2;
