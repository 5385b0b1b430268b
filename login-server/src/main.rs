//! The `login-server` binary: the server, and the administrator's command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(login_server::run(std::env::args_os()).code())
}
