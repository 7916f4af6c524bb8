//! Names of files, to be completed.

use std::path::PathBuf;

/// The files and folders whose names, as they would be typed, begin with `typed`, folders with a `/` at their end. Hidden ones
/// are offered to whoever types the dot.
pub(super) fn beginning_with(typed: &str) -> Vec<String> {
    let (folder, begun) = match typed.rfind('/') {
        Some(end) => typed.split_at(end + 1),
        None => ("", typed),
    };
    let place = match (folder.strip_prefix("~/"), std::env::home_dir()) {
        (Some(inside), Some(home)) => home.join(inside),
        _ if folder.is_empty() => PathBuf::from("."),
        _ => PathBuf::from(folder),
    };
    // A folder that cannot be read offers nothing.
    let entries = fs_err::read_dir(place).into_iter().flatten().flatten();
    let mut found: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().to_str()?.to_owned();
            let hidden = name.starts_with('.') && !begun.starts_with('.');
            let end = if entry.path().is_dir() { "/" } else { "" };
            (name.starts_with(begun) && !hidden).then(|| format!("{folder}{name}{end}"))
        })
        .collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_offered_as_they_would_be_typed() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::create_dir(folder.path().join("queries")).unwrap();
        for name in ["quick.sql", "other.sql", ".hidden"] {
            fs_err::write(folder.path().join(name), "").unwrap();
        }
        let of = |begun: &str| {
            let place = format!("{}/", folder.path().display());
            let found = beginning_with(&format!("{place}{begun}"));
            found.into_iter().map(|name| name.replacen(&place, "", 1)).collect::<Vec<_>>()
        };
        assert_eq!(of("qu"), ["queries/", "quick.sql"]);
        assert_eq!(of(""), ["other.sql", "queries/", "quick.sql"]);
        assert_eq!(of("."), [".hidden"]);
        assert_eq!(of("queries/"), [""; 0]);
        assert_eq!(of("no/"), [""; 0]);
    }
}
