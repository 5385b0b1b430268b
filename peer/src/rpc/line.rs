//! Lines from a stream, each at most [`LINE`](super::LINE) bytes. What is longer is thrown away up to its newline.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use zeroize::Zeroizing;

use super::LINE;

/// One line of input.
pub(super) enum Line {
    /// Its bytes, without the newline; wiped on drop, since passwords come this way.
    Text(Zeroizing<Vec<u8>>),
    /// It was too long and is gone.
    TooLong,
}

/// The lines of a stream.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    line: Zeroizing<Vec<u8>>,
    /// Throwing away the rest of a line that was too long.
    skipping: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::new(input), line: Zeroizing::default(), skipping: false }
    }

    /// The next line; `None` at the end of the stream. A last line needs no newline. Cancel safe.
    pub(super) async fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let available = self.input.fill_buf().await?;
            if available.is_empty() {
                let (skipped, rest) = (std::mem::take(&mut self.skipping), std::mem::take(&mut self.line));
                return Ok(match (skipped, rest.is_empty()) {
                    (true, _) => Some(Line::TooLong),
                    (false, true) => None,
                    (false, false) => Some(Line::Text(rest)),
                });
            }
            let newline = available.iter().position(|byte| *byte == b'\n');
            let end = newline.unwrap_or(available.len());
            let used = newline.map_or(end, |at| at + 1);
            if self.line.len() + end > LINE {
                self.line = Zeroizing::default();
                self.skipping = true;
            }
            if !self.skipping {
                self.line.extend_from_slice(available.get(..end).unwrap_or_default());
            }
            self.input.consume(used);
            if newline.is_some() {
                let (skipped, line) = (std::mem::take(&mut self.skipping), std::mem::take(&mut self.line));
                return Ok(Some(if skipped { Line::TooLong } else { Line::Text(line) }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(input: &[u8]) -> Vec<Option<usize>> {
        let mut lines = Lines::new(input);
        let mut found = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            found.push(match line {
                Line::Text(text) => Some(text.len()),
                Line::TooLong => None,
            });
        }
        found
    }

    #[tokio::test]
    async fn the_longest_line_passes_and_one_byte_more_does_not() {
        let mut input = vec![b'a'; LINE];
        input.push(b'\n');
        input.extend(vec![b'b'; LINE + 1]);
        input.extend_from_slice(b"\nshort\n");
        assert_eq!(lines(&input).await, [Some(LINE), None, Some(5)]);
    }

    #[tokio::test]
    async fn the_last_line_needs_no_newline() {
        assert_eq!(lines(b"one\n\nthree").await, [Some(3), Some(0), Some(5)]);
        assert_eq!(lines(&vec![b'x'; 3 * LINE]).await, [None]);
        assert_eq!(lines(b"").await, []);
    }
}
