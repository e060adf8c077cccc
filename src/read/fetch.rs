//! Inputs at addresses: fetched a few at a time, ahead of their turn, handed out in input order.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Validators;
use super::http::Client;
use super::input;

/// Addresses asked at once: most wait for their servers, and every answer may wait for its turn in memory.
const AT_ONCE: usize = 8;

/// What one address may cost.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    /// Until there is a connection.
    pub(super) connect: Duration,
    /// For all of it, redirects and the body included.
    pub(super) total: Duration,
    /// Bytes of the body as it is sent; as many as a page or feed may have unpacked.
    pub(super) bytes: u64,
    /// Redirects followed; browsers stop at 20.
    pub(super) redirects: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { connect: Duration::from_secs(10), total: Duration::from_secs(30), bytes: 32 * 1024 * 1024, redirects: 10 }
    }
}

/// What a server answered.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// The body, perhaps compressed.
    Body(Vec<u8>, Validators),
    /// Nothing has changed since the validators that were sent.
    Unchanged(Validators),
}

/// An answer, or why there is none.
type Asked = Result<Answer, String>;

/// Fetches addresses in their order.
pub(super) struct Fetcher {
    client: Client,
    waiting: VecDeque<String>,
    /// Addresses that were asked, in order; the server has answered, or not yet.
    asked: VecDeque<(String, io::Result<JoinHandle<Asked>>)>,
    /// What earlier answers gave.
    known: BTreeMap<String, Validators>,
    given: BTreeMap<String, Validators>,
    unchanged: Vec<String>,
}

impl Fetcher {
    pub(super) fn new(addresses: VecDeque<String>, known: BTreeMap<String, Validators>) -> Fetcher {
        Fetcher::within(Limits::default(), addresses, known)
    }

    fn within(limits: Limits, waiting: VecDeque<String>, known: BTreeMap<String, Validators>) -> Fetcher {
        Fetcher { client: Client::new(limits), waiting, asked: VecDeque::new(), known, given: BTreeMap::new(), unchanged: Vec::new() }
    }

    /// The validators of all answers so far.
    pub(super) fn validators(&self) -> &BTreeMap<String, Validators> {
        &self.given
    }

    /// The addresses that have not changed.
    pub(super) fn unchanged(&self) -> &[String] {
        &self.unchanged
    }

    /// The body at the next address, `None` when it has not changed; the error says why there is none.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        while self.asked.len() < AT_ONCE
            && let Some(address) = self.waiting.pop_front()
        {
            let shown = input::shown(&address);
            let (client, known) = (self.client.clone(), self.known.get(&shown).cloned().unwrap_or_default());
            let ask = move || client.get(&address, &known);
            self.asked.push_back((shown, thread::Builder::new().spawn(ask)));
        }
        let Some((address, asked)) = self.asked.pop_front() else { return Err("not asked for".into()) };
        let asked = asked.map_err(|error| error.to_string())?;
        let (body, validators) = match asked.join().unwrap_or_else(|_| Err("the client failed".into()))? {
            Answer::Body(body, validators) => (Some(body), validators),
            Answer::Unchanged(validators) => (None, validators),
        };
        if body.is_none() {
            self.unchanged.push(address.clone());
        }
        if validators != Validators::default() {
            self.given.insert(address, validators);
        }
        Ok(body)
    }
}

#[cfg(test)]
mod tests;
