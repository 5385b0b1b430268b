//! TOTP codes (RFC 6238, SHA-1, 30 s, 6 digits) with a memory: each step is good once, ±1 step of clock error.
//!
//! The crate that computes codes remembers nothing; the last accepted step is kept with the account, and a code of
//! that step or an earlier one is refused, so a code seen by somebody else is worth nothing.

use conclave_crypto::secret::Secret;

/// Bytes of the shared secret, as RFC 4226 recommends.
pub(crate) const SECRET: usize = 20;
/// Seconds of one step.
pub(crate) const STEP_S: u64 = 30;
/// Steps of clock error allowed to each side.
const SKEW: u16 = 1;

/// The step a code belongs to; later steps are larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step(pub u64);

/// The step of `code` at `now` (milliseconds UTC) if it is right and later than `last`.
#[must_use]
pub(crate) fn check(secret: &Secret<SECRET>, code: &[u8], now: u64, last: Option<Step>) -> Option<Step> {
    let code = std::str::from_utf8(code).ok()?;
    let step = totp(secret).check(code, now / 1000).map(Step)?;
    last.is_none_or(|last| step > last).then_some(step)
}

fn totp(secret: &Secret<SECRET>) -> totp_rs::Totp {
    totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(STEP_S)
        .with_skew(SKEW)
        .with_secret(totp_rs::Secret::new_stack(*secret.expose()))
        .build_noncompliant()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, Appendix B, SHA-1; its eight digits end in these six.
    const RFC: [(u64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    fn secret() -> Secret<SECRET> {
        Secret::new(*b"12345678901234567890")
    }

    #[test]
    fn the_codes_of_the_rfc_are_accepted() {
        for (seconds, code) in RFC {
            let step = check(&secret(), code.as_bytes(), seconds * 1000, None);
            assert_eq!(step, Some(Step(seconds / STEP_S)), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_around_and_no_further() {
        let (seconds, code) = RFC[3];
        let start = seconds / STEP_S * STEP_S;
        for (offset, good) in [(-31_i64, false), (-30, true), (0, true), (59, true), (60, false)] {
            let now = start.checked_add_signed(offset).unwrap() * 1000;
            assert_eq!(check(&secret(), code.as_bytes(), now, None).is_some(), good, "{offset}");
        }
    }

    #[test]
    fn a_step_is_good_once_and_never_after_a_later_one() {
        let (seconds, code) = RFC[3];
        let step = check(&secret(), code.as_bytes(), seconds * 1000, None);
        assert_eq!(check(&secret(), code.as_bytes(), seconds * 1000, step), None);
        assert_eq!(check(&secret(), code.as_bytes(), seconds * 1000, step.map(|s| Step(s.0 + 1))), None);
        assert!(check(&secret(), code.as_bytes(), seconds * 1000, step.map(|s| Step(s.0 - 1))).is_some());
    }

    #[test]
    fn what_is_not_six_digits_is_refused() {
        let now = RFC[3].0 * 1000;
        for code in ["", "5924", "0059240", "+05924", "00592a", " 05924", "００５９２４"] {
            assert_eq!(check(&secret(), code.as_bytes(), now, None), None, "{code}");
        }
        assert_eq!(check(&secret(), &[0xFF; 6], now, None), None);
    }
}
