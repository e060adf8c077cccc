//! RSS and Atom: one walk over the XML, never more than one item open.
//!
//! Entities that a document defines are not expanded, so a small feed stays small; those of HTML are left for the text to decode.

use quick_xml::NsReader;
use quick_xml::escape::{minimal_escape, resolve_predefined_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use url::Url;

use super::{Feed, Item, Words};

/// What a name of an element belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vocabulary {
    /// RSS of any version, or Atom.
    Feed,
    /// The module for whole texts in RSS.
    Content,
    /// Dublin Core.
    Dublin,
    /// Anything else, such as media and podcasts.
    Other,
}

/// A field of an item or of the feed itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Id,
    Title,
    Link,
    Content,
    Summary,
    Published,
    Updated,
    Source,
    Lang,
}

/// Elements inside each other down to an item: no deeper is one looked for.
const ITEM_DEPTH: usize = 3;

/// Bytes of an address that others are relative to; each item has one. A longer one does not count.
const MAX_BASE_BYTES: usize = 2048;

/// A field whose end is not read yet.
struct Open {
    field: Field,
    depth: usize,
    words: Words,
    /// The text with the elements inside it as HTML, once there is one.
    markup: Option<String>,
}

/// Where the walk stands.
#[derive(Default)]
struct Walk {
    feed: Feed,
    /// Elements that are open.
    depth: usize,
    atom: bool,
    in_channel: bool,
    /// The item that is open, and its depth.
    item: Option<(usize, Item)>,
    /// … and the whole name of its element.
    item_name: String,
    /// Whether its id is its address too, if it looks like one.
    permanent: bool,
    open: Option<Open>,
    /// The addresses that links are relative to, with the depths they are given at.
    bases: Vec<(usize, Url)>,
}

/// Reads a feed; `address` is where it comes from.
///
/// # Errors
/// Says why the text is no feed. What is wrong further down is told in [`Feed::broken`].
pub(super) fn read(text: &str, address: Option<&Url>) -> Result<Feed, String> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    reader.config_mut().expand_empty_elements = true;
    // An end that is misspelled ends its element all the same: depths are what is counted here, and the next item is whole.
    reader.config_mut().check_end_names = false;
    let mut walk = Walk { bases: address.map(|address| (0, address.clone())).into_iter().collect(), ..Walk::default() };
    let (mut at, mut line, mut rooted) = (0, 1, false);
    loop {
        let start = usize::try_from(reader.buffer_position()).unwrap_or(text.len()).min(text.len());
        line += memchr::memchr_iter(b'\n', &text.as_bytes()[at..start]).count() as u64;
        at = start;
        let (name, event) = match reader.read_resolved_event() {
            Ok(read) => read,
            Err(error) if !rooted => return Err(format!("not a feed: {error}")),
            Err(error) => return Ok(walk.broken(line, &error.to_string())),
        };
        match event {
            Event::Start(tag) => {
                if !rooted {
                    walk.root(&tag)?;
                    rooted = true;
                }
                walk.start(vocabulary(&name, &tag), &tag, line);
            }
            Event::End(tag) => walk.end(tag.name().0),
            Event::Text(text) => walk.text(&text, &minimal_escape(&*text)),
            Event::CData(text) => walk.text(&text, &minimal_escape(&*text)),
            Event::GeneralRef(name) => walk.reference(&name),
            Event::Eof if walk.depth > 0 => return Ok(walk.broken(line, "it ends before its last element does")),
            Event::Eof if !rooted => return Err("not a feed: there is no XML element".into()),
            Event::Eof => return Ok(walk.feed),
            Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
    }
}

/// What an element belongs to; a prefix that is not declared counts for what it usually stands for.
fn vocabulary(name: &ResolveResult<'_>, tag: &BytesStart<'_>) -> Vocabulary {
    let prefix = tag.name().prefix();
    match name {
        ResolveResult::Unbound => Vocabulary::Feed,
        ResolveResult::Bound(Namespace(space)) => match *space {
            _ if prefix.is_none() => Vocabulary::Feed,
            "http://purl.org/rss/1.0/modules/content/" => Vocabulary::Content,
            "http://www.w3.org/2005/Atom" | "http://purl.org/atom/ns#" | "http://purl.org/rss/1.0/" => Vocabulary::Feed,
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#" => Vocabulary::Feed,
            "http://purl.org/dc/elements/1.1/" | "http://purl.org/dc/terms/" => Vocabulary::Dublin,
            _ => Vocabulary::Other,
        },
        ResolveResult::Unknown(prefix) => match prefix.as_str() {
            "content" => Vocabulary::Content,
            "dc" | "dcterms" => Vocabulary::Dublin,
            "atom" | "rss" | "rdf" => Vocabulary::Feed,
            _ => Vocabulary::Other,
        },
    }
}

