//! The corpus in `tests/config`: what must be read, and what must be refused with place and expectation.

use std::path::{Path, PathBuf};

use crate::config::{Config, ConfigError, FILE_BYTES_MAX, Finality, read_text};

fn corpus(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config").join(kind);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the corpus is there").map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    files
}

#[test]
fn every_valid_file_is_read() {
    let files = corpus("valid");
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        Config::read(&file).unwrap_or_else(|e| panic!("{e}"));
    }
}

/// First line of each file: `# expect: PLACE: PART OF THE MESSAGE[; nearest WORD]`.
#[test]
fn every_invalid_file_names_place_and_expectation() {
    let files = corpus("invalid");
    assert!(files.len() >= 25, "{files:?}");
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("readable");
        let expected =
            text.lines().next().and_then(|line| line.strip_prefix("# expect: ")).expect("an expectation in the first line");
        let (expected, nearest) = expected.split_once("; nearest ").map_or((expected, None), |(e, n)| (e, Some(n)));
        let (place, part) = expected.split_once(": ").expect("place and message");
        let Err(ConfigError::Invalid(fault)) = Config::read(&file) else {
            panic!("{file:?} was accepted, or refused without a place")
        };
        let found = format!("line {}, column {}, key {}", fault.line, fault.column, fault.key);
        let told = fault.message.contains(part) && fault.nearest.as_deref() == nearest && !fault.to_string().contains("hunter2");
        if found != place || !told {
            wrong.push(format!("{fault}\n  expected {expected}; nearest {nearest:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_example_is_complete_and_says_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let config = Config::read(&path).expect("the example is valid");
    let bare = Config::parse(
        &path,
        "[[network]]\nid = \"eip155:1\"\n[[node]]\nid = \"own-node\"\nnetwork = \"eip155:1\"\nurl = \"https://node.example:8545\"\n",
    );
    let bare = bare.expect("valid");
    let mut general = config.general.clone();
    general.me = None;
    assert_eq!(general, bare.general);
    let (first, second) = (config.networks.values().next(), config.networks.values().nth(1));
    assert_eq!(first, bare.networks.values().next());
    assert_eq!(second.map(|n| n.finality), Some(Finality::Depth(2)));
    let mut node = config.nodes[0].clone();
    assert_eq!(node.header_file.take(), path.parent().map(|folder| folder.join("own-node.headers")));
    node.ca_file = None;
    assert_eq!(node, bare.nodes[0]);
    assert_eq!(config.nodes.iter().map(|n| n.id.as_str()).collect::<Vec<_>>(), ["own-node", "second", "local"], "order of use");
}

/// Every key that the reader knows stands in the example: serde's own list in the message for a wrong key is the witness.
#[test]
fn the_example_shows_every_key() {
    let example = include_str!("../../config.example.toml");
    for wrong in ["x = 1", "[general]\nx = 1", "[keystore]\nx = 1", "[[network]]\nx = 1", "[[node]]\nx = 1"] {
        let error = Config::parse(Path::new("c.toml"), wrong).expect_err("unknown key");
        let known: Vec<String> = error.to_string().split('`').skip(3).step_by(2).map(str::to_owned).collect();
        assert!(!known.is_empty(), "{error}");
        for key in known {
            let shown = example.contains(&format!("\n{key} = ")) || example.contains(&format!("[{key}]"));
            assert!(shown, "config.example.toml lacks {key}");
        }
    }
}

#[test]
fn a_missing_file_says_how_to_make_one() {
    let error = Config::read(Path::new("/nonexistent/config.toml")).expect_err("missing");
    assert_eq!(error.code(), "config.missing");
    assert!(error.hint().contains("bursar init"), "{}", error.hint());
}

#[test]
fn what_is_no_text_file_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        read_text(&path, "configuration", FILE_BYTES_MAX).map_err(|e| e.code())
    };
    let most = usize::try_from(FILE_BYTES_MAX).expect("small");
    assert_eq!(of("large", &vec![b'#'; most + 1]), Err("config.too_large"));
    assert!(of("just", &vec![b'#'; most]).is_ok());
    assert_eq!(of("binary", b"me = \xff"), Err("config.unreadable"));
    assert_eq!(read_text(folder.path(), "configuration", FILE_BYTES_MAX).map_err(|e| e.code()), Err("config.unreadable"));
}

#[test]
fn what_a_file_says_cannot_drive_a_terminal() {
    for text in ["\"\\u001b[2J\" = 1", "[general]\n\"\\u202e\" = 1", "[general]\ncolor = \"\\u001b[2J\""] {
        let error = Config::parse(Path::new("c.toml"), text).expect_err(text).to_string();
        assert!(error.bytes().all(|b| b == b' ' || b.is_ascii_graphic()), "{error:?}");
    }
}
