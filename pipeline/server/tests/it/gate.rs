//! Who gets in, how many, and how it ends: passwords, TLS, connections, signals.

use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::raw::{Raw, error, first, message, startup};
use super::server::{Server, connect, fault, program};

/// A file that its owner alone can read.
pub(crate) fn private(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    fs_err::write(&file, text).unwrap();
    fs_err::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    file
}

/// The line of a user, as the program prints it.
pub(crate) fn line(name: &str, password: &str) -> String {
    let mut child = program_alone()
        .args(["--new-user", name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success());
    String::from_utf8(out.stdout).unwrap()
}

fn program_alone() -> std::process::Command {
    std::process::Command::new(assert_cmd::cargo::cargo_bin!("restudy-server"))
}

/// A certificate of localhost, and its key.
pub(crate) fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let made =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let certificate = private(folder, "server.crt", &made.cert.pem());
    (certificate, private(folder, "server.key", &made.signing_key.serialize_pem()))
}

/// What the program says when it does not start, and its exit status.
fn refuses(options: &[&str]) -> (i32, String) {
    let out = program().args(["--port", "0"]).args(options).stdin(Stdio::null()).output().unwrap();
    (out.status.code().unwrap(), String::from_utf8(out.stderr).unwrap())
}

#[test]
fn it_does_not_start_where_others_could_read_along() {
    let folder = TempDir::new().unwrap();
    let users = private(folder.path(), "users", &line("anna", "secret"));
    let (certificate, key) = certificate(folder.path());
    let [users, certificate, key] = [&users, &certificate, &key].map(|path| path.to_str().unwrap());
    let open = "others can reach 0.0.0.0, so passwords and TLS are needed there";
    for options in [
        vec!["--host", "0.0.0.0"],
        vec!["--host", "0.0.0.0", "--users", users],
        vec!["--host", "0.0.0.0", "--tls-cert", certificate, "--tls-key", key],
    ] {
        let (status, said) = refuses(&options);
        assert_eq!(status, 2);
        assert!(said.contains(open), "{said}");
    }
    let (status, said) = refuses(&["--tls-cert", certificate]);
    assert!(status == 2 && said.contains("--tls-key"), "{said}");
}

#[test]
fn it_does_not_start_with_files_that_are_not_what_they_should_be() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let (certificate, key) = certificate(folder);
    let other = TempDir::new().unwrap();
    let (other_certificate, _) = self::certificate(other.path());
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let readable = private(folder, "readable", &line("anna", "secret"));
    fs_err::set_permissions(&readable, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open_key = folder.join("open.key");
    fs_err::copy(&key, &open_key).unwrap();
    fs_err::set_permissions(&open_key, std::fs::Permissions::from_mode(0o640)).unwrap();
    let plain = private(folder, "plain", "# who\nanna:secret\nben:hunter2\n");
    let twice = private(folder, "twice", &format!("{}{}", line("anna", "a"), line("anna", "b")));
    let nobody = private(folder, "nobody", "# nobody yet\n");
    let empty = private(folder, "empty.pem", "");
    let users = |path: &Path| vec!["--users".to_owned(), text(path)];
    let tls = |certificate: &Path, key: &Path| {
        vec!["--tls-cert".to_owned(), text(certificate), "--tls-key".to_owned(), text(key)]
    };
    let cases = [
        (users(&readable), "others than its owner can read this file"),
        (users(&folder.join("none")), "No such file"),
        (users(&plain), "this is not a user and a SCRAM-SHA-256 verifier"),
        (users(&twice), "`anna` stands here twice"),
        (users(&nobody), "nobody may log in"),
        (tls(&certificate, &open_key), "others than its owner can read this file"),
        (tls(&certificate, &certificate), "this is no private key in PEM"),
        (tls(&empty, &key), "there is no certificate in this file"),
        (tls(&key, &key), "there is no certificate in this file"),
        (tls(&other_certificate, &key), "do not serve for TLS"),
        (tls(&folder.join("none"), &key), "No such file"),
    ];
    for (options, words) in cases {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let (status, said) = refuses(&options);
        assert!(status == 2 && said.contains(words), "{options:?}: {status} {said}");
        assert!(!said.contains("secret") && !said.contains("hunter2"), "a password is shown: {said}");
    }
}

