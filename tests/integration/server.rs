//! A small server on the loopback that answers by path.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// What is answered to a path and the headers of the request, these in lower case: a status, more headers, a body.
type Answer = fn(&str, &str) -> (&'static str, String, String);

/// Serves until the test ends, and keeps what it was asked.
pub(crate) struct Server {
    root: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn new(answer: Answer) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let root = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
                let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
                let headers = lines.collect::<Vec<_>>().join("\n").to_ascii_lowercase();
                kept.lock().expect("no panic").push(format!("{path}\n{headers}"));
                let (status, more, body) = answer(&path, &headers);
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{more}\r\n", body.len());
                // A client that has seen enough hangs up.
                let _ = stream.write_all((head + &body).as_bytes());
            }
        });
        Server { root, requests }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// The requests since this was last asked for, path first.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().expect("no panic"))
    }
}
