//! Files: what the disk jobs of a computer come to.

use conclave_crypto::primitives::blake3;
use conclave_proto::ErrorCode;

use super::super::files;
use super::{Happening, World};
use crate::core::effect::{Job, JobId};
use crate::core::input::JobNews;

impl World {
    pub(super) fn job(&mut self, at: usize, job: JobId, what: Job) {
        let life = self.nodes[at].life;
        let content =
            |bytes: &[u8]| crate::core::profiles::file_ref(bytes).map(|file| *file.content_id()).unwrap();
        match what {
            Job::Import { path, .. } => {
                let size: u64 = path.to_string_lossy().parse().unwrap_or(1000);
                self.nodes[at].imported.push(size);
                let file_ref = files::reference(at as u64, self.nodes[at].imported.len() as u64, size);
                self.nodes[at].blobs.insert(content(&file_ref));
                self.later(5, Happening::Job(at, life, job, JobNews::Imported { file_ref }));
            }
            Job::Fetch { peer, file_ref, .. } => {
                self.nodes[at].fetches += 1;
                let id = content(&file_ref);
                let me = self.nodes[at].person.transport();
                let from = self.nodes.iter().position(|node| node.person.transport() == peer).unwrap();
                let linked = self.wires.values().any(|wire| {
                    let ends = wire.ends.map(|(node, _)| node);
                    ends == [at, from] || ends == [from, at]
                });
                let granted = self.nodes[from].blobs.contains(&id)
                    && self.nodes[from]
                        .core
                        .as_ref()
                        .and_then(|core| core.object_for(&me, &crate::model::FileId(id)))
                        .is_some();
                let withheld = self.nodes[from].withheld.contains(&id);
                if linked && granted && !withheld {
                    let progress = JobNews::Progress { groups: vec![(0, 1)], done: 10 };
                    self.later(300, Happening::Job(at, life, job, progress));
                    self.nodes[at].blobs.insert(id);
                    self.later(600, Happening::Job(at, life, job, JobNews::Fetched));
                } else {
                    let gone = linked && !withheld;
                    let code = if gone { ErrorCode::FileGone } else { ErrorCode::FileStopped };
                    let failed = JobNews::Failed { code, details: serde_json::Map::new() };
                    self.later(50, Happening::Job(at, life, job, failed));
                }
            }
            Job::Object { file, .. } => {
                let sizes = self.nodes[at].imported.iter().zip(1..);
                let objects = sizes.map(|(size, number)| files::object(at as u64, number, *size));
                let news = match { objects }.find(|object| blake3(&[object]) == file.0) {
                    Some(bytes) if self.nodes[at].blobs.contains(&file.0) => JobNews::Object { bytes },
                    _ => JobNews::Failed { code: ErrorCode::FileGone, details: serde_json::Map::new() },
                };
                self.later(20, Happening::Job(at, life, job, news));
            }
            Job::Take { file_ref, object } => {
                assert_eq!(content(&file_ref), blake3(&[&object]));
                self.nodes[at].blobs.insert(content(&file_ref));
                self.later(20, Happening::Job(at, life, job, JobNews::Fetched));
            }
            Job::Save { .. } => self.later(5, Happening::Job(at, life, job, JobNews::Saved { bytes: 7 })),
            Job::Read { .. } => {
                let news = JobNews::Read { bytes: vec![1, 2, 3], eof: true };
                self.later(5, Happening::Job(at, life, job, news));
            }
            // These belong to the store, which has tests of its own.
            Job::Search { .. }
            | Job::Count { .. }
            | Job::Export { .. }
            | Job::ExportData { .. }
            | Job::ExportDirectory(_)
            | Job::Measure
            | Job::Compact
            | Job::Settle => {}
            Job::Delete { file } => {
                self.nodes[at].blobs.remove(&file.0);
            }
        }
    }
}
