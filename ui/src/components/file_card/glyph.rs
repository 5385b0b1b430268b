//! The icon of a file: by the type its content was found to have, and by the ending of its name where the content says
//! no more than that it is packed or unknown.

use conclave_peer::model::File;

use super::Glyph;

/// The icon of a file.
pub(crate) fn file_glyph(file: &File) -> Glyph {
    by_type(&file.mime).or_else(|| ending(&file.name)).unwrap_or(match file.mime.as_str() {
        "application/zip" => Glyph::Archive,
        _ => Glyph::File,
    })
}

/// The icon of a file of which no more than the name is known.
pub(crate) fn name_glyph(name: &str) -> Glyph {
    ending(name).unwrap_or(Glyph::File)
}

fn ending(name: &str) -> Option<Glyph> {
    by_ending(&name.rsplit_once('.')?.1.to_ascii_lowercase())
}

fn by_type(mime: &str) -> Option<Glyph> {
    let office = mime
        .strip_prefix("application/vnd.openxmlformats-officedocument.")
        .or_else(|| mime.strip_prefix("application/vnd.oasis.opendocument."))
        .or_else(|| mime.strip_prefix("application/vnd.ms-"));
    Some(match (mime, office) {
        (_, Some(kind)) if kind.starts_with("spreadsheet") || kind.starts_with("excel") => Glyph::Sheet,
        (_, Some(kind)) if kind.starts_with("presentation") || kind.starts_with("powerpoint") => {
            Glyph::Slides
        }
        (_, Some(_)) | ("application/pdf" | "application/rtf" | "application/msword", _) => Glyph::Pages,
        ("application/gzip" | "application/x-7z-compressed", _) => Glyph::Archive,
        _ if mime.starts_with("text/") => Glyph::Pages,
        _ if mime.starts_with("image/") => Glyph::Image,
        _ if mime.starts_with("audio/") => Glyph::Sound,
        _ if mime.starts_with("video/") => Glyph::Play,
        _ => return None,
    })
}

fn by_ending(ending: &str) -> Option<Glyph> {
    Some(match ending {
        "xlsx" | "xls" | "ods" | "csv" => Glyph::Sheet,
        "pptx" | "ppt" | "odp" => Glyph::Slides,
        "docx" | "doc" | "odt" | "rtf" | "txt" | "md" | "pdf" => Glyph::Pages,
        "jpg" | "jpeg" | "png" | "webp" | "gif" => Glyph::Image,
        "zip" | "gz" | "xz" | "7z" => Glyph::Archive,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, mime: &str) -> Glyph {
        let file = serde_json::json!({
            "file": "00".repeat(32), "name": name, "size": 1, "mime": mime,
            "direction": "in", "state": "done", "done": 1,
        });
        file_glyph(&serde_json::from_value(file).unwrap())
    }

    #[test]
    fn a_name_alone_says_what_it_can() {
        for (name, glyph) in [
            ("Board pack.PDF", Glyph::Pages),
            ("terrace.jpeg", Glyph::Image),
            ("annexes.zip", Glyph::Archive),
            ("README", Glyph::File),
            ("", Glyph::File),
        ] {
            assert_eq!(name_glyph(name), glyph, "{name}");
        }
    }

    #[test]
    fn content_decides_and_the_ending_helps_where_it_is_only_packed() {
        let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        assert_eq!(of("budget.pdf", sheet), Glyph::Sheet);
        assert_eq!(of("budget.XLSX", "application/zip"), Glyph::Sheet);
        assert_eq!(of("talk.pptx", "application/octet-stream"), Glyph::Slides);
        assert_eq!(of("letter.docx", "application/zip"), Glyph::Pages);
        assert_eq!(of("annexes.zip", "application/zip"), Glyph::Archive);
        assert_eq!(of("film.docx", "video/mp4"), Glyph::Play);
        assert_eq!(of("unknown", "application/octet-stream"), Glyph::File);
    }
}
