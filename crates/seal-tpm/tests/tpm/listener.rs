//! Somebody who listens on the way to the TPM.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Passes everything on and remembers it.
pub(crate) struct Listener {
    heard: Arc<Mutex<Vec<u8>>>,
    pub(crate) tcti: String,
}

impl Listener {
    /// Stands between a program and the TPM at a port and the one after it.
    pub(crate) fn before(port: u16) -> Self {
        let heard = Arc::default();
        let (data, control) = two_ports();
        let tcti = format!("swtpm:host=127.0.0.1,port={}", data.local_addr().unwrap().port());
        pass_on(data, port, Arc::clone(&heard));
        pass_on(control, port + 1, Arc::default());
        Self { heard, tcti }
    }

    /// Whether those bytes went by, in a row.
    pub(crate) fn heard(&self, bytes: &[u8]) -> bool {
        let heard = self.heard.lock().unwrap();
        assert!(!heard.is_empty(), "nothing went by at all");
        heard.windows(bytes.len()).any(|window| window == bytes)
    }
}

fn two_ports() -> (TcpListener, TcpListener) {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if let Ok(second) = TcpListener::bind(("127.0.0.1", port.saturating_add(1))) {
            return (first, second);
        }
    }
}

/// Threads that end with their connections; the test does not wait for them.
fn pass_on(listener: TcpListener, port: u16, heard: Arc<Mutex<Vec<u8>>>) {
    thread::spawn(move || {
        for program in listener.incoming() {
            let (Ok(program), Ok(tpm)) = (program, TcpStream::connect(("127.0.0.1", port))) else {
                continue;
            };
            for (from, to) in [(&program, &tpm), (&tpm, &program)] {
                let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                let heard = Arc::clone(&heard);
                thread::spawn(move || copy(from, to, &heard));
            }
        }
    });
}

fn copy(mut from: TcpStream, mut to: TcpStream, heard: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        heard.lock().unwrap().extend_from_slice(&buffer[..count]);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
