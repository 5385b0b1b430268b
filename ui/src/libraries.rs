//! The libraries of others that this program is made of, each with its version and its licences, and the texts of those
//! licences. The list is `assets/libraries.tsv`; a test holds it against what cargo builds in.

/// A line for each library, by name: name, version, licences (SPDX), parted by tabulators.
const LIST: &str = include_str!("../assets/libraries.tsv");

/// A library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Library {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Under which licences it may be used.
    pub licences: &'static str,
}

/// All of them, by name.
pub fn all() -> impl Iterator<Item = Library> {
    LIST.lines().filter_map(|line| {
        let mut parts = line.split('\t');
        Some(Library { name: parts.next()?, version: parts.next()?, licences: parts.next()? })
    })
}

/// The licences, by their SPDX name, with their texts: each library can be used under one of them, or some together.
pub const LICENCES: [(&str, &str); 8] = [
    ("Apache-2.0", include_str!("../assets/licences/Apache-2.0.txt")),
    ("BSD-2-Clause", include_str!("../assets/licences/BSD-2-Clause.txt")),
    ("BSD-3-Clause", include_str!("../assets/licences/BSD-3-Clause.txt")),
    ("ISC", include_str!("../assets/licences/ISC.txt")),
    ("MIT", include_str!("../assets/licences/MIT.txt")),
    ("MPL-2.0", include_str!("../assets/licences/MPL-2.0.txt")),
    ("Unicode-3.0", include_str!("../assets/licences/Unicode-3.0.txt")),
    ("Zlib", include_str!("../assets/licences/Zlib.txt")),
];
