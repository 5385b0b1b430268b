//! The handle's methods about the account and the profile as a whole: enrolment, login, the vault, sessions and devices,
//! copies of everything, and its end.

use std::path::PathBuf;

use conclave_crypto::password::Password;
use zeroize::Zeroizing;

use super::Peer;
use crate::driver::Request;
use crate::enrol::Join;
use crate::model::{
    Answer, Contents, DeviceId, EnrolAccount, EnrolConfirm, EnrolFinish, EnrolStart, ExportData, Factor,
    Failure, LoggedIn, RecoveryCodes, SessionInfo, Unlock,
};

impl Peer {
    /// Reads an invite link and asks the server what it is for. Nothing is spent.
    ///
    /// # Errors
    /// `E-ACC-4` for a bad or used link, `E-SRV-1` to `-3`, `E-API-9` when the profile has an account.
    pub async fn enrol_start(&self, link: Zeroizing<String>) -> Result<EnrolStart, Failure> {
        self.ask(|reply| Request::EnrolStart { link, reply }).await
    }

    /// Makes keys and vault, registers the password, and gives the secret for the authenticator.
    ///
    /// # Errors
    /// `E-ACC-1` to `-4`, `E-SRV-1`, `E-API-9` without a start.
    pub async fn enrol_account(
        &self,
        user_name: String,
        display_name: Option<String>,
        password: Password,
    ) -> Result<EnrolAccount, Failure> {
        self.ask(|reply| Request::EnrolAccount { user_name, display_name, password, reply }).await
    }

    /// Proves the first code; the account exists at the server from here on.
    ///
    /// # Errors
    /// `E-AUTH-1` for a wrong code.
    pub async fn enrol_confirm(&self, totp: Zeroizing<String>) -> Result<EnrolConfirm, Failure> {
        self.ask(|reply| Request::EnrolConfirm { totp, reply }).await
    }

    /// Puts the account and this device into the directory log. May be repeated after a crash.
    ///
    /// # Errors
    /// `E-SRV-1`, `E-DIR-1`, `E-ACC-2`, `E-ACC-4`.
    pub async fn enrol_finish(&self) -> Result<EnrolFinish, Failure> {
        self.ask(|reply| Request::EnrolFinish { reply }).await
    }

    /// Makes this computer the one of an account that exists: logs in, opens the identity with the recovery key, and
    /// lists this computer alone. `link` is any invite link of the organisation, used or not. May be finished by
    /// [`Self::enrol_finish`] if the connection breaks.
    ///
    /// # Errors
    /// `E-AUTH-1` to `-5`, `E-ACC-4` for a damaged link, `E-STORE-1` for a wrong recovery key, `E-API-6` when the server
    /// keeps no identity, `E-API-9` when the profile has an account.
    pub async fn enrol_device(
        &self,
        link: Zeroizing<String>,
        user_name: String,
        password: Password,
        factor: Factor,
        recovery_key: Zeroizing<String>,
    ) -> Result<EnrolFinish, Failure> {
        let join = Join { link, user_name, password, factor, recovery_key };
        self.ask(|reply| Request::EnrolDevice { join, reply }).await
    }

    /// Gives up an enrolment that is not confirmed; nothing of it stays on disk.
    ///
    /// # Errors
    /// `E-API-9` once it is confirmed.
    pub async fn enrol_cancel(&self) -> Result<(), Failure> {
        self.ask(|reply| Request::EnrolCancel { reply }).await
    }

    /// Begins to put another phone in the place of one that an administrator took away (`login-server user totp-reset`):
    /// with the password and the administrator's one-time code. The vault is open.
    ///
    /// # Errors
    /// `E-AUTH-1` for a wrong password or code, `E-API-4`, `E-SRV-1` to `-4`.
    pub async fn totp_replace(
        &self,
        password: Password,
        code: Zeroizing<String>,
    ) -> Result<EnrolAccount, Failure> {
        self.ask(|reply| Request::TotpReplace { password, code, reply }).await
    }

    /// Proves the first code of that phone: it counts from here on, with other recovery codes, and a session begins.
    ///
    /// # Errors
    /// `E-AUTH-1` for a wrong code, `E-API-9` without [`Self::totp_replace`].
    pub async fn totp_confirm(&self, totp: Zeroizing<String>) -> Result<RecoveryCodes, Failure> {
        self.ask(|reply| Request::TotpConfirm { totp, reply }).await
    }

    /// Opens the vault: history is there, with or without the server.
    ///
    /// # Errors
    /// `E-STORE-1`, `E-STORE-3`, `E-API-9` without an account.
    pub async fn unlock(&self, by: Unlock) -> Result<(), Failure> {
        self.ask(|reply| Request::Unlock { by, reply }).await
    }

    /// Closes the vault and every connection; keys leave memory.
    ///
    /// # Errors
    /// `E-BUG` when the engine has stopped.
    pub async fn lock(&self) -> Result<(), Failure> {
        self.ask(|reply| Request::Lock { reply }).await
    }

