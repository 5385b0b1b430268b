//! A person: a profile, a password, an authenticator, and mostly a running client.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::client::{Client, Refused, message_id};
use super::place::Place;
use super::secrets::Secrets;
use super::text::{list, text};

/// Seconds of a one-time code.
const STEP: u64 = 30;

/// A person and their computer.
pub struct Person {
    pub name: String,
    pub full_name: String,
    pub password: String,
    pub user: String,
    pub profile: PathBuf,
    programs: PathBuf,
    pub place: Place,
    link: String,
    /// What the administrator has given the person to compare.
    fingerprint: String,
    authenticator: Option<totp_rs::Totp>,
    /// The newest step whose code was used.
    used: u64,
    /// Not used yet.
    recovery_codes: Vec<String>,
    recovery_key: String,
    client: Option<Client>,
}

/// What somebody is given before there is an account.
pub(super) struct Invited<'a> {
    pub(super) link: String,
    pub(super) fingerprint: &'a str,
    pub(super) place: Place,
}

impl Person {
    pub(super) fn new(
        programs: &Path,
        folder: &Path,
        name: &str,
        full_name: &str,
        invited: Invited<'_>,
        secrets: &mut Secrets,
    ) -> Result<Self> {
        let Invited { link, fingerprint, place } = invited;
        // Different for each, strong, and easy to recognise in a file.
        let password = format!("zebra quilt {} canyon", data_encoding::HEXLOWER.encode(name.as_bytes()));
        secrets.keep(format!("{name}'s password"), &password);
        let profile = folder.join(name);
        let mut person = Self {
            name: name.to_owned(),
            full_name: full_name.to_owned(),
            password,
            user: String::new(),
            profile,
            programs: programs.to_owned(),
            place,
            link,
            fingerprint: fingerprint.to_owned(),
            authenticator: None,
            used: 0,
            recovery_codes: Vec::new(),
            recovery_key: String::new(),
            client: None,
        };
        person.start()?;
        Ok(person)
    }

    /// Starts the client; it stays locked.
    pub fn start(&mut self) -> Result<()> {
        self.client = Some(self.another_client()?);
        Ok(())
    }

    /// A client on the same profile beside the running one.
    pub fn another_client(&self) -> Result<Client> {
        Client::start(&self.programs, &self.profile, &self.place)
    }

    /// Starts the client and opens the messages; the server is not asked.
    pub fn start_unlocked(&mut self) -> Result<()> {
        self.start()?;
        let password = self.password.clone();
        self.call("vault.unlock", json!({ "password": password }))?;
        self.subscribe()
    }

    pub fn subscribe(&mut self) -> Result<()> {
        self.call("events.subscribe", json!({})).map(|_| ())
    }

    /// From the invite link to a complete account.
    pub fn enrol(&mut self, secrets: &mut Secrets) -> Result<()> {
        self.enrol_mistyping(secrets, 0)
    }

    /// The same, with so many wrong first codes before the right one.
    pub fn enrol_mistyping(&mut self, secrets: &mut Secrets, wrong_codes: usize) -> Result<()> {
        self.enrol_as("new", secrets, wrong_codes)
    }

    /// Back into an account that was reset, by the link of the reset.
    pub fn enrol_again(&mut self, secrets: &mut Secrets) -> Result<()> {
        let user = self.user.clone();
        self.enrol_as("reset", secrets, 0)?;
        ensure!(self.user == user, "the same account: {} and {user}", self.user);
        Ok(())
    }

    /// The same person on a computer that knows nothing of before, with the link of a reset; nothing is enrolled there.
    pub fn after_reset(&self, link: &str, secrets: &mut Secrets) -> Result<Self> {
        secrets.keep(format!("{}'s reset link", self.name), link.rsplit('/').next().unwrap_or(link));
        let password = format!("walnut {}", self.password);
        secrets.keep(format!("{}'s password after the reset", self.name), &password);
        let mut other = Self {
            name: self.name.clone(),
            full_name: self.full_name.clone(),
            password,
            user: self.user.clone(),
            profile: self.profile.with_file_name(format!("{}-after", self.name)),
            programs: self.programs.clone(),
            place: Place::loopback(super::own_port()?),
            link: link.to_owned(),
            fingerprint: self.fingerprint.clone(),
            authenticator: None,
            used: 0,
            recovery_codes: Vec::new(),
            recovery_key: String::new(),
            client: None,
        };
        other.start()?;
        Ok(other)
    }

    fn enrol_as(&mut self, kind: &str, secrets: &mut Secrets, wrong_codes: usize) -> Result<()> {
        self.enrol_until_confirmed(kind, secrets, wrong_codes)?;
        let finish = self.call("enrol.finish", json!({}))?;
        ensure!(finish["state"] == "ready", "the account is not ready: {finish}");
        text(&finish, "/userId")?.clone_into(&mut self.user);
        Ok(())
    }

