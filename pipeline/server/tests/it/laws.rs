//! What holds of the pieces, whatever they are given: messages are found in any cut of a stream, proofs are those of the standard.

use restudy_server::options::{TIMES, number_and_unit};
use restudy_server::password::scram::{Exchange, hmac};
use restudy_server::password::{Verifier, base64};
use restudy_server::wire::{First, Frames, LONGEST_MESSAGE, Requests, Startup, message, pairs, same};

/// Small numbers that look like chance, the same in every run.
fn chance(seed: &mut u64, below: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap() % below
}

#[test]
fn whole_messages_are_passed_on_wherever_the_stream_is_cut() {
    let mut seed = 1;
    for _ in 0..300 {
        let mut said = Vec::new();
        let mut ends = vec![0];
        for _ in 0..chance(&mut seed, 20) {
            let length = if chance(&mut seed, 10) == 0 { 2 << 20 } else { chance(&mut seed, 200) };
            said.extend(message(b'D', &vec![7; length]));
            ends.push(said.len());
        }
        let mut frames = Frames::default();
        let mut passed = Vec::new();
        let mut rest = &said[..];
        while !rest.is_empty() {
            let cut = (1 + chance(&mut seed, 300_000)).min(rest.len());
            frames.push(&rest[..cut]);
            passed.extend(frames.take());
            rest = &rest[cut..];
            assert!(
                !frames.at_an_end() || ends.contains(&passed.len()),
                "what was passed on ends within a message"
            );
        }
        assert!(passed == said, "nothing is lost and nothing is added");
    }
}

#[test]
fn a_message_that_is_cut_off_is_never_begun() {
    let mut frames = Frames::default();
    frames.push(&message(b'D', b"whole"));
    frames.push(&message(b'D', b"cut off")[..9]);
    assert_eq!(frames.take(), message(b'D', b"whole"));
    assert_eq!(frames.take(), b"");
}

#[test]
fn a_client_is_followed_to_its_goodbye_and_stopped_at_what_is_too_long() {
    let mut requests = Requests::default();
    for byte in [message(b'Q', b"select 1\0"), message(b'X', b"")].concat() {
        assert!(!requests.said_goodbye());
        requests.follow(&[byte]).unwrap();
    }
    assert!(requests.said_goodbye());
    let mut requests = Requests::default();
    let mut head = message(b'Q', b"");
    head[1..5].copy_from_slice(&u32::try_from(LONGEST_MESSAGE).unwrap().to_be_bytes());
    assert_eq!(requests.follow(&head), Err(LONGEST_MESSAGE + 1));
}

#[test]
fn first_messages_are_read_and_others_are_not() {
    let startup = |bytes: &[u8]| [&(3u32 << 16 | 2).to_be_bytes()[..], bytes].concat();
    let body = pairs([("user", "anna"), ("options", "-c geqo=off")]);
    let expected = Startup {
        minor: 2,
        parameters: [("user", "anna"), ("options", "-c geqo=off")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    };
    assert_eq!(First::read(&startup(&body)), Ok(First::Startup(expected)));
    for wrong in
        [&b""[..], b"\0\0\0", b"\0\x02\0\0user\0a\0\0", &startup(b"user\0anna\0"), &startup(b"user\0\0\0")]
    {
        let read = First::read(wrong);
        // A user without a name is a startup message; that it has no name, the gate says.
        assert!(read.is_err() || wrong.ends_with(b"user\0\0\0"), "{wrong:?} was read as {read:?}");
    }
    assert!(First::read(&startup(b"us\xff\0a\0\0")).is_err());
    assert!(First::read(&[&80_877_102u32.to_be_bytes()[..], &[0, 0, 0, 9, 1, 2, 3]].concat()).is_err());
}

#[test]
fn base64_is_that_of_rfc_4648() {
    for (bytes, text) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64::encode(bytes.as_bytes()), text);
        assert_eq!(base64::decode(text).as_deref(), Some(bytes.as_bytes()));
    }
    for wrong in ["Zg", "Zg=", "Zh==", "Z===", "Zm9v Zg==", "Zm9v\n", "====", "é==="] {
        assert_eq!(base64::decode(wrong), None, "{wrong:?}");
    }
    let all: Vec<u8> = (0..=255).collect();
    for end in 0..all.len() {
        assert_eq!(base64::decode(&base64::encode(&all[..end])).as_deref(), Some(&all[..end]));
    }
}

#[test]
fn hmac_is_that_of_rfc_4231() {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    // Test cases 2 and 6: a short key, and one longer than a block.
    assert_eq!(
        hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    assert_eq!(
        hex(&hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

#[test]
fn scram_is_that_of_rfc_7677() {
    let salt = base64::decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    let verifier = Verifier::of("pencil", &salt, 4096);
    let first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    let nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    let last = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    let (exchange, answer) = Exchange::begin(first, verifier.clone(), nonce).unwrap();
    assert_eq!(
        answer,
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    );
    let proof = exchange.finish(last).unwrap();
    assert_eq!(proof.as_deref(), Some("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));

    // Another password, the same conversation.
    let other = Verifier::of("pencils", &salt, 4096);
    let (exchange, _) = Exchange::begin(first, other, nonce).unwrap();
    assert_eq!(exchange.finish(last), Ok(None));
    // Another conversation, the same proof.
    let (exchange, _) = Exchange::begin(first, verifier.clone(), "another").unwrap();
    assert!(exchange.finish(last).is_err());
    // The right proof of somebody whom nobody knows.
    let nobody = Verifier { of_nobody: true, ..verifier.clone() };
    let (exchange, _) = Exchange::begin(first, nobody, nonce).unwrap();
    assert_eq!(exchange.finish(last), Ok(None));
    for wrong in ["", "n,,", "p=tls-unique,,n=,r=x", "n,a=other,n=,r=x", "n,,r=x"] {
        assert!(Exchange::begin(wrong, verifier.clone(), nonce).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_verifier_reads_as_it_was_written_and_holds_no_password() {
    let verifier = Verifier::of("corréct horse", &[7; 16], 4096);
    let text = verifier.to_string();
    assert_eq!(Verifier::read(&text).map(|again| again.to_string()), Some(text.clone()));
    assert!(!text.contains("horse") && !format!("{verifier:?}").contains(&text[25..]));
    for wrong in
        ["secret", "SCRAM-SHA-256$1:AAAA$AAAA:AAAA", &text[..text.len() - 1], &text.replace("4096", "10")]
    {
        assert!(Verifier::read(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn secrets_are_the_same_only_where_they_are() {
    assert!(same(b"", b"") && same(b"abcd", b"abcd"));
    assert!(!same(b"abcd", b"abce") && !same(b"abcd", b"abc") && !same(b"", b"a"));
}

#[test]
fn times_have_units() {
    for (text, ms) in [("500ms", 500), ("1.5s", 1500), ("2 min", 120_000), ("1h", 3_600_000)] {
        assert_eq!(number_and_unit(text, &TIMES), Some(ms), "{text}");
    }
    for wrong in ["", "s", "-1s", "1e99h", "99999999999999999999h", "1 parsec", "infs", "NaNs"] {
        assert_eq!(number_and_unit(wrong, &TIMES), None, "{wrong}");
    }
}
