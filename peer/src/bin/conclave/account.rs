//! `conclave enrol` and `conclave login`.

use conclave_crypto::password::Password;
use conclave_crypto::reset::ResetCode;
use conclave_peer::model::{EnrolFinish, EnrolKind, EnrolState, Factor, Failure, Unlock};
use conclave_peer::{Peer, password, words};
use conclave_proto::ErrorCode;
use zeroize::Zeroizing;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::screen::Screen;
use crate::{ask, state};

/// Tries at a question before the command gives up.
const TRIES: u32 = 3;
/// Digits of a one-time code; anything longer is a recovery code.
const CODE_DIGITS: usize = 6;

pub(crate) async fn enrol(arguments: &Arguments, screen: &Screen, device: bool) -> Result<(), Exit> {
    let peer = state::open(arguments).await?;
    let done = if device { device_steps(&peer, screen).await } else { enrol_steps(&peer, screen).await };
    peer.shutdown().await;
    done
}

async fn enrol_steps(peer: &Peer, screen: &Screen) -> Result<(), Exit> {
    let start = peer.enrol_start(ask::hidden(screen, "ask-link")?).await?;
    let about = [("organisation", start.organisation.clone()), ("server", start.server.clone())];
    let fingerprint = [("fingerprint", start.fingerprint.clone())];
    let mut lines = vec![
        screen.words("enrol-organisation", &about),
        screen.words("enrol-fingerprint", &fingerprint),
        screen.word("enrol-compare"),
    ];
    if start.kind == EnrolKind::Reset {
        lines.push(screen.word("enrol-reset"));
    }
    screen.show(&start, &lines)?;
    let name = match start.user_name {
        Some(name) => name,
        None => ask::open(screen, "ask-user")?.to_string(),
    };
    let display = Some(ask::open(screen, "ask-display")?.to_string()).filter(|name| !name.is_empty());
    let password = new_password(screen, &name, display.as_deref())?;

    let account = peer.enrol_account(name, display, password).await?;
    let secret = screen.words("enrol-secret", &[("secret", account.secret.to_string())]);
    screen.show(&account, &[secret, account.otpauth.to_string()])?;

    let confirmed = first_code(screen, async |code| peer.enrol_confirm(code).await).await?;
    let mut lines = vec![screen.word("enrol-codes")];
    lines.extend(confirmed.recovery_codes.iter().map(|code| format!("  {code}")));
    lines.push(screen.words("enrol-key", &[("key", confirmed.recovery_key.to_string())]));
    screen.show(&confirmed, &lines)?;
    if ask::on_terminal() {
        stored(screen, confirmed.recovery_codes.first())?;
    }

    finished(screen, &peer.enrol_finish().await?)
}

/// This computer for an account that exists.
async fn device_steps(peer: &Peer, screen: &Screen) -> Result<(), Exit> {
    let link = ask::hidden(screen, "ask-link")?;
    let name = ask::open(screen, "ask-user")?.to_string();
    let password = Password::new(&ask::hidden(screen, "ask-password")?);
    let factor = factor(ask::hidden(screen, "ask-code")?);
    let key = ask::hidden(screen, "ask-key")?;
    finished(screen, &peer.enrol_device(link, name, password, factor, key).await?)
}

fn finished(screen: &Screen, finish: &EnrolFinish) -> Result<(), Exit> {
    let line = match finish.state {
        EnrolState::Ready => screen.word("enrol-ready"),
        EnrolState::AwaitingAdmin => screen.words("enrol-awaiting", &[("digits", finish.digits30.clone())]),
    };
    Ok(screen.show(finish, &[line])?)
}

/// Asks for the first code of a phone, a few times.
async fn first_code<T>(
    screen: &Screen,
    confirm: impl AsyncFn(Zeroizing<String>) -> Result<T, Failure>,
) -> Result<T, Exit> {
    let mut tries = TRIES;
    loop {
        let code = ask::hidden(screen, "ask-code-first")?;
        match confirm(code).await {
            Ok(confirmed) => return Ok(confirmed),
            Err(failure) if failure.code == ErrorCode::AuthRefused && tries > 1 => {
                tries -= 1;
                screen.failure(&failure);
            }
            Err(failure) => return Err(failure.into()),
        }
    }
}

