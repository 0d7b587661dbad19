/// Why a function of sprig 3.2 is not offered; nothing for other names.
pub(super) fn reason(name: &str) -> Option<&'static str> {
    WITHHELD.iter().find(|(names, _)| names.contains(&name)).map(|(_, reason)| *reason)
}

const WITHHELD: [(&[&str], &str); 6] = [
    (&["env", "expandenv"], "a rule must not depend on the environment of the program that renders it"),
    (&["getHostByName"], "a rule must not depend on what a name resolves to"),
    (
        &[
            "ago",
            "date",
            "date_in_zone",
            "date_modify",
            "dateInZone",
            "dateModify",
            "duration",
            "durationRound",
            "htmlDate",
            "htmlDateInZone",
            "must_date_modify",
            "mustDateModify",
            "mustToDate",
            "now",
            "toDate",
            "unixEpoch",
        ],
        "a rule must not depend on the clock",
    ),
    (
        &[
            "randAlpha",
            "randAlphaNum",
            "randAscii",
            "randBytes",
            "randInt",
            "randNumeric",
            "shuffle",
            "uuidv4",
        ],
        "a rule must be the same each time",
    ),
    (
        &[
            "bcrypt",
            "buildCustomCert",
            "decryptAES",
            "derivePassword",
            "encryptAES",
            "genCA",
            "genCAWithKey",
            "genPrivateKey",
            "genSelfSignedCert",
            "genSelfSignedCertWithKey",
            "genSignedCert",
            "genSignedCertWithKey",
            "htpasswd",
        ],
        "a rule has no use for keys and certificates",
    ),
    (
        &["semver", "semverCompare"],
        "its ranges are a language of their own; compare the parts of a version with `splitList` and `int`",
    ),
];
