//! The `scaffold` binary: parse, run, print the error, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    scaffold::main()
}
