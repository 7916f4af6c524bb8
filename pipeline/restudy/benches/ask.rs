//! `restudy ask` as a whole process, over an up-to-date build, against the DuckDB command line on the same Parquet file.
//!
//! In: a study's folder whose newest wave is built (`bench/ask.sh` makes one). Out: medians of 41 runs, taken in turns, and how
//! long a session that is ready takes from the question to the first byte of its answer. It is a program rather than a
//! test: times are for reading, not for passing.

#![expect(clippy::expect_used, reason = "a benchmark may stop where it stands")]

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const RUNS: usize = 41;

fn restudy(study: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_restudy"));
    command.arg("--study").arg(study).args(["--quiet", "ask"]);
    command
}

/// How long the process takes from its start to its end.
fn whole(command: &mut Command) -> Duration {
    let started = Instant::now();
    let output = command.stdin(Stdio::null()).output().expect("the program runs");
    let took = started.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    took
}

/// From the question to the first byte of its answer, in a process that waits for it.
fn first_byte(study: &Path, sql: &str) -> Duration {
    let mut child = restudy(study)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    sleep(Duration::from_millis(100));
    let mut question = child.stdin.take().expect("standard input");
    let mut answer = child.stdout.take().expect("standard output");
    let started = Instant::now();
    question.write_all(sql.as_bytes()).expect("asked");
    drop(question);
    answer.read_exact(&mut [0]).expect("an answer");
    let took = started.elapsed();
    child.wait().expect("an end");
    took
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

fn main() {
    let Some(study) = std::env::var_os("RESTUDY_BENCH_STUDY") else {
        println!("sh bench/ask.sh builds a study, and calls this");
        return;
    };
    let study = Path::new(&study);
    let wave = std::env::var("RESTUDY_BENCH_WAVE").expect("a wave");
    let store = study.join("build").join(&wave).join(format!("store/responses/{wave}.parquet"));
    let count = "SELECT count(*) FROM responses";
    let group = "select school_type, svy_prop(employers = 'none', design) as share from responses group by school_type order by school_type";
    let peer = format!("SELECT count(*) FROM '{}'", store.display());
    let duckdb = Command::new("duckdb").arg("--version").output().ok().filter(|found| found.status.success());
    let mut times: [Vec<Duration>; 5] = Default::default();
    for run in 0..=RUNS {
        let mut took = [
            whole(restudy(study).arg(count)),
            whole(restudy(study).arg(group)),
            first_byte(study, count),
            first_byte(study, group),
            Duration::ZERO,
        ];
        if duckdb.is_some() {
            took[4] = whole(Command::new("duckdb").args(["-c", &peer]));
        }
        // The first run warms the disk.
        if run > 0 {
            times.iter_mut().zip(took).for_each(|(times, took)| times.push(took));
        }
    }
    let [count, group, first_count, first_group, peer] = times.map(median);
    println!("ask, count of a table, whole process:      {count:6.1} ms");
    println!("ask, proportions by design, whole process: {group:6.1} ms");
    println!(
        "first byte from a session that is ready:   {first_count:6.1} ms (a count), {first_group:.1} ms (proportions)"
    );
    match duckdb {
        Some(version) => {
            let version = String::from_utf8_lossy(&version.stdout);
            println!(
                "duckdb {}, the same count:     {peer:6.1} ms",
                version.split(' ').next().unwrap_or_default()
            );
        }
        None => println!("no duckdb on the PATH to compare with"),
    }
}
