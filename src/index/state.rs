//! What an index knows in memory: the articles of the last days, ready to be compared, and the counters that every article advances.
//!
//! An article's answer is a function of those that came before it, in their order, and of nothing else: not of how they were cut into
//! batches, of the clock on the wall or of restarts. What is held of an article is its [`Entry`]; entering the entries of the articles that
//! are held again, in their order, and letting those that stand for their groups do so in the order in which they began to, gives the same
//! state.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::placed::{Counted, Entry, Near, Outcome, Placed, Progress, Verdict};
use super::setup::Setup;
use super::stories::{JOIN, Stories};
use crate::article::{Article, Lang};
use crate::config::Level;
use crate::copies::live::LiveCopies;
use crate::extract::{self, LineCounts, Lines, Own};
use crate::language::{self, Scripts};
use crate::shingle::Shingles;
use crate::story::live::{Kept, Live, Numbered};
use crate::story::{RELATED, Report};

/// Most articles that are held whatever their days: about a gigabyte.
pub const MOST_HELD: usize = 50_000;
/// Articles of a copy group that count in document frequencies, as in a batch run.
const COUNTED: usize = 10;
/// Fewest articles between two times that bursts and the shift are learned; as many as are held, so that it costs little.
const LEARN_LEAST: u32 = 100;

/// See the module.
pub(super) struct State {
    setup: Setup,
    patterns: Vec<String>,
    pub(super) progress: Progress,
    lines: LineCounts,
    scripts: Scripts,
    held: Numbered<Option<Box<Held>>>,
    count: usize,
    copies: LiveCopies,
    live: Live,
    stories: Stories,
    groups: BTreeMap<u32, Group>,
    by_key: BTreeMap<Box<str>, u32>,
}

/// An article that is held.
struct Held {
    key: Box<str>,
    clock: Option<i64>,
    group: u32,
    unit: u32,
}

/// A copy group of which somebody is held.
#[derive(Default)]
struct Group {
    members: BTreeSet<u32>,
    /// The article whose words stand for it, as long as that is held.
    report: Option<u32>,
}

/// An article as it is compared.
struct Prepared {
    own: Own,
    set: Shingles,
    day: Option<i64>,
    lang: Option<Lang>,
}

impl Prepared {
    fn report<'a>(&'a self, article: &'a Article, size: u32) -> Report<'a> {
        Report { parts: self.own.parts(article), lang: self.lang.as_deref().unwrap_or_default(), day: self.day, size }
    }

    fn short_day(&self) -> Option<i32> {
        self.day.map(|day| day as i32)
    }
}

impl State {
    pub(super) fn new(setup: Setup) -> State {
        State {
            patterns: setup.config.boilerplate.iter().map(|line| extract::pattern(line)).collect(),
            progress: Progress { learn_at: LEARN_LEAST, ..Progress::default() },
            lines: LineCounts::default(),
            scripts: Scripts::default(),
            held: Numbered::default(),
            count: 0,
            copies: LiveCopies::new(setup.config.copy_rule(), setup.config.linkage),
            live: Live::new(setup.window()),
            stories: Stories::default(),
            groups: BTreeMap::new(),
            by_key: BTreeMap::new(),
            setup,
        }
    }

    /// Begins with what was counted; articles are entered and counted on.
    pub(super) fn with(setup: Setup, counted: Counted, progress: Progress) -> State {
        State {
            lines: LineCounts::of_rows(counted.lines),
            scripts: counted.scripts,
            live: Live::with(setup.window(), counted.live),
            progress,
            ..State::new(setup)
        }
    }

    /// Nothing counted, but so far along.
    pub(super) fn at(self, progress: Option<Progress>) -> State {
        State { progress: progress.unwrap_or(self.progress), ..self }
    }

    pub(super) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The id of an article that is held.
    pub(super) fn key(&self, number: u32) -> Option<&str> {
        Some(&self.held.get(number)?.as_ref()?.key)
    }

    /// The group and story of an article that is alone in both.
    pub(super) fn alone(&self, number: u32) -> Option<(u32, u32)> {
        let group = self.group(number)?;
        let story = self.stories.of(group)?;
        (self.groups.get(&group)?.members.len() == 1 && self.stories.groups(story).count() == 1).then_some((group, story))
    }

