//! The server's side of SCRAM-SHA-256 (RFC 5802 and 7677), by which a client proves that it knows a password that the server
//! does not.
//!
//! In: the client's two messages. Out: the server's two answers, or that the proof is wrong.
//!
//! - A user whom nobody knows is led through the same steps with a salt of their own, and fails at the same one.
//! - Proofs are compared in a time that does not tell where they differ.
//!
//! It knows no sockets and no files; channel binding (`-PLUS`) is not offered.

use sha2::{Digest as _, Sha256};

use super::base64::{decode, encode};
use super::{Key, Verifier};
use crate::wire::same;

/// HMAC-SHA-256 (RFC 2104).
pub fn hmac(key: &[u8], text: &[u8]) -> Key {
    let mut block = [0u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&hash(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

/// SHA-256.
pub fn hash(text: &[u8]) -> Key {
    Sha256::digest(text).into()
}

/// An exchange that has begun: the client's first message is answered.
#[derive(Debug)]
pub struct Exchange {
    verifier: Verifier,
    /// The client's word on channel binding, as it must repeat it.
    binding: String,
    nonce: String,
    /// `client-first-message-bare,server-first-message`
    said: String,
}

impl Exchange {
    /// Reads the client's first message: the exchange and the server's answer.
    ///
    /// `nonce` is new for each exchange.
    ///
    /// # Errors
    /// It is no such message, or wants what is not offered.
    pub fn begin(
        client_first: &str,
        verifier: Verifier,
        nonce: &str,
    ) -> Result<(Self, String), &'static str> {
        let mut parts = client_first.splitn(3, ',');
        let (flag, identity, bare) = match (parts.next(), parts.next(), parts.next()) {
            (Some(flag), Some(identity), Some(bare)) => (flag, identity, bare),
            _ => return Err("the SCRAM message is malformed"),
        };
        if !matches!(flag, "n" | "y") {
            return Err("channel binding is not offered here");
        }
        if !identity.is_empty() {
            return Err("a user cannot log in for another");
        }
        let mut parts = bare.split(',');
        // PostgreSQL takes the user from the startup message, and clients leave this name empty.
        let (Some(_), Some(theirs)) = (
            parts.next().and_then(|name| name.strip_prefix("n=")),
            parts.next().and_then(|nonce| nonce.strip_prefix("r=")),
        ) else {
            return Err("the SCRAM message is malformed");
        };
        let nonce = format!("{theirs}{nonce}");
        let answer = format!("r={nonce},s={},i={}", encode(&verifier.salt), verifier.iterations);
        let said = format!("{bare},{answer}");
        Ok((Exchange { verifier, binding: encode(format!("{flag},,").as_bytes()), nonce, said }, answer))
    }

    /// Reads the client's final message: the server's own proof, or nothing if the client does not know the password.
    ///
    /// # Errors
    /// It is no such message.
    pub fn finish(self, client_final: &str) -> Result<Option<String>, &'static str> {
        let malformed = "the SCRAM message is malformed";
        let (without_proof, proof) = client_final.rsplit_once(",p=").ok_or(malformed)?;
        let proof: Key = decode(proof).and_then(|proof| proof.try_into().ok()).ok_or(malformed)?;
        if without_proof != format!("c={},r={}", self.binding, self.nonce) {
            return Err("the SCRAM message does not belong to this exchange");
        }
        let said = format!("{},{without_proof}", self.said);
        let signature = hmac(&self.verifier.stored_key, said.as_bytes());
        let mut client_key = proof;
        client_key.iter_mut().zip(signature).for_each(|(byte, mask)| *byte ^= mask);
        let knows = same(&hash(&client_key), &self.verifier.stored_key);
        let ours = hmac(&self.verifier.server_key, said.as_bytes());
        Ok((knows && !self.verifier.of_nobody).then(|| format!("v={}", encode(&ours))))
    }
}
