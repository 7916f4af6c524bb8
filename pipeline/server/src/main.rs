//! The program: parse, listen, or be one session.

use std::process::ExitCode;

fn main() -> ExitCode {
    restudy_server::main()
}
