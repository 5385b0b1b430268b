//! Child processes that end with their owner, and whatever else must be gone at the end, also after Ctrl-C.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A child process. Killed on drop.
pub struct Process {
    child: Child,
    name: String,
}

impl Process {
    /// Starts it; standard error goes to a file.
    pub fn start(command: &mut Command, name: &str, log: &Path) -> Result<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        lock(&RUNNING).insert(child.id());
        Ok(Self { child, name: name.to_owned() })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("a process id")?;
        Ok(kill_process(pid, signal)?)
    }

    /// SIGKILL: no last word.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        lock(&RUNNING).remove(&self.child.id());
        Ok(())
    }

    /// Waits for its own end.
    pub fn wait(&mut self, patience: Duration) -> Result<ExitStatus> {
        let end = Instant::now() + patience;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                lock(&RUNNING).remove(&self.child.id());
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("{} does not end within {patience:?}\n{}", self.name, threads(self.child.id()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ended = self.kill();
    }
}

/// The threads of a process by name, and the call of the kernel that each waits in: what a process that does not end
/// hangs on.
pub fn threads(id: u32) -> String {
    let read = |path: PathBuf| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let tasks = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let line = |task: PathBuf| {
        let [name, waits, call] = ["comm", "wchan", "syscall"].map(|file| read(task.join(file)));
        format!("{name}: {waits} {call}\n")
    };
    tasks.map(|task| line(task.path())).collect()
}

/// Remembers a folder for [`clean_up`].
pub fn remove_at_end(folder: &Path) {
    lock(&FOLDERS).push(folder.to_owned());
}

/// Kills every child and removes every folder: for the end by a signal, when nothing is dropped.
pub fn clean_up() {
    for id in lock(&RUNNING).iter() {
        if let Some(pid) = i32::try_from(*id).ok().and_then(Pid::from_raw) {
            let _ended = kill_process(pid, Signal::KILL);
        }
    }
    for folder in lock(&FOLDERS).iter() {
        // A child may have written into it a moment ago.
        for _ in 0..20 {
            if std::fs::remove_dir_all(folder).is_ok() || !folder.exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
