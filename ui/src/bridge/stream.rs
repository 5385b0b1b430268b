//! Sounds and films for the page: the web view plays them from an address of this computer only, in ranges, straight
//! out of the sealed store. Nothing opened is written to disk here and nothing is held longer than it is sent; the web
//! view itself writes what it plays from an address into an unlinked file.
//!
//! The address has a part of 128 random bits per file, good for this run and only for files that the person plays. No
//! other request is answered, and none of another page: it would have to guess the name.

use conclave_peer::Peer;
use conclave_peer::model::{Call, File, FileId, FileList};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, timeout};

use crate::shelf::Shelf;

use super::files::piece;

/// The head of a request in bytes: the web view's is far smaller.
const HEAD: u64 = 8 << 10;
/// A head that takes longer is no player's.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes read from the store at once.
const PIECE: u32 = 262_144;
/// Players at once.
const MOST: usize = 16;

/// Starts to serve; the address, without the name of a file.
pub(super) async fn serve(peer: Peer, shelf: Shelf) -> Option<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.ok()?;
    let port = listener.local_addr().ok()?.port();
    let places = std::sync::Arc::new(tokio::sync::Semaphore::new(MOST));
    drop(tokio::spawn(async move {
        while let (Ok((stream, _)), Ok(place)) =
            (listener.accept().await, places.clone().acquire_owned().await)
        {
            let (peer, shelf) = (peer.clone(), shelf.clone());
            drop(tokio::spawn(async move {
                // A player that went away is no fault.
                let _done = answer(stream, &peer, &shelf).await;
                drop(place);
            }));
        }
    }));
    Some(format!("http://127.0.0.1:{port}"))
}

/// What was asked for: the name, and the range if one was named.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    name: String,
    range: Option<(u64, Option<u64>)>,
}

async fn answer(mut stream: TcpStream, peer: &Peer, shelf: &Shelf) -> std::io::Result<()> {
    let head = timeout(PATIENCE, head(&mut stream)).await.ok().and_then(Result::ok).unwrap_or_default();
    let asked = parse(&head);
    let Some((asked, id)) = asked.and_then(|asked| shelf.played(&asked.name).map(|id| (asked, id))) else {
        return refuse(&mut stream, "404 Not Found").await;
    };
    let Some(file) = find(peer, id).await else { return refuse(&mut stream, "404 Not Found").await };
    let last = file.size.saturating_sub(1);
    let (from, to) = asked.range.map_or((0, last), |(from, to)| (from, to.unwrap_or(last).min(last)));
    if file.size == 0 || from > to {
        return refuse(&mut stream, "416 Range Not Satisfiable").await;
    }
    let status = if asked.range.is_some() { "206 Partial Content" } else { "200 OK" };
    let mime: String = file
        .mime
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "/-+.".contains(*letter))
        .collect();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {}\r\nContent-Range: bytes {from}-{to}/{}\r\n\
         Accept-Ranges: bytes\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\r\n",
        to - from + 1,
        file.size
    );
    stream.write_all(head.as_bytes()).await?;
    let mut at = from;
    while at <= to {
        let want = u32::try_from(to - at + 1).unwrap_or(PIECE).min(PIECE);
        let Some((bytes, _)) = piece(peer, id, at, want).await.filter(|(bytes, _)| !bytes.is_empty()) else {
            return Ok(());
        };
        stream.write_all(&bytes).await?;
        at += bytes.len() as u64;
    }
    stream.shutdown().await
}

async fn refuse(stream: &mut TcpStream, status: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await
}

async fn head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut lines = BufReader::new(stream.take(HEAD)).lines();
    let mut head = String::new();
    while let Some(line) = lines.next_line().await? {
        if line.is_empty() {
            break;
        }
        head.push_str(&line);
        head.push('\n');
    }
    Ok(head)
}

async fn find(peer: &Peer, id: FileId) -> Option<File> {
    let list = FileList { conversation: None, kind: None, active: Some(false) };
    match peer.call(Call::FileList(list)).await.ok()? {
        conclave_peer::model::Answer::Files { files } => files.into_iter().find(|file| file.file == id),
        _ => None,
    }
}

/// A GET with at most one range; anything else is nobody's.
fn parse(head: &str) -> Option<Asked> {
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?, first.next()?);
    let name = target.strip_prefix('/')?;
    if method != "GET" || name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let range = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(field, _)| field.eq_ignore_ascii_case("range"))
        .map(|(_, value)| {
            let (from, to) = value.trim().strip_prefix("bytes=")?.split_once('-')?;
            let to = if to.is_empty() { None } else { Some(to.parse().ok()?) };
            Some((from.parse().ok()?, to))
        });
    match range {
        Some(None) => None,
        Some(range) => Some(Asked { name: name.to_owned(), range }),
        None => Some(Asked { name: name.to_owned(), range: None }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_may_ask_for_one_range_of_one_name() {
        let asked = |head: &str| parse(head);
        let name = "00ff".to_owned();
        assert_eq!(asked("GET /00ff HTTP/1.1\n"), Some(Asked { name: name.clone(), range: None }));
        let ranged = "GET /00ff HTTP/1.1\nHost: x\nrange: bytes=10-\n";
        assert_eq!(asked(ranged), Some(Asked { name: name.clone(), range: Some((10, None)) }));
        let both = "GET /00ff HTTP/1.1\nRange: bytes=10-20\n";
        assert_eq!(asked(both), Some(Asked { name, range: Some((10, Some(20))) }));
    }

    #[test]
    fn anything_else_is_refused() {
        for head in [
            "",
            "GET",
            "POST /00ff HTTP/1.1",
            "GET / HTTP/1.1",
            "GET /../etc/passwd HTTP/1.1",
            "GET http://x/00ff HTTP/1.1",
            "GET /00ff HTTP/1.1\nRange: bytes=0-1,3-4",
            "GET /00ff HTTP/1.1\nRange: bytes=-5",
            "GET /00ff HTTP/1.1\nRange: lines=1-2",
        ] {
            assert_eq!(parse(head), None, "{head}");
        }
    }
}
