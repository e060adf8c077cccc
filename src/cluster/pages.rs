//! The one pass over all texts: what is the article's own, and its sketch.

use rayon::prelude::*;

use crate::article::Article;
use crate::config::Config;
use crate::copies::{CopyFinder, Print, Scratch};
use crate::extract::{self, LineCounts, Lines, Own};

/// What is kept of the articles' texts to find copies.
pub(super) struct Pages {
    pub(super) own: Vec<Own>,
    pub(super) prints: Vec<Print>,
    /// The band keys of each article, one article after the other.
    pub(super) keys: Vec<u32>,
    /// Articles that were read a second time.
    pub(super) read_again: u64,
}

impl Pages {
    /// Reads every text once, and again those that hold lines which their outlet turns out to repeat.
    pub(super) fn read(articles: &[Article], config: &Config, finder: &CopyFinder) -> Pages {
        let patterns: Vec<String> = config.boilerplate.iter().map(|line| extract::pattern(line)).collect();
        let bands = finder.banding.bands;
        let mut keys = vec![0; articles.len() * bands];
        let none = LineCounts::default();
        // The templates are what each article's outlet may repeat.
        let (mut own, (mut prints, templates)): (Vec<_>, (Vec<_>, Vec<_>)) = articles
            .par_iter()
            .zip(keys.par_chunks_mut(bands))
            .map_init(Default::default, |(tokens, scratch): &mut (Vec<u64>, Scratch), (article, keys)| {
                let lines = Lines::read(article, tokens);
                let own = extract::clean(article, None, &lines, &none, &patterns, tokens);
                let templates = if article.outlet.is_some() { lines.templates().collect() } else { Box::default() };
                (own, (finder.print(tokens, scratch, keys), templates))
            })
            .unzip();
        let mut counts = LineCounts::default();
        for (article, templates) in articles.iter().zip(&templates) {
            counts.add(config.outlet(article), article.day(), templates.iter().copied());
        }
        let found = own.par_iter_mut().zip(&mut prints).zip(keys.par_chunks_mut(bands)).zip(articles.par_iter().zip(&templates));
        let concerned = found.filter(|(_, (article, templates))| counts.is_any_template(config.outlet(article), templates.iter().copied()));
        let read_again = concerned
            .map_init(Default::default, |(tokens, scratch): &mut (Vec<u64>, Scratch), (((own, print), keys), (article, _))| {
                let lines = Lines::read(article, tokens);
                *own = extract::clean(article, config.outlet(article), &lines, &counts, &patterns, tokens);
                *print = finder.print(tokens, scratch, keys);
            })
            .count() as u64;
        Pages { own, prints, keys, read_again }
    }
}
