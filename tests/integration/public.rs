//! What a caller may do with the public types.

use samestory::evaluate::{
    Bin, Brief, Calibration, Evaluation, GoldRow, Judged, Mistake, Mistakes, Pair, PairReport, PairScores, Reach, Sweep, SweepRow,
};
use samestory::explain::{Explanation, Side};
use samestory::extract::{LineCounts, Lines, Own, Removal};
use samestory::index::{Answer, Index, Record, Setup, Stats, Verdict};
use samestory::linkage::{Partition, Pins};
use samestory::normalize::Token;
use samestory::read::{FieldMap, ReadOptions, Reader, Validators};
use samestory::report::Options;
use samestory::shingle::Shingles;
use samestory::sketch::Sketcher;
use samestory::{
    Article, ArticleId, Clustering, Config, CopyGroup, DateSource, Error, Level, Link, LinkKind, Linkage, Placement, Published, Related,
    Run, Story, Summary, Tier, When,
};
use samestory::{band, copies, evaluate, read, report, story, verify};

/// Compiles only when every type may be sent and shared between threads.
macro_rules! shared_between_threads {
    ($($type:ty),* $(,)?) => {{
        fn shared<T: Send + Sync>() -> &'static str {
            std::any::type_name::<T>()
        }
        vec![$(shared::<$type>()),*]
    }};
}

#[test]
fn public_types_are_send_and_sync() {
    let types = shared_between_threads![
        Article,
        ArticleId,
        Clustering,
        Config,
        CopyGroup,
        DateSource,
        Error,
        Evaluation,
        Explanation,
        FieldMap,
        GoldRow,
        Level,
        LineCounts,
        Lines,
        Link,
        LinkKind,
        Linkage,
        Options,
        Own,
        Pair,
        PairReport,
        Partition,
        Pins,
        Placement,
        Published,
        ReadOptions,
        Related,
        Removal,
        Run<'static>,
        Shingles,
        Side,
        Sketcher,
        Story,
        Summary,
        Sweep,
        SweepRow,
        Tier,
        Token<'static>,
        Validators,
        When,
        Answer,
        Index,
        Record,
        Setup,
        Stats,
        Verdict,
        Bin,
        Brief,
        Calibration,
        Judged<'static>,
        Mistake,
        Mistakes,
        PairScores,
        Reach,
        band::Banding,
        band::Candidates,
        copies::Copies,
        copies::CopyFinder,
        evaluate::Scores,
        read::Format,
        report::Entry,
        report::Feed,
        report::FeedFormat,
        report::Format,
        report::Only,
        report::Other,
        story::Scores,
        verify::CopyRule,
        verify::Overlap,
        verify::Ratio,
    ];
    let unique: std::collections::BTreeSet<&str> = types.iter().copied().collect();
    assert_eq!(unique.len(), types.len(), "a type is listed twice");
}

#[test]
fn a_reader_may_be_sent_to_another_thread() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    let options = ReadOptions::new(jiff::civil::date(2025, 1, 1));
    let reader = sent(Reader::open(&["no/such.jsonl".to_owned()], options));
    let found = std::thread::spawn(move || reader.filter(Result::is_err).count()).join().expect("the thread");
    assert_eq!(found, 1);
}

#[test]
fn errors_keep_their_cause() {
    let mut reader = Reader::open(&["no/such.jsonl".to_owned()], ReadOptions::new(jiff::civil::date(2025, 1, 1)));
    let error = reader.next().expect("an item").expect_err("a missing file");
    let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    assert_eq!(cause.map(std::io::Error::kind), Some(std::io::ErrorKind::NotFound));
}