fn local<'a>(tag: &'a BytesStart<'_>) -> &'a str {
    let name = tag.name().0;
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The value of an attribute under its whole name.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut found = tag.html_attributes().flatten().filter(|attribute| attribute.key.as_ref() == name);
    let value = found.next()?.value;
    Some(quick_xml::escape::unescape(&value).map_or_else(|_| value.to_string(), Into::into).trim().to_string())
}

impl Walk {
    /// Looks at the first element.
    fn root(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let name = local(tag).to_ascii_lowercase();
        self.atom = matches!(name.as_str(), "feed" | "entry");
        if self.atom || matches!(name.as_str(), "rss" | "rdf") {
            return Ok(());
        }
        Err(format!("not a feed: its first element is <{}>, not <rss>, <feed> or <rdf:RDF>", name.escape_debug()))
    }

    fn start(&mut self, vocabulary: Vocabulary, tag: &BytesStart<'_>, line: u64) {
        // Items are not inside each other: something in the last one was not closed, and it ends here.
        if self.item.is_some() && tag.name().0 == self.item_name {
            self.end(tag.name().0);
        }
        self.depth += 1;
        let name = local(tag);
        if let Some(open) = &mut self.open {
            let text = &open.words.text;
            let markup = open.markup.get_or_insert_with(|| minimal_escape(text.as_str()).into_owned());
            markup.extend(["<", name, ">"]);
            return;
        }
        // Further down are no items, whose links it is for.
        if self.depth <= ITEM_DEPTH
            && let Some(base) = attribute(tag, "xml:base")
        {
            let joined = self.bases.last().map_or_else(|| Url::parse(&base), |(_, last)| last.join(&base));
            let kept = joined.ok().filter(|base| base.as_str().len() <= MAX_BASE_BYTES);
            self.bases.extend(kept.map(|base| (self.depth, base)));
        }
        let lang = attribute(tag, "xml:lang").unwrap_or_default();
        let is_item = vocabulary == Vocabulary::Feed && name == if self.atom { "entry" } else { "item" };
        match &mut self.item {
            Some((depth, item)) => {
                if self.depth == *depth + 1
                    && let Some(field) = field(vocabulary, name)
                {
                    put(&mut item.lang, lang);
                    self.open(field, tag);
                }
            }
            None if is_item && self.depth <= ITEM_DEPTH => {
                let id = attribute(tag, "rdf:about").unwrap_or_default();
                let base = self.bases.last().filter(|(depth, _)| *depth > 0).map(|(_, base)| base.clone());
                self.item = Some((self.depth, Item { line, id, lang, base, ..Item::default() }));
                tag.name().0.clone_into(&mut self.item_name);
            }
            None if self.depth == 1 => self.feed.lang = lang,
            None if self.depth == 2 && name == "channel" => {
                self.in_channel = true;
                put(&mut self.feed.lang, lang);
            }
            None if self.depth == if self.atom { 2 } else { 3 } && (self.atom || self.in_channel) => {
                if let Some(field) = field(vocabulary, name) {
                    self.open(field, tag);
                }
            }
            None => {}
        }
    }

    /// Begins a field; a link of Atom is whole already.
    fn open(&mut self, field: Field, tag: &BytesStart<'_>) {
        if field == Field::Link
            && let Some(href) = attribute(tag, "href")
        {
            if attribute(tag, "rel").is_none_or(|rel| rel == "alternate") {
                put(self.item.as_mut().map_or(&mut self.feed.link, |(_, item)| &mut item.link), href);
            }
            return;
        }
        let plain = attribute(tag, "type").is_some_and(|kind| matches!(kind.as_str(), "text" | "text/plain"));
        let words = Words { text: String::new(), plain };
        self.open = Some(Open { field, depth: self.depth, words, markup: None });
        if field == Field::Id {
            self.permanent = !self.atom && attribute(tag, "isPermaLink").is_none_or(|permanent| permanent != "false");
        }
    }

