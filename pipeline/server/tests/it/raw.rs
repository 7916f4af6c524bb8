//! A client that says what no driver would.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::server::Server;

/// A socket to the server.
pub(crate) struct Raw(pub(crate) TcpStream);

/// A message with a letter.
pub(crate) fn message(letter: u8, body: &[u8]) -> Vec<u8> {
    [&[letter][..], &u32::try_from(body.len() + 4).unwrap().to_be_bytes(), body].concat()
}

/// A first message: a code and a body.
pub(crate) fn first(code: u32, body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], &code.to_be_bytes(), body].concat()
}

/// A startup message of a user.
pub(crate) fn startup(parameters: &[&str]) -> Vec<u8> {
    let mut body = Vec::new();
    for word in parameters {
        body.extend_from_slice(word.as_bytes());
        body.push(0);
    }
    body.push(0);
    first(3 << 16, &body)
}

impl Raw {
    pub(crate) async fn connect(server: &Server) -> Raw {
        Raw(TcpStream::connect(("127.0.0.1", server.port)).await.unwrap())
    }

    pub(crate) async fn say(&mut self, bytes: &[u8]) {
        // The server may have hung up already.
        let _ = self.0.write_all(bytes).await;
    }

    /// The next message, or nothing once the server has hung up.
    pub(crate) async fn hear(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 5];
        self.0.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let mut body = vec![0; length - 4];
        self.0.read_exact(&mut body).await.ok()?;
        Some((head[0], body))
    }

    /// Everything until the server is ready or has hung up, in words: errors with code and sentence, other messages by letter.
    pub(crate) async fn answer(&mut self) -> String {
        let mut words = Vec::new();
        loop {
            match self.hear().await {
                None => {
                    words.push("(hung up)".to_owned());
                    break;
                }
                Some((b'Z', _)) => {
                    words.push("(ready)".to_owned());
                    break;
                }
                Some((b'E', body)) => words.push(error(&body)),
                Some((b'S' | b'K', _)) => {}
                Some((letter, _)) => words.push(char::from(letter).to_string()),
            }
        }
        words.join(" ")
    }
}

/// An error response as a line.
pub(crate) fn error(body: &[u8]) -> String {
    let field = |letter: u8| {
        body.split(|byte| *byte == 0)
            .find(|field| field.first() == Some(&letter))
            .map(|field| String::from_utf8_lossy(&field[1..]).into_owned())
            .unwrap_or_default()
    };
    format!("{} {}: {}", field(b'S'), field(b'C'), field(b'M'))
}
