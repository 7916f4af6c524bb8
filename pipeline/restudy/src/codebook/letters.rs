//! Letters without their marks, for names that SQL and paths can hold.

/// `text` in small letters of ASCII without their marks, and digits; what is neither becomes a space.
pub fn plain_letters(text: &str) -> String {
    // A mark may be a character of its own, as Macs write it.
    let is_mark = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    text.chars().filter(|c| !is_mark(c)).map(plain).collect()
}

fn plain(c: char) -> char {
    match c.to_lowercase().next().unwrap_or(c) {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'ă' => 'a',
        'ç' | 'č' | 'ć' => 'c',
        'ď' | 'đ' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ě' | 'ę' => 'e',
        'ğ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => 'o',
        'ř' => 'r',
        'ß' | 'š' | 'ś' | 'ş' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ž' | 'ź' | 'ż' => 'z',
        c if c.is_ascii_alphanumeric() => c,
        _ => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off() {
        assert_eq!(plain_letters("\u{c9}l\u{e8}ves, E\u{301}le\u{300}ves"), "eleves  eleves");
        assert_eq!(plain_letters("年 1"), "  1");
    }
}
