//! What holds for any text.

use std::collections::BTreeMap;
use std::path::PathBuf;

use portolan_settings::{File, KEYS, Settings, Sources};
use proptest::prelude::*;

/// Texts of the characters that YAML gives a meaning, so that many are almost settings.
fn almost_yaml() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        prop::sample::select(KEYS).prop_map(|key| key.path.rsplit('.').next().unwrap_or_default().to_owned()),
        prop::sample::select(vec![
            "tls",
            "blacklist",
            "network",
            "scripts",
            "A=1",
            "log",
            "true",
            "5",
            "100ms",
            "<<",
            "!x",
            "&a",
            "*a",
            "|",
            ">-",
            "~"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec![
            ":", ": ", "\n", "\n  ", "\n- ", "[", "]", "{", "}", ", ", "'", "\"", "#", "\t", "---", "? "
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

fn load(text: &str, env: BTreeMap<String, String>, flags: Vec<(String, String)>) {
    let file = Some(File { path: PathBuf::from("w.yml"), text: text.to_owned() });
    match Settings::load(&Sources { file, env, flags }) {
        Ok((settings, _)) => {
            let text = serde_yaml::to_string(&settings).unwrap_or_default();
            let file = Some(File { path: PathBuf::from("w.yml"), text });
            let again = Settings::load(&Sources { file, ..Sources::default() });
            assert_eq!(again, Ok((settings, vec![])));
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert!(!problem.to_string().contains('\n'), "{text:?}: {problem}");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_file_panics(text in almost_yaml()) {
        load(&text, BTreeMap::new(), Vec::new());
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        load(&text, BTreeMap::new(), Vec::new());
    }

    #[test]
    fn no_variable_and_no_flag_panics(
        variables in prop::collection::btree_map("(PORTOLAN_[A-Za-z_]{0,12}|[A-Z]{3})", ".{0,12}", 0..4),
        keys in prop::collection::vec((prop::sample::select(KEYS), ".{0,12}"), 0..6),
    ) {
        let flags = keys.iter().map(|(key, value)| (key.flag(), value.clone())).collect();
        let of_keys = keys.iter().map(|(key, value)| (key.variable(), value.clone()));
        load("", variables.into_iter().chain(of_keys).collect(), flags);
    }

    #[test]
    fn a_key_that_is_set_by_all_has_the_flag_s_value(file in "[a-z]{1,8}", variable in "[a-z]{1,8}", flag in "[a-z]{1,8}") {
        let sources = Sources {
            file: Some(File { path: PathBuf::from("w.yml"), text: format!("network: \"{file}\"") }),
            env: BTreeMap::from([("PORTOLAN_NETWORK".to_owned(), variable)]),
            flags: vec![("network".to_owned(), flag.clone())],
        };
        let network = Settings::load(&sources).unwrap().0.network.default;
        prop_assert_eq!(network, Some(flag));
    }
}
