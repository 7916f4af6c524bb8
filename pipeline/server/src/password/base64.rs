//! Base64 with padding (RFC 4648, section 4), in which SCRAM writes its bytes.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `bytes` as text.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let all = group.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = ALPHABET[(all >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// The bytes that `text` stands for; nothing if it is not what [`encode`] writes.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let letters = text.trim_end_matches('=');
    for group in letters.as_bytes().chunks(4) {
        let mut all = 0u32;
        for letter in group {
            let value = ALPHABET.iter().position(|other| other == letter)?;
            all = all << 6 | u32::try_from(value).ok()?;
        }
        all <<= 6 * (4 - group.len());
        out.extend(all.to_be_bytes()[1..group.len()].iter());
    }
    // Other ways to write the same bytes, and stray letters, are faults.
    (encode(&out) == text).then_some(out)
}
