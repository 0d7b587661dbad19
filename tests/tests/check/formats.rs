use anyhow::Result;
use portolan_tests::{Need, unmet};
use serde_json::Value;

use super::{check, directory};

#[test]
fn tools_get_json_annotations_and_sarif() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let source = directory("wrong").join("field-rul.yaml");
    let (json, _) = check(&source, &["--format", "json"])?;
    let expected = serde_json::json!([{
        "code": "unknown-field",
        "severity": "error",
        "file": "field-rul.yaml",
        "line": 6,
        "column": 32,
        "container": "demo-web-1",
        "label": "traefik.http.routers.web.rul",
        "message": "field not found, node: rul",
        "help": "did you mean `rule`?",
    }]);
    assert_eq!(serde_json::from_str::<Value>(&json)?, expected);

    let (github, _) = check(&source, &["--format", "github"])?;
    let line = "::error file=field-rul.yaml,line=6,col=32,endLine=6,endColumn=35,title=unknown-field::\
                demo-web-1: field not found, node: rul%0Ahelp: did you mean `rule`?\n";
    assert_eq!(github, line);

    let (sarif, _) = check(&source, &["--format", "sarif"])?;
    let sarif: Value = serde_json::from_str(&sarif)?;
    assert_eq!(sarif["version"], "2.1.0");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"unknown-field".into(), &"error".into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "field-rul.yaml");
    let region = serde_json::json!({ "startLine": 6, "startColumn": 32, "endLine": 6, "endColumn": 35 });
    assert_eq!(place["region"], region);
    Ok(())
}
