//! Opening a file: counted, decompressed and as UTF-8 when it was UTF-16.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Decoder, UTF_8, UTF_16BE, UTF_16LE};

use super::charset;
use super::input::InputFile;

/// Buffer between the system and the parsers, in bytes: large enough that system calls do not show, and smaller than a block of lines,
/// which is then read past it.
const BUFFER_BYTES: usize = 64 * 1024;

/// How many times its own size a stream may unpack to. Text packs 3 to 20 times, records of one text that differ in their ids some 250
/// times; zeros pack a thousand times and more.
const MAX_RATIO: u64 = 500;

/// Unpacked bytes for which the ratio is not asked: those that one record may have, whatever it is packed in.
const FREE_BYTES: u64 = 64 * 1024 * 1024;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// Decompressed bytes of one input.
pub(super) type Stream = Box<dyn BufRead + Send>;

/// Opens a file or standard input and undoes its compression, which is told by the first bytes and not by the name.
/// Raw bytes read are added to `counter`.
pub(super) fn open(file: &InputFile, counter: &Arc<AtomicU64>) -> io::Result<Stream> {
    let raw: Box<dyn Read + Send> = if file.is_stdin() { Box::new(io::stdin()) } else { Box::new(File::open(&file.path)?) };
    decompress(raw, Arc::clone(counter))
}

/// The stream of an answer's body, as of a file.
pub(super) fn body(bytes: Vec<u8>, counter: &Arc<AtomicU64>) -> io::Result<Stream> {
    decompress(io::Cursor::new(bytes), Arc::clone(counter))
}

fn decompress(raw: impl Read + Send + 'static, counter: Arc<AtomicU64>) -> io::Result<Stream> {
    let packed = Arc::new(AtomicU64::new(0));
    let counting = Counting { raw, counter, own: Arc::clone(&packed) };
    let mut raw: Stream = Box::new(BufReader::with_capacity(BUFFER_BYTES, counting));
    let head = peek(&mut raw, 4)?;
    let raw = io::Cursor::new(head.clone()).chain(raw);
    let unpacked: Box<dyn Read + Send> = if head.starts_with(GZIP) {
        Box::new(flate2::bufread::MultiGzDecoder::new(raw))
    } else if head.starts_with(ZSTD) {
        Box::new(zstd::stream::read::Decoder::with_buffer(raw)?)
    } else {
        return Ok(Box::new(raw));
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, Bounded { unpacked, given: 0, packed })))
}

/// Takes up to `count` bytes; fewer only at the end of the input. They have to be put back in front.
///
/// What stands before a fault (a cut archive) is given; the stream then says the fault.
pub(super) fn peek(stream: &mut Stream, count: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(count);
    match stream.by_ref().take(count as u64).read_to_end(&mut head) {
        Err(fault) if head.is_empty() => return Err(fault),
        Err(fault) => *stream = Box::new(BufReader::new(Fault(Some(fault)))),
        Ok(_) => {}
    }
    Ok(head)
}

/// The first bytes as UTF-8, for telling a format by them.
pub(super) fn readable(head: &[u8]) -> Cow<'_, [u8]> {
    match charset::marked(head, true) {
        Some((encoding, mark)) if encoding != UTF_8 => {
            Cow::Owned(encoding.decode_without_bom_handling(&head[mark..]).0.into_owned().into_bytes())
        }
        _ => Cow::Borrowed(head),
    }
}

/// Says its fault, then nothing.
struct Fault(Option<io::Error>);

impl Read for Fault {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Takes the byte order mark off a stream of records and turns UTF-16 into UTF-8.
pub(super) fn without_mark(mut stream: Stream) -> io::Result<Stream> {
    let head = peek(&mut stream, 3)?;
    let rest = |skipped: usize| io::Cursor::new(head[skipped..].to_vec());
    let encoding = match head.as_slice() {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        [0xef, 0xbb, 0xbf] => return Ok(stream),
        _ => return Ok(Box::new(rest(0).chain(stream))),
    };
    let utf16 = Utf16 {
        inner: rest(2).chain(stream),
        decoder: encoding.new_decoder_without_bom_handling(),
        decoded: Vec::new(),
        given: 0,
        ended: false,
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, utf16)))
}

struct Counting<R> {
    raw: R,
    /// Bytes of all inputs.
    counter: Arc<AtomicU64>,
    /// Bytes of this one.
    own: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        self.counter.fetch_add(read as u64, Ordering::Relaxed);
        self.own.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// An unpacked stream that ends with a fault when it is out of all proportion to what it is packed in.
struct Bounded {
    unpacked: Box<dyn Read + Send>,
    given: u64,
    packed: Arc<AtomicU64>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        in_proportion(self.given, self.packed.load(Ordering::Relaxed)).map_err(io::Error::other)?;
        let read = self.unpacked.read(buffer)?;
        self.given += read as u64;
        Ok(read)
    }
}

