//! `directory.export`: the signed log as this computer holds it, for a server that went back in time (ADMIN §5, Backup).
//!
//! The file is the one that `login-server directory export` writes: the leaves in hex and the head that the server
//! signed over them, so whoever reads it checks all of it. Members have the same; to others it tells who belongs.

use std::path::PathBuf;

use conclave_proto::ErrorCode;
use data_encoding::HEXLOWER;
use serde_json::json;

use super::effect::{Effect, Job, JobId, LeavesFile};
use super::gate::Step;
use super::input::CallId;
use super::{Core, Pending};
use crate::model::{Answer, Failure};
use crate::record::Read;

impl<R: Read> Core<R> {
    /// `directory.export`.
    pub(super) fn export_directory(
        &mut self,
        step: &mut Step<'_>,
        call: CallId,
        path: PathBuf,
    ) -> Result<Option<Answer>, Failure> {
        let directory = &self.log.directory;
        let Some(head) = directory.head() else { return Err(Failure::new(ErrorCode::ApiNotFound)) };
        let what = LeavesFile {
            path: path.clone(),
            leaves: directory.leaves_from(0).map(Box::from).collect(),
            head: head.text().to_owned(),
        };
        let job = JobId(self.pend(Pending::Save { call, path }));
        step.soon(Effect::Job { job, what: Job::ExportDirectory(what) });
        Ok(None)
    }
}

impl LeavesFile {
    /// The text of the file, a leaf at a time.
    pub(crate) fn text(&self) -> impl Iterator<Item = String> {
        let leaves = self.leaves.iter().enumerate().map(|(index, leaf)| {
            format!("{}\n\"{}\"", if index == 0 { "" } else { "," }, HEXLOWER.encode(leaf))
        });
        std::iter::once("{\"schema\":1,\"leaves\":[".to_owned())
            .chain(leaves)
            .chain(std::iter::once(format!("\n],\"checkpoint\":{}}}\n", json!(self.head))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_json_whatever_is_in_the_leaves() {
        for leaves in
            [vec![], vec![Box::from(&b"\x00\xff"[..])], vec![Box::from(&b"\""[..]), Box::from(&b""[..])]]
        {
            let file = LeavesFile { path: PathBuf::new(), leaves, head: "a/dir\n2\n\"\u{2014} x\n".into() };
            let text: String = file.text().collect();
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            let hex: Vec<String> = file.leaves.iter().map(|leaf| HEXLOWER.encode(leaf)).collect();
            assert_eq!(read, json!({ "schema": 1, "leaves": hex, "checkpoint": file.head }));
        }
    }
}