    /// As far as the recovery codes; the directory knows nothing yet.
    pub fn enrol_until_confirmed(
        &mut self,
        kind: &str,
        secrets: &mut Secrets,
        wrong_codes: usize,
    ) -> Result<()> {
        let (name, full_name, password) = (self.name.clone(), self.full_name.clone(), self.password.clone());
        let link = self.link.clone();
        let start = self.call("enrol.start", json!({ "link": link }))?;
        ensure!(start["kind"] == kind && start["userName"] == name.as_str(), "the invite is for {start}");
        ensure!(start["fingerprint"] == self.fingerprint.as_str(), "not {}: {start}", self.fingerprint);
        let check = self.call("enrol.check", json!({ "userName": name, "password": password }))?;
        ensure!(check["ok"] == true, "the password is refused: {check}");
        let account = self.call(
            "enrol.account",
            json!({ "userName": name, "displayName": full_name, "password": password }),
        )?;
        secrets.keep(format!("{name}'s authenticator"), text(&account, "/secret")?);
        self.authenticator = Some(totp_rs::Totp::from_url(text(&account, "/otpauth")?).context("otpauth")?);
        for _ in 0..wrong_codes {
            let wrong = self.wrong_code()?;
            let refused = self.refused("enrol.confirm", json!({ "totp": wrong }))?;
            ensure!(refused.code() == "E-AUTH-1", "a wrong first code: {refused}");
        }
        let code = self.code(secrets)?;
        let confirm = self.call("enrol.confirm", json!({ "totp": code }))?;
        let codes = list(&confirm, "/recoveryCodes")?;
        ensure!(codes.len() == 10, "ten recovery codes: {}", codes.len());
        for code in codes {
            secrets.keep(format!("{name}'s recovery code"), code.as_str().context("a code")?);
        }
        self.recovery_codes = codes.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect();
        text(&confirm, "/recoveryKey")?.clone_into(&mut self.recovery_key);
        secrets.keep(format!("{name}'s recovery key"), &self.recovery_key);
        Ok(())
    }

    /// Another phone, with the administrator's code; one first code is mistyped.
    pub fn new_phone(&mut self, reset_code: &str, secrets: &mut Secrets) -> Result<()> {
        let password = self.password.clone();
        let begun = json!({ "password": password, "resetCode": reset_code });
        let told = self.call("totp.replace", begun)?;
        secrets.keep(format!("{}'s next authenticator", self.name), text(&told, "/secret")?);
        self.authenticator = Some(totp_rs::Totp::from_url(text(&told, "/otpauth")?).context("otpauth")?);
        self.used = 0;
        let wrong = self.wrong_code()?;
        let refused = self.refused("totp.confirm", json!({ "totp": wrong }))?;
        ensure!(refused.code() == "E-AUTH-1", "a wrong first code: {refused}");
        let code = self.code(secrets)?;
        let confirmed = self.call("totp.confirm", json!({ "totp": code }))?;
        let codes = list(&confirmed, "/recoveryCodes")?;
        for code in codes {
            secrets.keep(format!("{}'s next recovery code", self.name), code.as_str().context("a code")?);
        }
        self.recovery_codes = codes.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect();
        ensure!(self.recovery_codes.len() == 10, "ten recovery codes");
        Ok(())
    }

    /// Logs in with a fresh code.
    pub fn login(&mut self, secrets: &mut Secrets) -> Result<Value> {
        let (code, password) = (self.code(secrets)?, self.password.clone());
        let answer = self.call("session.login", json!({ "password": password, "totp": code }))?;
        self.subscribe()?;
        Ok(answer)
    }

    /// Another computer of the same person, with half of the recovery codes; nothing is enrolled there yet.
    pub fn another_computer(&mut self) -> Result<Self> {
        let folder = format!("{}-elsewhere", self.name);
        let mut other = Self {
            name: self.name.clone(),
            full_name: self.full_name.clone(),
            password: self.password.clone(),
            user: self.user.clone(),
            profile: self.profile.with_file_name(folder),
            programs: self.programs.clone(),
            place: Place::loopback(super::own_port()?),
            link: self.link.clone(),
            fingerprint: self.fingerprint.clone(),
            authenticator: None,
            used: 0,
            recovery_codes: self.recovery_codes.split_off(self.recovery_codes.len() / 2),
            recovery_key: self.recovery_key.clone(),
            client: None,
        };
        other.start()?;
        Ok(other)
    }

    /// What `enrol.device` is asked with. Spends a recovery code.
    pub fn joining(&mut self) -> Result<Value> {
        let code = self.recovery_code()?;
        Ok(json!({
            "link": self.link, "userName": self.name, "password": self.password,
            "recoveryCode": code, "recoveryKey": self.recovery_key,
        }))
    }