    /// Ends an element of this whole name, and with an item what was not closed inside it.
    fn end(&mut self, whole: &str) {
        let name = whole.rsplit_once(':').map_or(whole, |(_, local)| local);
        if let Some((at, _)) = self.item.as_ref().filter(|(at, _)| whole == self.item_name && *at < self.depth) {
            self.depth = *at;
            if let Some(open) = self.open.take() {
                self.close(open);
            }
        }
        let depth = self.depth;
        self.depth = self.depth.saturating_sub(1);
        while self.bases.last().is_some_and(|(at, _)| *at >= depth) {
            self.bases.pop();
        }
        match self.open.take_if(|open| open.depth == depth) {
            Some(open) => self.close(open),
            None => {
                if let Some(markup) = self.open.as_mut().and_then(|open| open.markup.as_mut()) {
                    markup.extend(["</", name, ">"]);
                    return;
                }
            }
        }
        if let Some((_, mut item)) = self.item.take_if(|(at, _)| *at == depth) {
            if self.permanent && item.link.is_empty() && item.id.starts_with("http") {
                item.link.clone_from(&item.id);
            }
            self.permanent = false;
            self.feed.items.push(item);
        }
        self.in_channel &= depth > 2;
    }

    /// Keeps a field that is whole, the first where there are several.
    fn close(&mut self, open: Open) {
        let Open { field, mut words, markup, .. } = open;
        if let Some(markup) = markup {
            words = Words { text: if field == Field::Source { title_in(&markup) } else { markup }, plain: false };
        }
        let text = words.text.trim().to_string();
        let Some((_, item)) = &mut self.item else {
            match field {
                Field::Id => put(&mut self.feed.id, text),
                Field::Title => put_words(&mut self.feed.title, words),
                Field::Link => put(&mut self.feed.link, text),
                Field::Lang => put(&mut self.feed.lang, text),
                _ => {}
            }
            return;
        };
        match field {
            Field::Id => put(&mut item.id, text),
            Field::Title => put_words(&mut item.title, words),
            Field::Link => put(&mut item.link, text),
            Field::Content => put_words(&mut item.content, words),
            Field::Summary => put_words(&mut item.summary, words),
            Field::Published => put(&mut item.published, text),
            Field::Updated => put(&mut item.updated, text),
            Field::Source => put_words(&mut item.source, words),
            Field::Lang => item.lang = text,
        }
    }

    fn text(&mut self, text: &str, escaped: &str) {
        if let Some(open) = &mut self.open {
            match &mut open.markup {
                Some(markup) => markup.push_str(escaped),
                None => open.words.text.push_str(text),
            }
        }
    }

    fn reference(&mut self, name: &BytesRef<'_>) {
        let known = name.resolve_char_ref().ok().flatten().map(String::from);
        if let Some(text) = known.or_else(|| resolve_predefined_entity(name).map(str::to_string)) {
            self.text(&text, &minimal_escape(&text));
        } else {
            let text = format!("&{};", &**name);
            self.text(&text, &text);
            if let Some(open) = &mut self.open {
                open.words.plain = false;
            }
        }
    }

    /// The feed as far as it could be read.
    fn broken(mut self, line: u64, message: &str) -> Feed {
        self.feed.broken = Some((line, format!("broken XML, the rest is not read: {message}")));
        self.feed
    }
}

fn field(vocabulary: Vocabulary, name: &str) -> Option<Field> {
    Some(match (vocabulary, name) {
        (Vocabulary::Feed, "id" | "guid") => Field::Id,
        (Vocabulary::Feed | Vocabulary::Dublin, "title") => Field::Title,
        (Vocabulary::Feed, "link") => Field::Link,
        (Vocabulary::Feed, "content") | (Vocabulary::Content, "encoded") => Field::Content,
        (Vocabulary::Feed, "summary" | "description") | (Vocabulary::Dublin, "description") => Field::Summary,
        (Vocabulary::Feed, "pubDate" | "published" | "issued") => Field::Published,
        (Vocabulary::Dublin, "date" | "issued" | "created") => Field::Published,
        (Vocabulary::Feed, "updated" | "modified") | (Vocabulary::Dublin, "modified") => Field::Updated,
        (Vocabulary::Feed, "source") | (Vocabulary::Dublin, "publisher") => Field::Source,
        (Vocabulary::Feed | Vocabulary::Dublin, "language") => Field::Lang,
        _ => return None,
    })
}

fn put(place: &mut String, text: String) {
    if place.is_empty() {
        *place = text;
    }
}

fn put_words(place: &mut Words, words: Words) {
    if place.text.trim().is_empty() {
        *place = words;
    }
}

/// The title of the feed that an entry of Atom was taken from.
fn title_in(markup: &str) -> String {
    let inner = markup.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    inner.map_or_else(String::new, |(title, _)| title.to_string())
}