/// Whether so many bytes may come of so many packed ones; the error says that they may not.
pub(super) fn in_proportion(given: u64, packed: u64) -> std::result::Result<(), String> {
    if given > FREE_BYTES && given > MAX_RATIO * packed {
        return Err(format!("unpacks to more than {MAX_RATIO} times its size: the rest is not read"));
    }
    Ok(())
}

struct Utf16<R> {
    inner: R,
    decoder: Decoder,
    /// Decoded bytes, those before `given` handed out.
    decoded: Vec<u8>,
    given: usize,
    /// A decoder must not be asked again after its last bytes.
    ended: bool,
}

impl<R: BufRead> Utf16<R> {
    /// Decodes what the inner stream has ready; nothing decoded is the end.
    fn refill(&mut self) -> io::Result<()> {
        let mut text = String::new();
        loop {
            let input = self.inner.fill_buf()?;
            let (last, length) = (input.is_empty(), input.len());
            text.reserve(self.decoder.max_utf8_buffer_length(length).unwrap_or(length));
            let (_, used, _) = self.decoder.decode_to_string(input, &mut text, last);
            self.inner.consume(used);
            self.ended |= last;
            if last || !text.is_empty() {
                (self.decoded, self.given) = (text.into_bytes(), 0);
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.decoded.len() && !self.ended {
            self.refill()?;
        }
        let ready = &self.decoded[self.given..];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn all(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        without_mark(decompress(io::Cursor::new(bytes), Arc::default())?)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn what_stands_before_a_fault_is_given_and_then_the_fault() {
        let mut bytes = gzip(b"one\ntwo\n");
        bytes.truncate(bytes.len() - 4);
        let mut stream = decompress(io::Cursor::new(bytes), Arc::default()).expect("a stream");
        assert_eq!(peek(&mut stream, 100).expect("what was whole"), b"one\ntwo\n");
        assert!(stream.read_to_end(&mut Vec::new()).is_err());
    }

    #[test]
    fn formats_are_told_in_utf16_too() {
        let text: Vec<u8> = [0xff, 0xfe].into_iter().chain("{\"a\"".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(readable(&text).as_ref(), b"{\"a\"");
        assert_eq!(readable(b"{").as_ref(), b"{");
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn compression_and_marks_are_undone() {
        let text = "كلام كثير\n".repeat(20_000);
        let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect();
        let members = [gzip(&text.as_bytes()[..1001]), gzip(&text.as_bytes()[1001..])].concat();
        for (name, bytes) in [
            ("plain", text.clone().into_bytes()),
            ("gzip of two members", members),
            ("zstd", zstd::encode_all(text.as_bytes(), 1).expect("memory")),
            ("mark", format!("\u{feff}{text}").into_bytes()),
            ("utf-16 little", utf16(&[0xff, 0xfe], u16::to_le_bytes)),
            ("utf-16 big", gzip(&utf16(&[0xfe, 0xff], u16::to_be_bytes))),
        ] {
            assert!(all(bytes).expect(name) == text, "{name}");
        }
        for short in ["", "a", "ab", "abc"] {
            assert_eq!(all(short.into()).expect(short), short);
        }
    }

    #[test]
    fn an_archive_out_of_all_proportion_ends_with_a_fault() {
        let zeros = vec![0u8; 1 << 20];
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..300 {
            encoder.write_all(&zeros).expect("memory");
        }
        let packed = encoder.finish().expect("memory");
        let mut stream = decompress(io::Cursor::new(packed), Arc::default()).expect("a stream");
        let mut unpacked = 0;
        let fault = loop {
            match stream.fill_buf() {
                Ok([]) => break None,
                Ok(bytes) => {
                    let count = bytes.len();
                    unpacked += count as u64;
                    stream.consume(count);
                }
                Err(fault) => break Some(fault.to_string()),
            }
        };
        assert_eq!(fault.as_deref(), Some("unpacks to more than 500 times its size: the rest is not read"));
        assert!((FREE_BYTES..FREE_BYTES + (1 << 20)).contains(&unpacked), "{unpacked}");
    }

    #[test]
    fn broken_compression_is_an_error() {
        let mut cut = gzip("some text that is long enough".as_bytes());
        cut.truncate(cut.len() - 6);
        assert!(all(cut).is_err());
    }
}