#[test]
fn bounds_that_are_none_are_faults_of_the_command_line() {
    for (options, words) in [
        (["--memory", "0"], "write a number and a unit"),
        (["--memory", "1MiB"], "at least 128 MiB"),
        (["--timeout", "0s"], "there is always a bound"),
        (["--timeout", "soon"], "write a number and a unit"),
        (["--max-connections", "0"], "1..=1000"),
        (["--wave", "1913"], "1913"),
        (["--study", "/nowhere"], "the argument '--study <DIR>' cannot be used multiple times"),
    ] {
        let (status, said) = refuses(&options);
        assert!(status == 2 && said.contains(words), "{options:?}: {status} {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_proved_and_wrong_ones_all_fail_alike() {
    let folder = TempDir::new().unwrap();
    let lines = format!("# those who may\n\n{}{}", line("anna", "corréct horse"), line("b:en", "x"));
    let users = private(folder.path(), "users", &lines);
    let server = Server::start(&["--users", users.to_str().unwrap()]);
    let enter = async |user: &str, password: &str| {
        let mut config = server.config();
        config.user(user).password(password);
        match connect(&config).await {
            Ok(client) => client.query_one("select session_user", &[]).await.unwrap().get::<_, String>(0),
            Err(told) => fault(&told),
        }
    };
    assert_eq!(enter("anna", "corréct horse").await, "anna");
    assert_eq!(enter("b:en", "x").await, "b:en");
    for (user, password) in
        [("anna", "correct horse"), ("anna", ""), ("ben", "x"), ("nobody", "x"), ("", "x")]
    {
        let told = enter(user, password).await;
        let expected = match user {
            "" => "FATAL 28000: the client names no user".to_owned(),
            user => format!("FATAL 28P01: password authentication failed for user \"{user}\""),
        };
        assert_eq!(told, expected);
    }
    let log = server.says("password authentication failed for user \"nobody\"");
    assert!(!log.contains("horse"), "{log}");

    // Somebody whom nobody knows gets as far as somebody with a wrong password, and always the same salt.
    let salt = async |user: &str| {
        let mut raw = Raw::connect(&server).await;
        raw.say(&startup(&["user", user])).await;
        raw.hear().await.unwrap();
        let first = b"n,,n=,r=abcdefgh";
        let body =
            [&b"SCRAM-SHA-256\0"[..], &u32::try_from(first.len()).unwrap().to_be_bytes(), first].concat();
        raw.say(&message(b'p', &body)).await;
        let (letter, body) = raw.hear().await.unwrap();
        assert_eq!((letter, &body[..4]), (b'R', &[0, 0, 0, 11][..]), "{user}");
        let text = String::from_utf8(body[4..].to_vec()).unwrap();
        text.split_once(",s=").unwrap().1.to_owned()
    };
    assert_eq!(salt("nobody").await, salt("nobody").await);
    assert_ne!(salt("nobody").await, salt("somebody").await);
    assert_eq!(salt("nobody").await.len(), salt("anna").await.len());

    // No way round the proof.
    for attempt in [
        message(b'Q', b"select * from responses\0"),
        message(b'p', b"corr\xc3\xa9ct horse\0"),
        message(b'p', b"PLAIN\0\0\0\0\x01x"),
        message(b'p', b"SCRAM-SHA-256-PLUS\0\0\0\0\x01x"),
        message(b'p', b"SCRAM-SHA-256\0\0\0\0\x09n,,n=,r=\0"),
        message(b'p', &[b'x'; 5000]),
        message(b'p', b""),
    ] {
        let mut raw = Raw::connect(&server).await;
        raw.say(&[startup(&["user", "anna"]), attempt].concat()).await;
        let answer = raw.answer().await;
        assert!(answer.contains("FATAL") && answer.ends_with("(hung up)"), "{answer}");
    }
}

/// A TLS stream to the server, which must show this certificate.
async fn encrypted(server: &Server, certificate: &Path) -> TlsStream<TcpStream> {
    let mut socket = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    socket.write_all(&first(80_877_103, b"")).await.unwrap();
    assert_eq!(socket.read_u8().await.unwrap(), b'S');
    let mut roots = RootCertStore::empty();
    let pem = fs_err::read(certificate).unwrap();
    let der = <CertificateDer<'_> as tokio_rustls::rustls::pki_types::pem::PemObject>::from_pem_slice(&pem)
        .unwrap();
    roots.add(der).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from("localhost").unwrap(), socket)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_nobody_talks_in_the_clear() {
    let folder = TempDir::new().unwrap();
    let (certificate, key) = certificate(folder.path());
    let users = private(folder.path(), "users", &line("anna", "secret"));
    let server = Server::start(&[
        "--tls-cert",
        certificate.to_str().unwrap(),
        "--tls-key",
        key.to_str().unwrap(),
        "--users",
        users.to_str().unwrap(),
        "--memory",
        "256MiB",
    ]);
    let mut config = server.config();
    config.password("secret").ssl_mode(SslMode::Disable);
    assert_eq!(
        fault(&connect(&config).await.err().unwrap()),
        "FATAL 28000: this server speaks over TLS only"
    );

    let (client, connection) =
        config.connect_raw(encrypted(&server, &certificate).await, NoTls).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(client.query_one("select count(*) from responses", &[]).await.unwrap().get::<_, i64>(0), 196);
    // The reason why a session ends comes through TLS as well.
    let growing = "with a as (select string_agg(excerpt, '') as x from segments), b as (select concat(x, x, x, x, x, x, x, x, x, x) as x from a), \
        c as (select concat(x, x, x, x, x, x, x, x, x, x) as x from b), d as (select concat(x, x, x, x, x, x, x, x, x, x) as x from c), \
        e as (select concat(x, x, x, x, x, x, x, x, x, x) as x from d) select length(x) from e";
    let told = client.query(growing, &[]).await.unwrap_err();
    assert_eq!(
        fault(&told),
        "FATAL 53200: the connection ends: it needed more than the 256 MiB of memory that it may use"
    );

    // What is sent in the clear after the wish for TLS is not taken for what was said within it.
    let mut raw = Raw::connect(&server).await;
    raw.say(&[first(80_877_103, b""), startup(&["user", "anna"])].concat()).await;
    assert_eq!(raw.0.read_u8().await.unwrap(), b'S');
    let mut rest = Vec::new();
    let _ = raw.0.read_to_end(&mut rest).await;
    assert!(
        !rest.windows(13).any(|words| words == b"SCRAM-SHA-256"),
        "a password was asked for in the clear"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_counted_and_half_open_ones_do_not_count() {
    let server = Server::start(&["--max-connections", "2", "--login-timeout", "1s"]);
    let one = server.client().await;
    let two = server.client().await;
    let told = connect(&server.config()).await.err().unwrap();
    assert_eq!(fault(&told), "FATAL 53300: all 2 connections are in use");
    drop(one);
    // The server hears of it in its own time.
    while connect(&server.config()).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    drop(two);

    // Those who never say who they are: some say nothing, some a part.
    let mut silent = Vec::new();
    for i in 0..16 {
        let mut raw = Raw::connect(&server).await;
        raw.say(&startup(&["user", "anna"])[..i]).await;
        silent.push(raw);
    }
    while connect(&server.config()).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    for mut raw in silent {
        let (letter, body) = raw.hear().await.unwrap();
        assert_eq!(
            (letter, error(&body).as_str()),
            (b'E', "FATAL 57014: the connection ends: the time to log in is over")
        );
    }
    // More than may be about to log in at once.
    let mut many = Vec::new();
    for _ in 0..40 {
        many.push(Raw::connect(&server).await);
    }
    let mut turned_away = 0;
    for mut raw in many {
        let (_, body) = raw.hear().await.unwrap();
        turned_away += usize::from(error(&body) == "FATAL 53300: too many clients are logging in at once");
    }
    assert!(turned_away >= 8, "{turned_away} of 40");
    assert!(server.end());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_needs_the_secret() {
    let server = Server::start(&[]);
    let mut raw = Raw::connect(&server).await;
    raw.say(&startup(&["user", "anna"])).await;
    let mut key = Vec::new();
    loop {
        match raw.hear().await.unwrap() {
            (b'K', body) => key = body,
            (b'Z', _) => break,
            _ => {}
        }
    }
    assert_eq!(key.len(), 8, "four bytes of process, four of secret");
    raw.say(&message(
        b'Q',
        b"with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t\0",
    ))
    .await;
    let mut wrong = key.clone();
    wrong[7] ^= 1;
    for body in [
        &wrong[..],
        &[&key[..4], &[0; 4]].concat(),
        &[&[0, 0, 0, 1], &key[4..]].concat(),
        &[&key[..], b"more"].concat(),
    ] {
        let mut other = Raw::connect(&server).await;
        other.say(&first(80_877_102, body)).await;
        assert!(other.hear().await.is_none(), "a cancel is never answered");
    }
    let log = server.says("refused: a cancel with a wrong secret");
    assert!(!log.contains("cancels a statement"), "{log}");
    let mut right = Raw::connect(&server).await;
    right.say(&first(80_877_102, &key)).await;
    assert!(right.hear().await.is_none());
    // It may have come before the statement had begun.
    while !server.says("cancels a statement").is_empty() {
        if let Ok(answer) = tokio::time::timeout(std::time::Duration::from_millis(500), raw.answer()).await {
            assert!(
                answer.contains("ERROR 57014: the statement was cancelled, as its client asked (ready)"),
                "{answer}"
            );
            break;
        }
        let mut again = Raw::connect(&server).await;
        again.say(&first(80_877_102, &key)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn newer_protocols_are_spoken_as_far_as_they_are_known() {
    let server = Server::shared();
    for (minor, negotiated, secret) in [(0, false, 4), (2, false, 32), (9999, true, 32)] {
        let mut raw = Raw::connect(&server).await;
        let mut said = startup(&["user", "anna"]);
        said[6..8].copy_from_slice(&u16::try_from(minor).unwrap().to_be_bytes());
        raw.say(&said).await;
        let (mut told, mut length) = (false, 0);
        loop {
            match raw.hear().await.unwrap() {
                (b'v', body) => told = body[..4] == [0, 3, 0, 2],
                (b'K', body) => length = body.len() - 4,
                (b'Z', _) => break,
                _ => {}
            }
        }
        assert_eq!((told, length), (negotiated, secret), "3.{minor}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_in_good_order_and_leaves_nothing_behind() {
    let temporary = TempDir::new().unwrap();
    let left = || -> Vec<PathBuf> {
        fs_err::read_dir(temporary.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let server = Server::start_in(Some(temporary.path()), &[]);
    let mut raw = Raw::connect(&server).await;
    raw.say(&startup(&["user", "anna"])).await;
    while raw.hear().await.unwrap().0 != b'Z' {}
    let [snapshot] = &left()[..] else { panic!("{:?}", left()) };
    assert_eq!(
        fs_err::metadata(snapshot).unwrap().permissions().mode() & 0o777,
        0o700,
        "the snapshot is its owner's alone"
    );
    let address = SocketAddr::from(([127, 0, 0, 1], server.port));
    assert!(server.end(), "the exit status of a server that was told to end is 0");
    assert_eq!(raw.answer().await, "FATAL 57P01: the connection ends: the server is stopping (hung up)");
    assert!(TcpStream::connect(address).await.is_err());
    assert!(left().is_empty(), "{:?}", left());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_asks_nothing_ends() {
    let server = Server::start(&["--timeout", "100ms", "--idle-timeout", "200ms"]);
    let mut raw = Raw::connect(&server).await;
    raw.say(&startup(&["user", "anna"])).await;
    while raw.hear().await.unwrap().0 != b'Z' {}
    let answer = raw.answer().await;
    assert!(answer.starts_with("FATAL 57P05: the connection ends: nothing was asked for"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_its_answer_holds_nothing() {
    let server = Server::start(&["--timeout", "200ms", "--max-connections", "1"]);
    let mut raw = Raw::connect(&server).await;
    raw.say(&startup(&["user", "anna"])).await;
    while raw.hear().await.unwrap().0 != b'Z' {}
    raw.say(&message(b'Q', b"select * from answers a cross join cases c\0")).await;
    server.says("the connection ends: its client does not read what it asked for (57014)");
    let next = server.client().await;
    assert_eq!(next.query_one("select 1::int8", &[]).await.unwrap().get::<_, i64>(0), 1);
}

#[test]
fn restudy_serve_is_the_way_to_it() {
    let server = assert_cmd::cargo::cargo_bin!("restudy-server");
    let restudy = server.with_file_name("restudy");
    if !restudy.is_file() {
        eprintln!("skipped: restudy is not beside restudy-server (cargo build --workspace --bin restudy)");
        return;
    }
    let out = std::process::Command::new(restudy).args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(out.stdout).unwrap();
    assert!(
        out.status.success() && help.contains("Usage: restudy serve") && help.contains("--max-connections"),
        "{help}"
    );
}
