//! What a program that runs by itself logs in with: a password and the secret of its authenticator, from two files.

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use conclave_crypto::password::Password;
use conclave_proto::ErrorCode;
use totp_rs::Totp;
use zeroize::Zeroizing;

use crate::model::Failure;

/// Bytes of a credentials file, at most: a long password or an `otpauth` address with room to spare.
const MOST_BYTES: u64 = 4096;

/// A password, and the authenticator that goes with it. Printed as nothing.
pub struct Credentials {
    password: Zeroizing<String>,
    authenticator: Totp,
}

impl Credentials {
    /// Reads a file with the password and one with the `otpauth://…` address that the enrolment has shown. Blanks and
    /// line ends around them do not count. Both files should be readable by their owner alone.
    ///
    /// # Errors
    /// `E-FILE-2` for a file that cannot be read or is longer than 4 KiB, `E-API-3` for no `otpauth` address.
    pub fn from_files(password: impl AsRef<Path>, totp: impl AsRef<Path>) -> Result<Self, Failure> {
        let password = read(password.as_ref())?;
        let address = read(totp.as_ref())?;
        let authenticator = Totp::from_url(address.trim())
            .map_err(|_| Failure::new(ErrorCode::ApiParams).with("field", "totp"))?;
        Ok(Self { password: Zeroizing::new(password.trim().to_owned()), authenticator })
    }

    /// The password, normalised.
    pub(super) fn password(&self) -> Password {
        Password::new(&self.password)
    }

    /// The code that holds now.
    pub(super) fn code(&self) -> Zeroizing<String> {
        Zeroizing::new(self.authenticator.generate(now().as_secs()).to_string())
    }

    /// Until the next code: a code counts once, so one that was used is followed by waiting.
    pub(super) fn until_next_code(&self) -> Duration {
        let step = Duration::from_secs(STEP);
        step - Duration::from_secs(now().as_secs() % STEP)
    }
}

/// Seconds a code holds (PROTOCOL §2.11).
const STEP: u64 = 30;

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let unreadable = || Failure::new(ErrorCode::FileUnreadable).with("file", path.display().to_string());
    let length = std::fs::metadata(path).map_err(|_| unreadable())?.len();
    if length > MOST_BYTES {
        return Err(unreadable());
    }
    std::fs::read_to_string(path).map(Zeroizing::new).map_err(|_| unreadable())
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str =
        "otpauth://totp/Conclave:echo?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Conclave";

    #[test]
    fn two_files_make_credentials_that_print_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (password, totp) = (folder.path().join("password"), folder.path().join("totp"));
        std::fs::write(&password, "correct horse battery staple\n").unwrap();
        std::fs::write(&totp, format!("{ADDRESS}\n")).unwrap();
        let credentials = Credentials::from_files(&password, &totp).unwrap();
        assert_eq!(credentials.code().len(), 6);
        assert!(credentials.until_next_code() <= Duration::from_secs(30));
        assert_eq!(format!("{credentials:?}"), "Credentials(redacted)");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (password, totp) = (folder.path().join("password"), folder.path().join("totp"));
        let missing = Credentials::from_files(&password, &totp).unwrap_err();
        assert_eq!(missing.code, ErrorCode::FileUnreadable);
        std::fs::write(&password, "x").unwrap();
        std::fs::write(&totp, "not an address").unwrap();
        let wrong = Credentials::from_files(&password, &totp).unwrap_err();
        assert_eq!((wrong.code, wrong.details["field"].as_str()), (ErrorCode::ApiParams, Some("totp")));
        std::fs::write(&totp, vec![b'a'; 5000]).unwrap();
        let long = Credentials::from_files(&password, &totp).unwrap_err();
        assert_eq!(long.code, ErrorCode::FileUnreadable);
    }
}
