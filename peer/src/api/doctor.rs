//! `doctor.run` and `doctor.report`: the facts are gathered here and judged in [`crate::doctor`].

use std::path::Path;

use super::Peer;
use crate::doctor::{self, Facts, Include, PathFacts};
use crate::driver::Request;
use crate::entropy::now;
use crate::model::{Answer, Call, ErrorCode, Failure, Finding, OneUser, UserRef};
use crate::words::Language;

impl Peer {
    /// What works between this computer, the login server and, if one is named, a colleague, in the words of a
    /// language.
    ///
    /// # Errors
    /// `E-API-4` while the vault is closed, `E-API-6` for a person who is not known.
    pub async fn doctor(&self, user: Option<UserRef>, language: Language) -> Result<Vec<Finding>, Failure> {
        let checks = doctor::examine(&self.facts(user).await?);
        Ok(checks.iter().map(|check| check.finding(language)).collect())
    }

    /// Writes the findings to a new file, without names or addresses unless they are included.
    ///
    /// # Errors
    /// As [`Self::doctor`]; `E-API-3` when the file is there already or cannot be made.
    pub async fn doctor_report(
        &self,
        path: &Path,
        include: &[Include],
        language: Language,
    ) -> Result<(), Failure> {
        let facts = self.facts(None).await?;
        let checks = doctor::examine(&facts);
        let (path, include) = (path.to_owned(), include.to_vec());
        let written =
            tokio::task::spawn_blocking(move || doctor::write(&path, &facts, &checks, &include, language));
        written.await.map_err(|_| Failure::new(ErrorCode::Bug))?
    }

    /// The report as text, without names or addresses, to be shown before it is handed on.
    ///
    /// # Errors
    /// As [`Self::doctor`].
    pub async fn doctor_text(&self, user: Option<UserRef>, language: Language) -> Result<String, Failure> {
        let facts = self.facts(user).await?;
        let checks = doctor::examine(&facts);
        Ok(doctor::text(&facts, &checks, &[], language))
    }

    async fn facts(&self, user: Option<UserRef>) -> Result<Facts, Failure> {
        let mut path = None;
        let mut id = None;
        if let Some(user) = user {
            if let Answer::Contact { contact } =
                self.call(Call::ContactGet(OneUser { user: user.clone() })).await?
            {
                id = Some(contact.user);
            }
            if let Answer::Path { path: way, reason, rtt_ms, .. } =
                self.call(Call::PathGet(OneUser { user })).await?
            {
                path = Some(PathFacts { path: way, reason, rtt_ms });
            }
        }
        let core = self.status().await?.core.ok_or_else(|| Failure::new(ErrorCode::ApiLocked))?;
        let (network, room) = self.ask(|reply| Request::Network { user: id, reply }).await?;
        Ok(Facts { now: now(), core, network, room, path })
    }
}