    /// Opens the vault if needed and logs in at the server.
    ///
    /// # Errors
    /// `E-STORE-1` when the password does not open the vault, `E-AUTH-1` to `-5`, `E-SRV-1` to `-4`.
    pub async fn login(&self, password: Password, factor: Factor) -> Result<LoggedIn, Failure> {
        self.ask(|reply| Request::Login { password, factor, reply }).await
    }

    /// Ends the session at the server and locks; history stays.
    ///
    /// # Errors
    /// `E-API-4` while locked: what would end the session is sealed. `E-API-8` while another act has the vault.
    /// `E-SRV-1` to `-4` when the server could not be asked: the vault is locked all the same, and the session stands.
    pub async fn logout(&self) -> Result<(), Failure> {
        self.ask(|reply| Request::Logout { reply }).await
    }

    /// Writes an encrypted backup to a path where nothing is, and reads it back.
    ///
    /// # Errors
    /// `E-API-4` while locked, `E-ACC-3` for a passphrase under twelve characters, `E-API-7` if there is a file,
    /// `E-FILE-2` or `-5` if it cannot be written.
    pub async fn backup_create(&self, path: PathBuf, passphrase: Password) -> Result<Contents, Failure> {
        self.ask(|reply| Request::BackupCreate { path, passphrase, reply }).await
    }

    /// Reads a whole backup.
    ///
    /// # Errors
    /// `E-FILE-2` if it cannot be read, `-3` if it is damaged, `E-STORE-1` for another passphrase, `-4` if it is newer.
    pub async fn backup_verify(&self, path: PathBuf, passphrase: Password) -> Result<Contents, Failure> {
        self.ask(|reply| Request::BackupVerify { path, passphrase, reply }).await
    }

    /// Makes this empty profile the one of a backup. It stays locked; its password opens it.
    ///
    /// # Errors
    /// As [`Self::backup_verify`]; `E-API-9` if the profile is not empty.
    pub async fn backup_restore(&self, path: PathBuf, passphrase: Password) -> Result<Contents, Failure> {
        self.ask(|reply| Request::BackupRestore { path, passphrase, reply }).await
    }

    /// Writes everything that this computer keeps of its person as one JSON document, readable by its owner alone and
    /// **not encrypted**: the account, the own profile, settings, contacts, conversations; files by name, size and
    /// digest. It has its name only when it is whole. Answers [`Answer::Saved`].
    ///
    /// # Errors
    /// `E-API-4` while locked, `E-STORE-1` for a wrong password, `E-API-9` (`policy`) where Policy forbids it, `E-API-7`
    /// if something is there that may not be replaced, `E-FILE-2` and `-5` if it cannot be written.
    pub async fn export_data(&self, what: ExportData, password: Password) -> Result<Answer, Failure> {
        self.ask(|reply| Request::ExportData { what, password, reply }).await
    }

    /// Erases this profile from this computer. `confirm` is the own user name. After a fault in the middle nothing can be
    /// opened any more, and the call removes the rest, as does the next start.
    ///
    /// # Errors
    /// `E-API-4` while locked, `E-API-3` for another name, `E-STORE-1` for a wrong password, `E-FILE-2` for what the disk
    /// does not let go.
    pub async fn erase_all(&self, confirm: String, password: Password) -> Result<(), Failure> {
        self.ask(|reply| Request::EraseAll { confirm, password, reply }).await
    }

    /// Sessions of this account.
    ///
    /// # Errors
    /// `E-API-5` when not logged in.
    pub async fn sessions(&self) -> Result<Vec<SessionInfo>, Failure> {
        self.ask(|reply| Request::Sessions { reply }).await
    }

    /// Ends a session of this account, also the own one.
    ///
    /// # Errors
    /// `E-API-5` when not logged in, `E-API-6` when there is no such session.
    pub async fn end_session(&self, id: [u8; 16]) -> Result<(), Failure> {
        self.ask(|reply| Request::EndSession { id, reply }).await
    }

    /// Takes a device from the account's list; its session ends. The own one gets new keys at the next login.
    ///
    /// # Errors
    /// `E-STORE-1` for a wrong password, `E-API-5` when not logged in, `E-API-6` when it is not listed.
    pub async fn remove_device(&self, device: DeviceId, password: Password) -> Result<(), Failure> {
        self.ask(|reply| Request::RemoveDevice { device, password, reply }).await
    }

    /// Changes the password of vault and account; a crash at any moment leaves at least one that works.
    ///
    /// # Errors
    /// `E-STORE-1` for a wrong old one, `E-AUTH-1` for a wrong code, `E-API-5` when not logged in.
    pub async fn change_password(
        &self,
        old: Password,
        new: Password,
        totp: Zeroizing<String>,
    ) -> Result<(), Failure> {
        self.ask(|reply| Request::ChangePassword { old, new, totp, reply }).await
    }
}
