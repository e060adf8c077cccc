//! One conditional GET: bounded in time, size and redirects, to http and https only.
//!
//! Compression is asked for and left to [`open`](super::open), which tells it by the first bytes as in a file.

use std::io::Read;
use std::time::Instant;

use ureq::http::{HeaderName, Response, StatusCode, header};
use ureq::{Agent, Body, Timeout};
use url::Url;

use super::Validators;
use super::fetch::{Answer, Limits};
use super::input::shown;

/// Who asks.
const USER_AGENT: &str = concat!("samestory/", env!("CARGO_PKG_VERSION"), " (+feed reader)");

/// Feeds first; a page is welcome too.
const ACCEPT: &str = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/html;q=0.8, */*;q=0.5";

/// Asks servers; its connections are shared by all clones.
#[derive(Clone)]
pub(super) struct Client {
    agent: Agent,
    limits: Limits,
}

impl Client {
    pub(super) fn new(limits: Limits) -> Client {
        // Redirects are followed here, so that a loop can be named and every target be checked.
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(limits.connect))
            .user_agent(USER_AGENT)
            .accept(ACCEPT)
            .accept_encoding("gzip");
        Client { agent: config.build().new_agent(), limits }
    }

    /// What is at `address`, unless it has not changed since the answer that `known` is of. The error is a message.
    pub(super) fn get(&self, address: &str, known: &Validators) -> Result<Answer, String> {
        let started = Instant::now();
        let mut url = Url::parse(address).map_err(|error| format!("not an address: {error}"))?;
        let mut seen = vec![url.clone()];
        loop {
            let response = self.ask(&url, known, started)?;
            let status = response.status();
            if status == StatusCode::NOT_MODIFIED && *known != Validators::default() {
                return Ok(Answer::Unchanged(merged(validators(&response), known)));
            }
            if let Some(target) = header(&response, header::LOCATION).filter(|_| status.is_redirection()) {
                url = self.redirected(&seen, &target)?;
                seen.push(url.clone());
                continue;
            }
            if !status.is_success() {
                return Err(format!("the server answered {status}"));
            }
            let validators = validators(&response);
            return Ok(Answer::Body(self.body(response)?, validators));
        }
    }

    fn ask(&self, url: &Url, known: &Validators, started: Instant) -> Result<Response<Body>, String> {
        let left = self.limits.total.checked_sub(started.elapsed()).ok_or_else(|| self.late())?;
        let mut request = self.agent.get(url.as_str()).config().timeout_global(Some(left)).build();
        for (name, value) in [(header::IF_NONE_MATCH, &known.etag), (header::IF_MODIFIED_SINCE, &known.last_modified)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request.call().map_err(|error| self.fault(&error))
    }

    /// Where a redirect leads, if it may be followed.
    fn redirected(&self, seen: &[Url], target: &str) -> Result<Url, String> {
        let last = seen.last().ok_or("no address")?;
        let target = last.join(target).map_err(|error| format!("redirected to {target:?}, which is no address: {error}"))?;
        let shown = shown(target.as_str());
        if !matches!(target.scheme(), "http" | "https") {
            return Err(format!("redirected to {shown}, which is no http address: not followed"));
        }
        if seen.contains(&target) {
            return Err(format!("redirected in a loop, back to {shown}"));
        }
        if seen.len() > self.limits.redirects {
            return Err(format!("redirected more than {} times, last to {shown}", self.limits.redirects));
        }
        Ok(target)
    }

    fn body(&self, response: Response<Body>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut body = response.into_body().into_reader().take(self.limits.bytes + 1);
        body.read_to_end(&mut bytes).map_err(|error| self.fault(&error.into()))?;
        if bytes.len() as u64 > self.limits.bytes {
            return Err(format!("longer than {} bytes, not read", self.limits.bytes));
        }
        Ok(bytes)
    }

    fn late(&self) -> String {
        format!("no whole answer within {} seconds", self.limits.total.as_secs_f32())
    }

    fn fault(&self, error: &ureq::Error) -> String {
        match error {
            ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
                format!("no connection within {} seconds", self.limits.connect.as_secs_f32())
            }
            ureq::Error::Timeout(_) => self.late(),
            ureq::Error::Io(error) => error.to_string(),
            error => error.to_string(),
        }
    }
}

fn header(response: &Response<Body>, name: HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_string)
}

fn validators(response: &Response<Body>) -> Validators {
    Validators { etag: header(response, header::ETAG), last_modified: header(response, header::LAST_MODIFIED) }
}

/// What was answered, and what was known where the answer is silent.
fn merged(new: Validators, known: &Validators) -> Validators {
    let Validators { etag, last_modified } = known.clone();
    Validators { etag: new.etag.or(etag), last_modified: new.last_modified.or(last_modified) }
}
