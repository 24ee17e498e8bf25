//! Whether something was made of just these files: a digest of their names and contents, noted when it was made.
//!
//! Times of files would not do: a checkout changes them without a change, and keeps them where a file is gone.

use std::fs;
use std::path::{Path, PathBuf};

use crate::house::House;

/// Sixteen hex digits that change with any name or byte of these files, and of those in these folders.
pub fn of(paths: &[PathBuf]) -> Result<String, String> {
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    for path in paths {
        hash.add_path(path).map_err(|error| format!("`{}`: {error}", path.display()))?;
    }
    Ok(format!("{:016x}", hash.0))
}

/// FNV-1a: slips are to be noticed here, not attacks.
struct Hash(u64);

impl Hash {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        // So that bytes do not wander from one file to the next unnoticed.
        self.0 = (self.0 ^ bytes.len() as u64).wrapping_mul(0x0000_0100_0000_01b3);
    }

    fn add_path(&mut self, path: &Path) -> std::io::Result<()> {
        self.add(path.file_name().unwrap_or_default().as_encoded_bytes());
        if !path.is_dir() {
            self.add(&fs::read(path)?);
            return Ok(());
        }
        let entries: Result<Vec<_>, _> = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect();
        let mut entries: Vec<PathBuf> = entries.map_err(|error: std::io::Error| error)?;
        entries.sort();
        entries.iter().try_for_each(|entry| self.add_path(entry))
    }
}

/// What something was made of the last time. It is forgotten before the work and written after it, so that work which was
/// interrupted is done anew.
pub struct Note {
    path: PathBuf,
}

impl Note {
    /// The note about a product of this name.
    pub fn new(house: &House, name: &str) -> Note {
        Note { path: house.target(&format!("xtask/{name}.txt")) }
    }

    /// A note that lies with its product, and goes where that goes.
    pub fn inside(house: &House, path: &str) -> Note {
        Note { path: house.path(path) }
    }

    pub fn says(&self, made_of: &str) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|text| text == made_of)
    }

    pub fn forget(&self) {
        let _ = fs::remove_file(&self.path);
    }

    pub fn write(&self, made_of: &str) -> Result<(), String> {
        let folder = self.path.parent().expect("a note lies in a folder");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.path, made_of))
            .map_err(|error| format!("`{}`: {error}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_tells_of_names_and_contents_at_any_depth() {
        let folder = std::env::temp_dir().join(format!("escala-digest-{}", std::process::id()));
        let deep = folder.join("a/b");
        fs::create_dir_all(&deep).expect("it can be made");
        let paths = [folder.clone()];
        let digest = || of(&paths).expect("it can be read");
        fs::write(deep.join("one.txt"), "1").expect("it can be written");
        let first = digest();
        assert_eq!(first, digest());
        fs::write(deep.join("one.txt"), "2").expect("it can be written");
        let changed = digest();
        fs::rename(deep.join("one.txt"), deep.join("two.txt")).expect("it can be renamed");
        let renamed = digest();
        assert!(first != changed && changed != renamed && first != renamed);
        fs::rename(deep.join("two.txt"), deep.join("one.txt")).expect("it can be renamed");
        assert_eq!(changed, digest());
        fs::remove_dir_all(&folder).expect("it is ours");
        assert!(of(&paths).is_err());
    }
}
