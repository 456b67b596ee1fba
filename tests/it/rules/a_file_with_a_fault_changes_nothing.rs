//! `checkstand apply` at the command line: what it says, and the status that it ends with.

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use checkstand::{flows::App, shop};

/// A folder of its own, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("checkstand-apply-{}", App::new_id().simple()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn checkstand(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_checkstand"));
        command.args(arguments).args(["--log", "error"]).env_clear();
        command.env("CHECKSTAND_DATA_DIR", self.0.join("data")).output().unwrap()
    }

    fn apply(&self, file: &str, flags: &[&str]) -> (Option<i32>, String, String) {
        let output = self.checkstand(&[&["apply", file], flags].concat());
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[test]
fn a_file_is_planned_applied_and_then_the_same() {
    let folder = Folder::new();
    let file = folder.write("shop.toml", shop::DEMO);
    let (status, plan, _) = folder.apply(&file, &["--dry-run"]);
    assert_eq!(status, Some(0));
    assert!(plan.contains("+ variant MUG-SET\n") && plan.contains("Nothing was changed."), "{plan}");
    let (status, done, _) = folder.apply(&file, &[]);
    assert_eq!((status, done.contains("Applied: 78 new")), (Some(0), true), "{done}");
    assert!(done.contains("Note: STRIPE_TWIN_SECRET_KEY is not set here"), "{done}");
    let (status, again, errors) = folder.apply(&file, &["--prune", "--stock"]);
    assert_eq!(
        (status, again.starts_with("Nothing changes.\n"), errors.as_str()),
        (Some(0), true, ""),
        "{again}"
    );
}

#[test]
fn a_fault_ends_with_status_2_and_the_database_is_not_even_made() {
    let folder = Folder::new();
    let broken = shop::DEMO.replace("stock = 40", "stock = \"40\"").replace("\"0.0725\"", "\"7.25\"");
    let file = folder.write("shop.toml", &broken);
    let (status, out, errors) = folder.apply(&file, &[]);
    assert_eq!((status, out.as_str(), errors.lines().count()), (Some(2), "", 2), "{errors}");
    let first = errors.lines().next().unwrap();
    let line = broken.lines().position(|text| text == "stock = \"40\"").unwrap() + 1;
    let fault = format!("shop.toml:{line}:9: products[1].variants[0].stock: wants a whole number, not text");
    assert!(first.ends_with(&fault), "{errors}");
    assert!(!folder.0.join("data").exists());

    let long = folder.write("long.toml", &"# 0123456789\n".repeat(800_000));
    let binary = folder.write("latin.toml", "x");
    std::fs::write(&binary, b"# caf\xe9\n").unwrap();
    for (file, fault) in [(long, "longer than 8 MiB"), (binary, "not UTF-8")] {
        let (status, _, errors) = folder.apply(&file, &[]);
        assert_eq!((status, errors.lines().count()), (Some(2), 1), "{errors}");
        assert!(errors.contains(fault), "{errors}");
    }
}

#[test]
fn the_schema_of_files_is_printed() {
    let output = Folder::new().checkstand(&["schema", "--shop"]);
    assert!(output.status.success());
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema["title"], "Checkstand shop file");
    assert_eq!(schema["required"], serde_json::json!(["organization", "payment"]));
}
