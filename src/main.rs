//! The binary: panic hook, arguments, a front door, an exit code.

use std::ffi::OsString;
use std::io::{Write, stderr, stdout};
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use bursar::cli::answer::{Answer, render};
use bursar::cli::args::{Cli, Common};
use bursar::cli::report::{Kind, Report};
use bursar::cli::{parse, run, wants_json};
use bursar::config::{Config, Home};
use bursar::node::install_tls;
use bursar::telemetry;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use tracing_appender::non_blocking::WorkerGuard;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(on_panic));
    keep_memory_private();
    install_tls();
    let args: Vec<OsString> = std::env::args_os().collect();
    let result = std::panic::catch_unwind(|| answer(&args)).unwrap_or_else(|_| Err(defect()));
    ExitCode::from(render(result, wants_json(&args), &mut stdout().lock(), &mut stderr().lock()))
}

fn answer(args: &[OsString]) -> Result<Answer, Report> {
    let cli: Cli = match parse(args) {
        Ok(cli) => cli,
        Err(result) => return result,
    };
    let _log = log(&cli.common);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| Report::new(Kind::Internal, "internal", format!("no threads can be started: {e}")))?;
    let result = runtime.block_on(run(cli));
    if let Err(report) = &result {
        tracing::warn!(code = report.code, "{}", report.message);
    }
    result
}

/// No core files, and no other process of this user may look in: secrets are in this memory while keys are open.
/// Where the system refuses, the program goes on: the keystore locks its own pages besides.
fn keep_memory_private() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Logging is a help, not a condition: where it cannot begin, the verb goes on without.
fn log(common: &Common) -> Option<WorkerGuard> {
    let home = Home::resolve(common.home.as_deref(), |name| std::env::var_os(name)).ok()?;
    if common.read_only || !home.config_file().exists() {
        return None;
    }
    let configured =
        || Config::read(&common.config.clone().unwrap_or_else(|| home.config_file())).ok().map(|c| c.general.log_level);
    let level = common.log_level.clone().or_else(configured)?;
    telemetry::start(&home.log_folder(), &level).ok().flatten()
}

fn defect() -> Report {
    Report::new(Kind::Internal, "internal", "this is a defect of bursar; what was recorded before is safe")
        .hint("`bursar audit verify` checks the journal; the log file says where it happened")
}

/// Says where, never what: a panic's message may quote values.
fn on_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), |l| format!("{}:{}", l.file(), l.line()));
    tracing::error!("panic at {place}");
    // Not eprintln: a closed stderr must not make this a second panic.
    drop(writeln!(stderr(), "bursar: internal error at {place}"));
}