    /// What `session.login` is asked with, in place of a one-time code. Spends a recovery code.
    pub fn by_recovery_code(&mut self) -> Result<Value> {
        Ok(json!({ "password": self.password, "recoveryCode": self.recovery_code()? }))
    }

    fn recovery_code(&mut self) -> Result<String> {
        self.recovery_codes.pop().context("no recovery code is left")
    }

    /// Tries to log in with a code that is six digits and wrong.
    pub fn login_with_wrong_code(&mut self) -> Result<Refused> {
        let wrong = self.wrong_code()?;
        let password = self.password.clone();
        self.refused("session.login", json!({ "password": password, "totp": wrong }))
    }

    fn wrong_code(&self) -> Result<String> {
        let now = now();
        let right: Vec<String> =
            (0..5).filter_map(|step| self.code_at((now + step * STEP).saturating_sub(2 * STEP))).collect();
        (0..1_000_000).map(|n| format!("{n:06}")).find(|code| !right.contains(code)).context("a code")
    }

    /// A code that was not used before. Each step counts once, one to either side is accepted: three in quick
    /// succession are possible, the next one has to wait.
    pub fn code(&mut self, secrets: &mut Secrets) -> Result<String> {
        let step = loop {
            let current = now() / STEP;
            let next = (self.used + 1).max(current - 1);
            if next <= current + 1 {
                break next;
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        self.used = step;
        let code = self.code_at(step * STEP).context("no authenticator yet")?;
        secrets.keep(format!("{}'s one-time code", self.name), &code);
        Ok(code)
    }

    /// The code that a phone shows whose clock is off by so many seconds, once it is one that was not used.
    pub fn code_off_by(&mut self, seconds: i64, secrets: &mut Secrets) -> Result<String> {
        let step = loop {
            let step = now().saturating_add_signed(seconds) / STEP;
            if step != self.used {
                break step;
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        // Refused or not, it is not typed again.
        self.used = self.used.max(step);
        let code = self.code_at(step * STEP).context("no authenticator yet")?;
        secrets.keep(format!("{}'s one-time code", self.name), &code);
        Ok(code)
    }

    fn code_at(&self, time: u64) -> Option<String> {
        self.authenticator.as_ref().map(|authenticator| authenticator.generate(time).to_string())
    }

    /// As a target of messages.
    pub fn target(&self) -> String {
        format!("u:{}", self.user)
    }

    /// Sends a text; its message id.
    pub fn say(&mut self, to: &Self, words: &str) -> Result<String> {
        let target = to.target();
        message_id(&self.call("message.send", json!({ "to": target, "text": words }))?)
    }

    /// Waits for a message by its id.
    pub fn hears(&self, message: &str) -> Result<Value> {
        Ok(self.event("message.received", |event| event["message"]["id"] == message)?["message"].clone())
    }

    /// Waits until the other's computer is linked.
    pub fn linked(&mut self, other: &Self) -> Result<()> {
        let user = other.user.clone();
        super::until("a path between two people", || {
            let path = self.call("path.get", json!({ "user": user }))?;
            Ok((path["path"] != "waiting").then_some(()))
        })
    }

    /// The contact list as the program orders it.
    pub fn contacts(&mut self) -> Result<Vec<Value>> {
        Ok(list(&self.call("contact.list", json!({}))?, "/contacts")?.clone())
    }

    /// SIGKILL. Returns all lines the client has written.
    pub fn kill(&mut self) -> Result<Vec<Value>> {
        self.take()?.kill()
    }

    /// Writes the two files that a program logs in with; password first.
    pub fn credentials(&self, folder: &Path) -> Result<(PathBuf, PathBuf)> {
        let authenticator = self.authenticator.as_ref().context("no authenticator yet")?;
        let (password, totp) = (folder.join("password"), folder.join("otpauth"));
        std::fs::write(&password, &self.password)?;
        std::fs::write(&totp, authenticator.to_url()?)?;
        Ok((password, totp))
    }

    /// The invite link.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// Takes the client away, to end it in one of its ways.
    pub fn take(&mut self) -> Result<Client> {
        self.client.take().context("the client does not run")
    }
}

impl Deref for Person {
    type Target = Client;

    #[allow(clippy::panic, reason = "a test that uses a client it has ended is wrong")]
    fn deref(&self) -> &Client {
        match &self.client {
            Some(client) => client,
            None => panic!("{}'s client does not run", self.name),
        }
    }
}

impl DerefMut for Person {
    #[allow(clippy::panic, reason = "a test that uses a client it has ended is wrong")]
    fn deref_mut(&mut self) -> &mut Client {
        match &mut self.client {
            Some(client) => client,
            None => panic!("the client does not run"),
        }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