/// Another phone, with the code of an administrator.
async fn new_phone(peer: &Peer, screen: &Screen, typed: &str, code: Zeroizing<String>) -> Result<(), Exit> {
    peer.unlock(Unlock::Password(Password::new(typed))).await?;
    let account = peer.totp_replace(Password::new(typed), code).await?;
    let secret = screen.words("enrol-secret", &[("secret", account.secret.to_string())]);
    screen.show(&account, &[secret, account.otpauth.to_string()])?;
    let confirmed = first_code(screen, async |code| peer.totp_confirm(code).await).await?;
    let mut lines = vec![screen.word("enrol-codes")];
    lines.extend(confirmed.recovery_codes.iter().map(|code| format!("  {code}")));
    Ok(screen.show(&confirmed, &lines)?)
}

/// Asks until the first recovery code is typed back: codes that nobody wrote down save nobody.
fn stored(screen: &Screen, first: Option<&String>) -> Result<(), Exit> {
    let plain = |code: &str| code.replace([' ', '-'], "").to_uppercase();
    while first.is_some_and(|first| !first.is_empty()) {
        let typed = ask::open(screen, "ask-stored")?;
        if first.is_some_and(|first| plain(first) == plain(&typed)) {
            break;
        }
        screen.say(&screen.word("stored-wrong"));
    }
    Ok(())
}

/// A good password, typed twice on a terminal.
fn new_password(screen: &Screen, name: &str, display: Option<&str>) -> Result<Password, Exit> {
    let names: Vec<&str> = [Some(name), display].into_iter().flatten().collect();
    loop {
        let typed = ask::hidden(screen, "ask-password-new")?;
        match password::judge(&typed, &names).into_result(screen.language) {
            Ok(()) if !ask::on_terminal() => return Ok(Password::new(&typed)),
            Ok(()) => {
                if *ask::hidden(screen, "ask-password-again")? == *typed {
                    return Ok(Password::new(&typed));
                }
                screen.say(&screen.word("passwords-differ"));
            }
            Err(failure) if ask::on_terminal() => screen.failure(&failure),
            Err(failure) => return Err(failure.into()),
        }
    }
}

pub(crate) async fn login(arguments: &Arguments, screen: &Screen) -> Result<(), Exit> {
    let peer = state::open(arguments).await?;
    let done = sign_in(&peer, screen, true).await;
    peer.shutdown().await;
    done
}

/// Asks for password and code, opens the messages and signs in.
pub(crate) async fn sign_in(peer: &Peer, screen: &Screen, show: bool) -> Result<(), Exit> {
    let typed = ask::hidden(screen, "ask-password")?;
    let code = ask::hidden(screen, "ask-code")?;
    if ResetCode::parse(&code).is_ok() {
        return new_phone(peer, screen, &typed, code).await;
    }
    let factor = factor(code);
    let done = peer.login(Password::new(&typed), factor).await?;
    if show {
        let mut lines = vec![screen.words("login-done", &[("until", words::time(done.lease_until))])];
        if let Some(ended) = &done.ended_other {
            lines.push(screen.words("login-replaced", &[("device", ended.device.clone())]));
        }
        screen.show(&done, &lines)?;
    }
    Ok(())
}

/// Asks for the password and opens the messages; the server is not asked.
pub(crate) async fn unlock(peer: &Peer, screen: &Screen) -> Result<(), Failure> {
    let typed = ask::hidden(screen, "ask-password").map_err(|_| Failure::new(ErrorCode::StorePassword))?;
    peer.unlock(Unlock::Password(Password::new(&typed))).await
}

fn factor(typed: Zeroizing<String>) -> Factor {
    let digits = Zeroizing::new(typed.split_whitespace().collect::<String>());
    if digits.len() == CODE_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Factor::Totp(digits)
    } else {
        Factor::RecoveryCode(typed)
    }
}
