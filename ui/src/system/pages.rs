//! Pages of documents: drawn by a process of its own that has nothing but the document, little time and little
//! memory. Whatever a document does to its reader ends there (UI §3.G).
//!
//! ```text
//!   window ── document ──► conclave-window --draw-page N --width W ── count, width, height, PNG ──► window
//! ```

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::Drawn;

/// Pixels across of the first page in a bubble: twice its place, for fine screens.
pub(super) const SMALL: u32 = 800;
/// Pixels across or down of a page at most.
const SIDE: f32 = 4_096.0;
/// Pages of a document that can be turned to.
const MOST_PAGES: usize = 20_000;
/// Seconds of the processor for a page.
const CPU: u64 = 20;
/// Memory for a page, bytes: addresses, of which only a part is used.
const MEMORY: u64 = 2 << 30;
/// The process may take so long altogether: a busy machine is slower than its processor's time says.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked after.
const LOOK: Duration = Duration::from_millis(5);
/// Bytes of a drawn page at most.
const PNG_MOST: u64 = 64 << 20;

/// Draws a page of a document, from 0, at a width in pixels.
pub(super) fn page(document: Vec<u8>, page: u32, width: u32) -> Option<Drawn> {
    let mut worker = Command::new(std::env::current_exe().ok()?)
        .args(["--draw-page", &page.to_string(), "--width", &width.to_string()])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let (mut given, taken) = (worker.stdin.take()?, worker.stdout.take()?);
    // A worker that ends early closes its end; that shows in what it answers.
    let writer = std::thread::spawn(move || given.write_all(&document).is_ok());
    let reader = std::thread::spawn(move || {
        let mut answer = Vec::new();
        taken.take(PNG_MOST).read_to_end(&mut answer).ok().map(|_| answer)
    });
    let fine = ended(&mut worker);
    let _given = writer.join();
    let answer = reader.join().ok().flatten()?;
    if fine { parse(&answer) } else { None }
}

/// Waits for the worker, and ends one that takes too long.
fn ended(worker: &mut Child) -> bool {
    let begun = Instant::now();
    loop {
        match worker.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if begun.elapsed() < PATIENCE => std::thread::sleep(LOOK),
            _ => {
                let _ended = worker.kill().and_then(|()| worker.wait());
                return false;
            }
        }
    }
}

fn parse(answer: &[u8]) -> Option<Drawn> {
    let (head, png) = answer.split_at_checked(12)?;
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    if !png.starts_with(b"\x89PNG\r\n\x1a\n") {
        return None;
    }
    Some(Drawn {
        mime: "image/png",
        pages: number(0)?,
        width: number(4)?,
        height: number(8)?,
        bytes: png.to_vec(),
    })
}

/// The worker's side: takes the document from its input, draws the page and writes the answer.
///
/// # Errors
/// When the document cannot be read or the page not be drawn; there is nothing to say about it.
pub(super) fn work(page: u32, width: u32) -> std::io::Result<()> {
    limit(Resource::Cpu, CPU);
    limit(Resource::As, MEMORY);
    let mut document = Vec::new();
    std::io::stdin().read_to_end(&mut document)?;
    let drawn = draw(document, page, width).ok_or_else(|| std::io::Error::other("no page"))?;
    let mut out = std::io::stdout().lock();
    for number in [drawn.pages, drawn.width, drawn.height] {
        out.write_all(&number.to_be_bytes())?;
    }
    out.write_all(&drawn.bytes)?;
    out.flush()
}

fn limit(what: Resource, most: u64) {
    // A system that refuses the limit leaves the one on the time, which the window keeps itself.
    let _kept = setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) });
}

fn draw(document: Vec<u8>, page: u32, width: u32) -> Option<Drawn> {
    let pdf = Pdf::new(document).ok()?;
    let pages = pdf.pages();
    let count = pages.len().min(MOST_PAGES);
    let page = pages.iter().take(count).nth(usize::try_from(page).ok()?)?;
    let (across, down) = page.render_dimensions();
    #[expect(clippy::cast_precision_loss, reason = "a width of some thousand pixels is exact")]
    let scale = (width as f32 / across).min(SIDE / across).min(SIDE / down);
    if !scale.is_finite() || scale <= 0.0 {
        return None;
    }
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let cache = RenderCache::new();
    let drawn =
        hayro::render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    let bytes = drawn.into_png().ok()?;
    Some(Drawn { mime: "image/png", bytes, width, height, pages: u32::try_from(count).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pages of 200 × 100 points, the first with a filled square.
    fn document() -> Vec<u8> {
        let mut pdf = b"%PDF-1.4\n".to_vec();
        let mut places = Vec::new();
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 5 0 R >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>".to_owned(),
            "<< /Length 25 >>\nstream\n1 0 0 rg 0 0 100 100 re f\n\nendstream".to_owned(),
        ];
        for (number, object) in objects.iter().enumerate() {
            places.push(pdf.len());
            pdf.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).bytes());
        }
        let start = pdf.len();
        pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
        for place in &places {
            pdf.extend(format!("{place:010} 00000 n \n").bytes());
        }
        pdf.extend(
            format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", places.len() + 1)
                .bytes(),
        );
        pdf
    }

    #[test]
    fn a_page_is_drawn_at_the_width_that_was_asked_for() {
        let first = draw(document(), 0, 400).unwrap();
        assert_eq!((first.width, first.height, first.pages), (400, 200, 2));
        let picture =
            image::load_from_memory_with_format(&first.bytes, image::ImageFormat::Png).unwrap().to_rgb8();
        assert_eq!(picture.get_pixel(50, 100).0, [255, 0, 0]);
        assert_eq!(picture.get_pixel(350, 100).0, [255, 255, 255]);
        assert!(draw(document(), 1, 400).is_some());
        assert!(draw(document(), 2, 400).is_none(), "there is no third page");
    }

    #[test]
    fn what_is_no_document_draws_nothing() {
        for bytes in [&b""[..], b"%PDF-1.7", b"<html>", &[0xff; 4_096]] {
            assert!(draw(bytes.to_vec(), 0, 400).is_none());
        }
    }

    #[test]
    fn an_answer_without_a_picture_is_none() {
        assert!(parse(&[0; 11]).is_none());
        assert!(parse(&[0; 40]).is_none());
    }
}
