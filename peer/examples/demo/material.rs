//! A picture, a document and a sound, made here: real files of their kinds, free of anybody's rights.

use std::f64::consts::TAU;
use std::io::Cursor;

use anyhow::Result;

/// Samples of a second of sound.
const RATE: u32 = 22_050;
/// Side of the square picture on a page of the document, pixels.
const SIDE: usize = 240;

/// A PNG with a sky, a hill and some grain, which no compression takes away.
pub(crate) fn picture(width: u32, height: u32, seed: u32) -> Result<Vec<u8>> {
    let mut grain = Grain(seed);
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        let (fx, fy) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
        let hill = 0.65 + 0.12 * (fx * TAU).sin() + 0.04 * (fx * TAU * 3.0).cos();
        let noise = grain.next() % 18;
        let [r, g, b] =
            if fy > hill { [60, 110 + byte(fx * 60.0), 70] } else { [120 + byte(fy * 90.0), 160, 210] };
        image::Rgb([r.saturating_add(noise), g.saturating_add(noise), b.saturating_add(noise)])
    });
    let mut bytes = Vec::new();
    image.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png)?;
    Ok(bytes)
}

/// A PDF 1.4 of so many pages, each with a heading, lines of text and a picture, and a cross-reference table.
pub(crate) fn pdf(pages: usize) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        Vec::new(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
    ];
    let mut kids = String::new();
    for page in 1..=pages {
        let (own, content, picture) = (objects.len() + 1, objects.len() + 2, objects.len() + 3);
        kids.push_str(&format!("{own} 0 R "));
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R /Resources << /Font << /F1 3 0 R >> /XObject << /Im {picture} 0 R >> >> >>"
            )
            .into_bytes(),
        );
        let mut text = format!("BT /F1 24 Tf 60 770 Td (Annual report, page {page} of {pages}) Tj ET\n");
        for line in 0..20 {
            let y = 730 - line * 14;
            text.push_str(&format!("BT /F1 10 Tf 60 {y} Td (Item {page}.{line}: revenue and costs as agreed by the board.) Tj ET\n"));
        }
        text.push_str("q 240 0 0 240 60 180 cm /Im Do Q\n");
        objects.push(stream("", text.as_bytes()));
        let attributes = format!(
            "/Type /XObject /Subtype /Image /Width {SIDE} /Height {SIDE} /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        );
        objects.push(stream(&attributes, &pixels(page)));
    }
    if let Some(tree) = objects.get_mut(1) {
        *tree = format!("<< /Type /Pages /Kids [{kids}] /Count {pages} >>").into_bytes();
    }
    assemble(&objects)
}

/// A WAV, 16 bits, mono: a melody of so many seconds.
pub(crate) fn sound(seconds: u32) -> Vec<u8> {
    let samples = RATE * seconds;
    let size = samples * 2;
    let mut bytes = Vec::new();
    bytes.extend_from_slice(b"RIFF");
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes()); // PCM
    bytes.extend(1_u16.to_le_bytes()); // one channel
    bytes.extend(RATE.to_le_bytes());
    bytes.extend((RATE * 2).to_le_bytes());
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend_from_slice(b"data");
    bytes.extend(size.to_le_bytes());
    let scale = [261.63, 293.66, 329.63, 392.0, 440.0];
    for n in 0..samples {
        let note = scale[(n / (RATE / 2)) as usize % scale.len()];
        let t = f64::from(n) / f64::from(RATE);
        let fade = 1.0 - (t * 2.0).fract();
        let level = (t * note * TAU).sin() * fade * 12_000.0;
        #[allow(clippy::cast_possible_truncation, reason = "at most 12,000 either way")]
        bytes.extend((level as i16).to_le_bytes());
    }
    bytes
}

fn pixels(page: usize) -> Vec<u8> {
    let mut grain = Grain(u32::try_from(page).unwrap_or(1));
    let mut bytes = Vec::with_capacity(SIDE * SIDE * 3);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let on = (x / 20 + y / 20 + page).is_multiple_of(2);
            let base: u8 = if on { 200 } else { 90 };
            bytes.extend([base.saturating_add(grain.next() % 30), base, 120]);
        }
    }
    bytes
}

fn stream(attributes: &str, content: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {attributes}/Length {} >>\nstream\n", content.len()).into_bytes();
    object.extend_from_slice(content);
    object.extend_from_slice(b"\nendstream");
    object
}

fn assemble(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = String::from("0000000000 65535 f \n");
    for (n, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", bytes.len()));
        bytes.extend_from_slice(format!("{} 0 obj\n", n + 1).as_bytes());
        bytes.extend_from_slice(object);
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let (start, count) = (bytes.len(), objects.len() + 1);
    bytes.extend_from_slice(
        format!(
            "xref\n0 {count}\n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
        )
        .as_bytes(),
    );
    bytes
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte first")]
fn byte(value: f64) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

/// A small generator: the same files in every run.
struct Grain(u32);

impl Grain {
    fn next(&mut self) -> u8 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0.to_be_bytes()[0]
    }
}