    /// What is counted so far.
    pub(super) fn counted(&self) -> Counted {
        Counted { upto: self.progress.next, lines: self.lines.rows(), scripts: self.scripts.clone(), live: self.live.counters() }
    }

    /// How many articles are held.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    fn wants_stories(&self) -> bool {
        self.setup.config.level == Level::Stories
    }

    /// Reads an article; `count` advances the counters.
    fn prepare(&mut self, article: &Article, count: bool) -> Prepared {
        let mut tokens = Vec::new();
        let lines = Lines::read(article, &mut tokens);
        let outlet = self.setup.config.outlet(article);
        if count {
            self.lines.add(outlet, article.day(), lines.templates());
        }
        let own = extract::clean(article, outlet, &lines, &self.lines, &self.patterns, &mut tokens);
        let mut lang = None;
        if self.wants_stories() {
            lang = language::of(article);
            if let Some(lang) = lang.filter(|_| count) {
                self.scripts.add(article, lang);
            }
            lang = lang.or_else(|| self.scripts.usual(article));
        }
        Prepared { own, set: Shingles::new(&tokens, self.setup.config.shingle), day: article.day(), lang }
    }

    /// Counts an article that came after the counters were kept.
    pub(super) fn recount(&mut self, article: &Article, counted: bool) {
        let prepared = self.prepare(article, true);
        if self.wants_stories() {
            self.live.read(&prepared.report(article, u32::from(counted)));
        }
    }

    /// Places an article that comes, or puts it into a given copy group and story, and holds it.
    pub(super) fn arrive(&mut self, article: &Article, given: Option<(u32, u32)>) -> Outcome {
        let number = self.progress.next;
        let expired = self.tick(article.day());
        let prepared = self.prepare(article, true);
        let joined = match given {
            Some(_) => None,
            None => self.copies.find(&prepared.set, prepared.short_day(), &self.barred_groups(&article.key)),
        };
        let group = given.map(|given| given.0).or(joined.as_ref().map(|joined| joined.group)).unwrap_or(number);
        let size = self.groups.get(&group).map_or(0, |group| group.members.len());
        let counted = size < COUNTED;
        let mut kept = None;
        if self.wants_stories() {
            let unheld = self.live.read(&prepared.report(article, u32::from(counted)));
            kept = (size == 0).then(|| (self.progress.turn(), self.live.compare(number, &unheld)));
        }
        let story = given.map(|given| given.1).or(self.stories.of(group)).unwrap_or(group);
        let origin = self.copies.origin(number, &prepared.set, group, joined.as_ref());
        let (key, day, set) = (article.key.as_str().into(), prepared.day, prepared.set);
        let mut entry = Entry { key, day, clock: self.progress.clock, group, story, origin, set, kept };
        self.enter(number, &entry);
        if let Some((_, kept)) = &entry.kept {
            self.stand(number, group, kept.clone());
        }
        let merged = if given.is_none() && self.wants_stories() { self.settle(story, &article.key) } else { Vec::new() };
        entry.story = self.stories.of(group).unwrap_or(group);
        let placed = match &joined {
            Some(joined) => Placed { verdict: Verdict::Copy, story: entry.story, group, near: Some(Near::copy(joined)), counted },
            None => self.placed(number, &entry, counted),
        };
        self.progress.next += 1;
        let learned = self.progress.next >= self.progress.learn_at;
        if learned {
            self.live.learn();
            self.lines.forget_single(self.progress.clock.map_or(i64::MIN, |clock| clock - i64::from(self.setup.expiry)));
            self.progress.learn_at = self.progress.next + LEARN_LEAST.max(self.live.count() as u32);
        }
        Outcome { number, entry, placed, merged, expired, learned }
    }

    /// What is said of an article that shares no text with others.
    fn placed(&self, number: u32, entry: &Entry, counted: bool) -> Placed {
        let pairs: Vec<(u32, u32)> = self.live.pairs(number).collect();
        let in_story = pairs.iter().copied().filter(|pair| self.story_of(pair.0) == Some(entry.story));
        let known = self.stories.groups(entry.story).any(|group| group != entry.group);
        let near = if known { best(in_story) } else { best(pairs.iter().copied()) };
        let near = near.filter(|near| known || near.1 >= RELATED).map(|(other, probability)| self.event(&entry.set, other, probability));
        let verdict = if known { Verdict::SameStory } else { Verdict::New };
        Placed { verdict, story: entry.story, group: entry.group, near, counted }
    }

    fn event(&self, set: &Shingles, other: u32, probability: u32) -> Near {
        let unit = self.held.get(other).and_then(Option::as_ref).map(|held| held.unit);
        Near::event(other, probability, unit.and_then(|unit| self.copies.overlap(set, unit)))
    }

    /// What would be said of an article, without taking it in; its story and group are those it would join.
    pub(super) fn query(&mut self, article: &Article) -> (Verdict, Option<(u32, u32)>, Option<Near>) {
        let prepared = self.prepare(article, false);
        if let Some(joined) = self.copies.find(&prepared.set, prepared.short_day(), &self.barred_groups(&article.key)) {
            let story = self.stories.of(joined.group).unwrap_or(joined.group);
            return (Verdict::Copy, Some((story, joined.group)), Some(Near::copy(&joined)));
        }
        if !self.wants_stories() {
            return (Verdict::New, None, None);
        }
        let pairs = self.live.query(&prepared.report(article, 0));
        let mut sums: BTreeMap<u32, u64> = BTreeMap::new();
        for (other, probability) in &pairs {
            if let Some(story) = self.story_of(*other) {
                *sums.entry(story).or_default() += u64::from(*probability);
            }
        }
        let mean = |(story, sum): (&u32, &u64)| (*sum / self.stories.groups(*story).count().max(1) as u64, Reverse(*story));
        let story = sums.iter().map(mean).max().filter(|mean| mean.0 >= u64::from(JOIN)).map(|mean| mean.1.0);
        let near = best(pairs.into_iter().filter(|pair| story.is_none() || self.story_of(pair.0) == story));
        let near = near.filter(|near| story.is_some() || near.1 >= RELATED);
        let group = near.and_then(|near| self.group(near.0));
        let near = near.map(|(other, probability)| self.event(&prepared.set, other, probability));
        match story.zip(group) {
            Some(place) => (Verdict::SameStory, Some(place), near),
            None => (Verdict::New, None, near),
        }
    }

    /// Holds an article by its entry; whether it stands for its group is for [`stand`](Self::stand) to say.
    pub(super) fn enter(&mut self, number: u32, entry: &Entry) {
        self.copies.hold(number, &entry.set, entry.day.map(|day| day as i32), entry.group, entry.origin);
        let group = self.groups.entry(entry.group).or_default();
        group.members.insert(number);
        if let Some(report) = group.report {
            self.live.resize(report, group.members.len() as u32);
        }
        self.stories.put(entry.group, entry.story);
        let held = Held { key: entry.key.clone(), clock: entry.clock, group: entry.group, unit: entry.origin.unit };
        self.by_key.insert(entry.key.clone(), number);
        self.held.set(number, Some(Box::new(held)));
        self.count += 1;
    }

    /// Lets an article that is held stand for its group.
    pub(super) fn stand(&mut self, number: u32, group: u32, kept: Kept) {
        let Some(group) = self.groups.get_mut(&group) else { return };
        group.report = Some(number);
        self.live.hold(number, kept, group.members.len() as u32);
    }

    /// Reads the words of an article that is held and that shall stand for its group. Whether counters changed that cannot be counted again
    /// from the texts: lines of its outlet that were removed when it came may be read now, and the reverse.
    pub(super) fn promote(&mut self, number: u32, article: &Article, entry: &mut Entry) -> bool {
        let vocabulary = self.live.vocabulary();
        let prepared = self.prepare(article, false);
        let unheld = self.live.read(&prepared.report(article, 0));
        let kept = self.live.compare(number, &unheld);
        self.stand(number, entry.group, kept.clone());
        entry.kept = Some((self.progress.turn(), kept));
        self.live.vocabulary() != vocabulary
    }

    /// Moves the days on and lets go what is past; returns what was let go.
    fn tick(&mut self, day: Option<i64>) -> Vec<u32> {
        let progress = &mut self.progress;
        progress.clock = progress.clock.max(day);
        progress.first = progress.first.or(progress.clock);
        let (first, least) = (progress.first, progress.clock.map(|clock| clock - i64::from(self.setup.expiry)));
        let mut expired = Vec::new();
        for number in self.held.range() {
            let Some(held) = self.held.get(number).and_then(Option::as_ref) else { continue };
            let past = held.clock.or(first) < least;
            if !past && self.count < MOST_HELD {
                break;
            }
            self.progress.cut += u64::from(!past);
            self.release(number);
            expired.push(number);
        }
        if let Some(last) = expired.last() {
            self.held.cut(last + 1);
            self.live.cut(last + 1);
        }
        expired
    }

    /// Lets an article go. Returns who may stand for its group from now on, if nobody does.
    pub(super) fn release(&mut self, number: u32) -> Option<u32> {
        let held = self.held.get_mut(number).and_then(Option::take)?;
        self.count -= 1;
        if self.by_key.get(&held.key) == Some(&number) {
            self.by_key.remove(&held.key);
        }
        self.copies.release(number, held.unit);
        let group = self.groups.get_mut(&held.group)?;
        group.members.remove(&number);
        if group.report == Some(number) {
            group.report = None;
            self.live.release(number);
        }
        let next = group.members.first().copied();
        match (next, group.report) {
            (None, _) => {
                self.groups.remove(&held.group);
                self.stories.remove(held.group);
            }
            (_, Some(report)) => self.live.resize(report, group.members.len() as u32),
            _ => {}
        }
        next.filter(|_| self.wants_stories() && self.groups.get(&held.group).is_some_and(|group| group.report.is_none()))
    }

    fn group(&self, number: u32) -> Option<u32> {
        Some(self.held.get(number)?.as_ref()?.group)
    }

    /// The story of an article that is held.
    fn story_of(&self, number: u32) -> Option<u32> {
        self.stories.of(self.group(number)?)
    }

    /// The articles that are held and pinned to one by these pairs.
    fn pinned<'s>(&'s self, pairs: &'s [(String, String)], key: &'s str) -> impl Iterator<Item = u32> {
        let other = move |(a, b): &'s (String, String)| if a == key { Some(b) } else { (b == key).then_some(a) };
        pairs.iter().filter_map(other).filter_map(|other| self.by_key.get(other.as_str()).copied())
    }

    /// Copy groups of articles that one is pinned apart from.
    fn barred_groups(&self, key: &str) -> BTreeSet<u32> {
        self.pinned(&self.setup.config.apart, key).filter_map(|number| self.group(number)).collect()
    }

    /// Joins a story with those it belongs with.
    fn settle(&mut self, story: u32, key: &str) -> Vec<(u32, u32)> {
        let together: Vec<u32> = self.pinned(&self.setup.config.together, key).filter_map(|number| self.story_of(number)).collect();
        let State { stories, live, groups, held, by_key, setup, .. } = self;
        let group_of = |number: u32| Some(held.get(number)?.as_ref()?.group);
        let barred = |stories: &Stories, a: u32, b: u32| {
            let story = |key: &str| stories.of(group_of(*by_key.get(key)?)?);
            let apart = |(x, y): &(String, String)| story(x).zip(story(y)).is_some_and(|pair| pair == (a, b) || pair == (b, a));
            setup.config.apart.iter().any(apart)
        };
        let mut merged = Vec::new();
        let mut story = story;
        for other in together {
            if other != story && !barred(stories, story, other) {
                merged.push(stories.merge(story, other));
                story = story.min(other);
            }
        }
        let report_of = |group: u32| groups.get(&group)?.report;
        merged.extend(stories.settle(story, live, &report_of, &group_of, &barred));
        merged
    }
}

/// The most probable; of equal ones the first that came.
fn best(pairs: impl Iterator<Item = (u32, u32)>) -> Option<(u32, u32)> {
    pairs.max_by_key(|pair| (pair.1, Reverse(pair.0)))
}
