//! How long a real-time thread of the web view may go on without waiting for anything.
//!
//! WebKit runs a thread or two of each of its processes before all ordinary ones (`SCHED_RR`), with the rights of the process
//! or through RealtimeKit. Such a thread waits for a lock of WebKit's allocator by `sched_yield(2)`, which leaves the
//! processor to nobody below it: an ordinary thread that was taken off that processor while it held the lock does not get
//! back, and the window stands still for 60 to 190 ms (counted on two processors, some once in a minute of scrolling). The
//! kernel has a bound for that, `RLIMIT_RTTIME` in setrlimit(2): at the soft one the process gets `SIGXCPU`, and WebKit makes
//! all its threads ordinary. At the hard one the kernel ends the process; WebKit by itself sets both to that one, for RealtimeKit.

use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, getpid, getrlimit, prlimit, setrlimit};

/// Microseconds without waiting: a third of a frame.
const TURN: u64 = 5_000;
/// Microseconds at which the process is ended. RealtimeKit asks for this or less, and WebKit overwrites both bounds of a
/// process that has more.
const MOST: u64 = 200_000;

/// How often the bounds are put back: the kernel moves the soft one on by a second when it was reached.
const EVERY: Duration = Duration::from_secs(1);

/// Bounds the real-time threads of this process, and of those that it starts. WebKit has to come after it.
pub(crate) fn limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Rttime);
    let least = |now: Option<u64>, most: u64| Some(now.map_or(most, |now| now.min(most)));
    let bounds = Rlimit { current: least(current, TURN), maximum: least(maximum, MOST) };
    // A system that refuses leaves the window as WebKit has it: it may stand still at times.
    let _kept = setrlimit(Resource::Rttime, bounds);
}

/// Keeps the bounds of this process and of the web view's where they were, for as long as the window lives. WebKit makes
/// its threads real-time ones again when a hidden window comes back.
pub(crate) async fn keep() {
    let bounds = Rlimit { current: Some(TURN), maximum: Some(MOST) };
    loop {
        tokio::time::sleep(EVERY).await;
        limit();
        for process in children() {
            // One that has just ended, or has less already, needs none.
            let _kept = prlimit(Some(process), Resource::Rttime, bounds);
        }
    }
}

/// What the first thread of this process has started: it is the one that the web view runs in.
fn children() -> Vec<Pid> {
    let list = format!("/proc/self/task/{}/children", getpid().as_raw_nonzero());
    let list = std::fs::read_to_string(list).unwrap_or_default();
    list.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
}

/// Starts a program of somebody else's: it gets the time that it would have had, for it may not know what to do at `TURN`.
pub(super) fn without<T>(start: impl FnOnce() -> T) -> T {
    let Rlimit { maximum, .. } = getrlimit(Resource::Rttime);
    let _as_it_was = setrlimit(Resource::Rttime, Rlimit { current: maximum, maximum });
    let started = start();
    limit();
    started
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> String {
        let limits = std::process::Command::new("cat").arg("/proc/self/limits").output().unwrap().stdout;
        let limits = String::from_utf8(limits).unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max realtime timeout")).unwrap();
        line.split_whitespace().skip(3).take(2).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_web_view_is_bounded_and_another_program_is_not() {
        limit();
        assert_eq!(told(), "5000 200000");
        assert_eq!(without(told), "200000 200000");
        assert_eq!(told(), "5000 200000");
        limit();
        assert_eq!(told(), "5000 200000");
    }
}
