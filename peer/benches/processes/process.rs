//! What the system says about a process.

use std::fs;

use crate::support::{Context as _, Result};

/// Processor time so far, in seconds, of all threads that live.
pub(crate) fn cpu(id: u32) -> Result<f64> {
    let mut nanoseconds = 0.0;
    for task in fs::read_dir(format!("/proc/{id}/task"))? {
        // A thread may end meanwhile.
        let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
        nanoseconds += text.split(' ').next().context("schedstat is empty")?.parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}

/// Resident and proportional memory, in MiB.
pub(crate) fn memory(id: u32) -> Result<(f64, f64)> {
    let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?;
    let line = |name: &str| -> Result<f64> {
        let line = text.lines().find(|line| line.starts_with(name)).context("smaps_rollup lacks a line")?;
        Ok(line.split_whitespace().nth(1).context("no figure")?.parse::<f64>()? / 1024.0)
    };
    Ok((line("Rss:")?, line("Pss:")?))
}
