//! What a client hears of a question that compares waves by what cannot be compared.

use std::path::Path;

use futures::{StreamExt as _, stream};
use tokio_postgres::{AsyncMessage, NoTls};

use super::server::{Server, root};

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let at = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &at);
        } else {
            fs_err::copy(entry.path(), at).unwrap();
        }
    }
}

/// A study of two waves, of which the second asked a question with another answer.
fn two_waves() -> tempfile::TempDir {
    let study = tempfile::tempdir().unwrap();
    for part in ["base", "wave-merge-not-said"] {
        copy(&root().join("fixtures/faulty").join(part), study.path());
    }
    let crosswalk = study.path().join("codebook/waves/second.toml");
    let was = fs_err::read_to_string(&crosswalk).unwrap();
    let merged = "answers = { \"Now and then\" = \"monthly\" }\n";
    let said = format!("{merged}comparable = \"no\"\nwhy = \"two answers became one\"\n");
    fs_err::write(crosswalk, was.replace(merged, &said)).unwrap();
    for folder in ["queries/facts", "report-templates/fonts"] {
        fs_err::create_dir_all(study.path().join(folder)).unwrap();
    }
    study
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_in_vain_is_warned_of() {
    let study = two_waves();
    let server = Server::over(study.path());
    let (client, mut connection) = server.config().connect(NoTls).await.unwrap();
    let (sender, mut heard) = futures::channel::mpsc::unbounded();
    tokio::spawn(async move {
        let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
        while let Some(Ok(message)) = messages.next().await {
            if let AsyncMessage::Notice(notice) = message {
                let said = [Some(notice.message()), notice.detail(), notice.hint()];
                let said: Vec<&str> = said.into_iter().flatten().collect();
                let line = format!("{} {}: {}", notice.severity(), notice.code().code(), said.join("; "));
                sender.unbounded_send(line.replace('\n', "; ")).unwrap();
            }
        }
    });
    let both = "select visits__alone, count(*) as n from responses group by visits__alone";
    let one = "select visits__alone from responses where wave = 'second'";
    let warning = "WARNING 01000: `visits__alone` cannot be compared between first and second; second: two answers became one; \
                   the query reads the answers of more than one wave; hold `wave` to one of them, or leave the variable out";
    // An answer comes all the same, in both protocols, and what one statement of a text compares is not said of the others.
    assert!(!client.query(both, &[]).await.unwrap().is_empty());
    assert_eq!(heard.next().await.as_deref(), Some(warning));
    client.simple_query(&format!("{one}; select count(*) from responses; {both}")).await.unwrap();
    assert_eq!(heard.next().await.as_deref(), Some(warning));
    let held = client.query("select visits__alone from responses where wave = $1", &[&"second"]).await;
    assert!(!held.unwrap().is_empty());
    // So is a label that the column does not have.
    let slip = "select count(*) from responses where visits__alone = 'Monthly' and wave = 'second'";
    client.query(slip, &[]).await.unwrap();
    let told = heard.next().await.unwrap();
    let warning =
        "WARNING 01000: `visits__alone` has no label `Monthly`, so that nothing is equal to it; its labels: ";
    assert!(told.starts_with(warning) && told.ends_with("; did you mean `monthly`?"), "{told}");
    // Who asks for silence has it.
    client.simple_query("set client_min_messages = error").await.unwrap();
    client.simple_query(both).await.unwrap();
    drop(client);
    assert_eq!(heard.next().await, None);
}
