//! The house rules that a machine can check: who names whom, how long, how documented, how final.
//!
//! **Invariant:** a finding says where it is, what is wrong and the way out; a failure lists them all. The tables just
//! below are the rules. What stands inside macro arguments is not read.
#![expect(clippy::unwrap_used, reason = "a file that cannot be read or parsed fails the test, as it should")]

use std::collections::BTreeSet;
use std::{fs, path::Path, slice};

use syn::visit::{self, Visit};
use syn::{Attribute, Block, Ident, Signature, UseName, UseRename, UseTree};

/// Who may import whom inside `src`: left may name right and itself; all else is out of reach. `*` is anything.
const MAY_IMPORT: &[(&str, &str)] = &[
    ("domain", "domain"),
    ("failpoint", "failpoint"),
    ("metrics", "metrics"),
    ("clock seal", "domain"),
    ("config", "failpoint domain seal"),
    ("payment", "failpoint domain payment"),
    ("store", "failpoint domain store"),
    ("shop", "failpoint domain config store shop"),
    ("flows", "failpoint metrics domain clock seal config payment store flows"),
    ("graphql", "failpoint domain flows graphql"),
    ("rest web", "failpoint metrics domain flows"),
    ("twin", "twin"),
    ("worker", "domain flows worker"),
    ("telemetry server cli main lib", "*"),
];
/// Who may name the twin, which plays somebody else's server.
const TWIN_OWNERS: &str = "twin server cli";

/// Crates that only the modules and crates on the right may name. Rows know nothing of ours, not even their history.
const OWNED_CRATES: &[(&str, &str)] = &[
    ("sea_orm", "store entity migration"),
    ("entity migration", "store"),
    ("stripe_core stripe_misc stripe_shared stripe_types stripe_client_core", "payment"),
    ("async_graphql async_graphql_axum dataloader", "graphql"),
    ("clap", "cli main"),
    ("prometheus_client", "metrics"),
    ("chacha20poly1305 base64", "seal"),
    ("toml schemars", "shop"),
];
/// All that `domain` may name; Cargo keeps the last two to its tests.
const DOMAIN_CRATES: &str = "std core alloc thiserror uuid rust_decimal iso_currency num_rational proptest";

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
/// Calls that end the process, talk past the log or (but in `down`) take from the schema; who may; the way out.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("unwrap expect", "", "return an error, or match"),
    ("panic! todo! unimplemented! dbg!", "", "return an error, or make the case impossible by its type"),
    ("println! eprintln! print! eprint!", "cli main", "log with `tracing`; only `cli` and `main` print"),
    (TAKES_AWAY, "", "the previous binary still reads it, add beside it"),
];
const TAKES_AWAY: &str = "drop_table drop_column rename_table rename_column modify_column truncate_table";
/// Words that mark a debt, cut in two so that this file does not find itself.
const DEBTS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX"), concat!("HA", "CK")];
/// The kinds of file that are read for them, besides those without an extension.
const READ: &str = "rs toml sh mjs js css html md";
const ROOTS: &str = "src/lib.rs src/main.rs entity/src/lib.rs migration/src/lib.rs";
const VAGUE_MODULES: &str = "utils helpers common models services types";

/// Each rule is a test: a sentence, and the check that holds every file to it.
macro_rules! rules {
    ($($sentence:ident: $check:ident,)*) => { $(#[test] fn $sentence() { report($check); })* };
}
rules! {
    imports_run_one_way: imports,
    a_crate_is_named_only_by_its_owner: crates,
    only_server_and_cli_name_the_twin: twin,
    files_and_functions_are_short_and_files_say_what_they_promise: sizes,
    nothing_outside_tests_panics_prints_or_takes_from_the_schema: calls,
    nobody_leaves_a_debt: debts,
    no_module_has_a_vague_name: vague,
    every_file_is_reached_from_the_root_of_its_crate: dead,
    migrations_are_named_by_what_they_change_and_rise: history,
}

/// A line and what is wrong there.
type Finding = (usize, String);
type Check = fn(&Source) -> Vec<Finding>;

/// A file and, if it is Rust, what one walk over its syntax notes down, each with its line.
#[derive(Default)]
struct Source {
    path: String,
    text: String,
    rust: bool,
    /// Whether the root of its crate leads here.
    reached: bool,
    /// Where the walk is: the module, and whether that is test code.
    module: Vec<String>,
    test: bool,
    /// Where paths lead: into `crate::` and its module, or into another crate.
    names: Vec<Finding>,
    /// Methods and macros called outside tests.
    calls: Vec<Finding>,
    /// Functions over a limit.
    functions: Vec<Finding>,
    /// What `mod` items declare, as paths from the crate's root.
    modules: Vec<Finding>,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let inside = path.split_once("src/").map_or(path, |(_, inside)| inside);
        let mut module: Vec<String> = inside.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        module.pop_if(|last| has("mod lib main", last));
        let mut file = Self { path: path.to_owned(), text: text.to_owned(), module, ..Self::default() };
        let outside = ["tests/", "examples/", "benches/"].iter().any(|folder| path.starts_with(folder));
        file.test = outside || path.ends_with("_tests.rs") || path.ends_with("/tests.rs");
        file.rust = Path::new(path).extension().is_some_and(|end| end == "rs");
        if file.rust {
            file.visit_file(&syn::parse_file(text).map_err(|fault| format!("{path}: {fault}")).unwrap());
        }
        file
    }

    /// The module right under `src` that this file belongs to, or else the folder right under the root.
    fn place(&self) -> &str {
        self.path.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default()
    }

    fn within(&mut self, attributes: &[Attribute], go: impl FnOnce(&mut Self)) {
        let before = self.test;
        self.test |= attributes.iter().any(marks_test);
        go(self);
        self.test = before;
    }

    fn function(&mut self, head: &Signature, body: &Block) {
        let first = head.fn_token.span.start().line;
        let lines = body.brace_token.span.close().end().line + 1 - first;
        let what =
            format!("`{}` has more than {FUNCTION_LINES_MAX} lines: give a part of it a name", head.ident);
        self.functions.extend((lines > FUNCTION_LINES_MAX).then_some((first, what)));
    }

    fn call(&mut self, called: &Ident, mark: &str) {
        if !self.test {
            self.calls.push((called.span().start().line, format!("{called}{mark}")));
        }
    }

    /// Notes the paths that a `use` spells, groups undone.
    fn import(&mut self, tree: &UseTree, path: &[Ident]) {
        match tree {
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, path)),
            UseTree::Path(step) => self.import(&step.tree, &[path, slice::from_ref(&step.ident)].concat()),
            UseTree::Glob(_) => self.name(path),
            UseTree::Name(UseName { ident }) | UseTree::Rename(UseRename { ident, .. }) => {
                self.name(&[path, slice::from_ref(ident)].concat());
            }
        }
    }

    /// Notes where a path leads; one that climbs is followed to its top module, one that stops at the root is `*`.
    fn name(&mut self, path: &[Ident]) {
        let steps: Vec<String> = path.iter().map(ToString::to_string).collect();
        let climb = steps.iter().take_while(|step| has("crate checkstand self super", step)).count();
        let rooted = steps.first().is_none_or(|first| has("crate checkstand", first));
        let ups = steps[..climb].iter().filter(|step| *step == "super").count();
        let depth = if rooted { 0 } else { self.module.len().saturating_sub(ups) };
        let top = self.module[..depth].iter().chain(&steps[climb..]).next().map_or("*", String::as_str);
        let to = if climb == 0 { steps[0].clone() } else { format!("crate::{top}") };
        self.names.push((path.last().map_or(1, |last| last.span().start().line), to));
    }
}

impl<'ast> Visit<'ast> for Source {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        self.within(&item.attrs, |source| visit::visit_item_fn(source, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        self.within(&item.attrs, |source| {
            source.test |= source.place() == "migration" && item.sig.ident == "down";
            visit::visit_impl_item_fn(source, item);
        });
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.within(&item.attrs, |source| visit::visit_item_impl(source, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        self.modules.push((item.ident.span().start().line, self.module.join("/")));
        self.within(&item.attrs, |source| visit::visit_item_mod(source, item));
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let steps: Vec<Ident> = path.segments.iter().map(|step| step.ident.clone()).collect();
        if let [_, .., last] = &steps[..] {
            self.call(last, ""); // for `map(Option::unwrap)`
            self.name(&steps);
        }
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.call(&call.method, "");
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        called.path.segments.last().into_iter().for_each(|last| self.call(&last.ident, "!"));
        visit::visit_macro(self, called);
    }
}

/// Whether a list of words has this one.
fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|listed| listed == word)
}

/// `#[test]` of any runtime, or `#[cfg(test)]`.
fn marks_test(attribute: &Attribute) -> bool {
    let list = attribute.meta.require_list().map_or(String::new(), |list| list.tokens.to_string());
    let path = attribute.path();
    path.segments.last().is_some_and(|last| last.ident == "test") || path.is_ident("cfg") && list == "test"
}

/// Reads every file that a rule is about, but not what Cargo and npm built or fetched.
fn walk(folder: &Path, sources: &mut Vec<Source>) {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let ours =
        |path: &std::path::PathBuf| [".git", "node_modules", "dist"].iter().all(|name| !path.ends_with(name));
    for path in entries.filter(ours) {
        if path.is_dir() && !path.join("CACHEDIR.TAG").exists() {
            walk(&path, sources);
        } else if path.is_file() && path.extension().is_none_or(|end| has(READ, &end.to_string_lossy())) {
            let place = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_string_lossy();
            sources.push(Source::new(&place, &String::from_utf8_lossy(&fs::read(&path).unwrap())));
        }
    }
}

/// Follows the `mod` items from the roots of the three crates.
fn reach(sources: &mut [Source]) {
    let mut next: Vec<String> = ROOTS.split(' ').map(str::to_owned).collect();
    while let Some(path) = next.pop() {
        for source in sources.iter_mut().filter(|source| source.path == path && !source.reached) {
            source.reached = true;
            let home = path.split_once("src/").map_or("", |(home, _)| home);
            let files = |(_, path): &Finding| [".rs", "/mod.rs"].map(|end| format!("{home}src/{path}{end}"));
            next.extend(source.modules.iter().flat_map(files));
        }
    }
}

fn report(check: Check) {
    let mut sources = Vec::new();
    walk(Path::new(env!("CARGO_MANIFEST_DIR")), &mut sources);
    reach(&mut sources);
    let tell = |source: &Source, (line, what): Finding| format!("{}:{line}: {what}", source.path);
    let found = sources.iter().flat_map(|source| check(source).into_iter().map(|one| tell(source, one)));
    let list: Vec<String> = found.collect::<BTreeSet<_>>().into_iter().collect();
    assert!(list.is_empty(), "{} to mend:\n{}", list.len(), list.join("\n"));
}

/// What is wrong with some of the notes, each at its line.
fn judge(notes: &[Finding], fault: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    notes.iter().filter_map(|(line, note)| Some((*line, fault(note)?))).collect()
}

fn imports(source: &Source) -> Vec<Finding> {
    let place = source.place();
    let may = MAY_IMPORT.iter().find(|(modules, _)| has(modules, place)).map_or("", |(_, may)| may);
    judge(&source.names, |name| {
        let top = name.strip_prefix("crate::").filter(|top| ![may, place].iter().any(|may| has(may, top)))?;
        let bound = source.path.starts_with("src/") && may != "*";
        bound.then(|| format!("`{place}` may not import `{top}`: imports run one way, see src/lib.rs"))
    })
}

fn crates(source: &Source) -> Vec<Finding> {
    let place = source.place();
    let manifest = include_str!("../Cargo.toml").replace('-', "_");
    let dependencies = manifest.split_once("\n[dependencies]").map_or("", |(_, after)| after);
    judge(&source.names, |name| {
        let way = match OWNED_CRATES.iter().find(|(owned, by)| has(owned, name) && !has(by, place)) {
            _ if has("tests examples benches", place) => return None,
            Some((_, by)) => format!("only {} may, call a function there", by.replace(' ', ", ")),
            None if place != "domain" || has(DOMAIN_CRATES, name) => return None,
            None if !dependencies.contains(&format!("\n{name} = ")) => return None,
            None => "it is pure, convert in the module that needs it".to_owned(),
        };
        Some(format!("`{place}` may not name the crate `{name}`: {way}"))
    })
}

fn twin(source: &Source) -> Vec<Finding> {
    let what = "only `server` and `cli` may name `twin`: it plays somebody else's server, reach it over HTTP";
    let stranger = source.path.starts_with("src/") && !has(TWIN_OWNERS, source.place());
    judge(&source.names, |name| (stranger && name == "crate::twin").then(|| what.to_owned()))
}

fn sizes(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    let long = format!("{lines} lines, over {FILE_LINES_MAX}: split it by noun or verb");
    let mute = "does not open with a `//!`: say first what the module promises".to_owned();
    let mut found = judge(&source.functions, |what| source.path.starts_with("src/").then(|| what.to_owned()));
    let short = source.path.rsplit('.').next().is_some_and(|end| has("rs js mjs css html", end));
    found.extend((short && lines > FILE_LINES_MAX).then_some((lines, long)));
    found.extend((source.rust && !source.text.starts_with("//!")).then_some((1, mute)));
    found
}

fn calls(source: &Source) -> Vec<Finding> {
    judge(&source.calls, |called| {
        let forbids = |(names, by, _): &&(&str, &str, &str)| has(names, called) && !has(by, source.place());
        FORBIDDEN.iter().find(forbids).map(|(.., way)| format!("`{called}` may not be called: {way}"))
    })
}

fn debts(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().zip(1..).map(|(text, line)| (line, text.to_owned()));
    judge(&lines.collect::<Vec<_>>(), |text| {
        let word = text.split(|c: char| !c.is_alphanumeric()).find(|word| DEBTS.contains(word))?;
        Some(format!("`{word}` marks a debt: pay it now, or open an issue"))
    })
}

fn vague(source: &Source) -> Vec<Finding> {
    judge(&source.modules, |module| {
        let name = module.rsplit('/').next().filter(|name| has(VAGUE_MODULES, name))?;
        Some(format!("`{name}` says nothing: name it for a noun of the shop or a verb of the buyer"))
    })
}

fn dead(source: &Source) -> Vec<Finding> {
    let lost = source.rust && source.path.contains("src/") && !source.reached;
    lost.then(|| (1, "no `mod` leads here: declare it, or delete it".to_owned())).into_iter().collect()
}

/// A change is a module that the migrator runs, or that is named like one.
fn history(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let run = |name: &str| source.text.find(&format!("{name}::Migration"));
    let change = |name: &str| (name.starts_with("m2") || run(name).is_some()).then(|| name.to_owned());
    let mut before = (String::new(), None);
    for (line, name) in judge(&source.modules, change) {
        let shape = name.replace(|c: char| c.is_ascii_digit(), "0");
        let now = (name.get(10..16).unwrap_or_default().to_owned(), run(&name));
        if !shape.strip_prefix("m00000000_000000_").is_some_and(|what| what.contains('_')) {
            found.push((line, format!("`{name}` is no change: call it mYYYYMMDD_NNNNNN_<table>_<what>")));
        } else if now.0 <= before.0 || now.1 < before.1 {
            found.push((line, format!("`{name}` does not rise: give it the next number, run it last")));
        }
        before = now;
    }
    found
}

/// Every check catches what is planted for it, and says which names are at fault.
#[test]
fn what_is_planted_is_found() {
    for (check, path, text, expected) in PLANTED {
        let found: Vec<String> = check(&Source::new(path, text)).into_iter().map(|(_, what)| what).collect();
        let faults = found.iter().filter_map(|what| what.split(": ").next());
        let names: Vec<&str> = faults.flat_map(|fault| fault.split('`').skip(1).step_by(2)).collect();
        assert_eq!(names.join(" "), *expected, "{path}: {text}");
    }
}

const CART: &str = "src/domain/cart.rs";
const CHANGES: &str = "migration/src/lib.rs";
const PLANTED: &[(Check, &str, &str, &str)] = &[
    (imports, CART, "use crate::store;", "domain store"),
    (imports, CART, "use crate::{store::x, domain};", "domain store"),
    (imports, CART, "type X = super::super::store::X;", "domain store"),
    (imports, CART, "mod b { use super::super::super::store; }", "domain store"),
    (imports, CART, "use crate as all;", "domain *"),
    (imports, CART, "use super::b; fn f() { self::c(); crate::domain::d() }", ""),
    (imports, "src/news.rs", "use crate::store;", "news store"),
    (crates, CART, "fn f(e: sea_orm::DbErr) {}", "domain sea_orm"),
    (crates, CART, "use {serde::{self}, super::b, uuid::Uuid};", "domain serde"),
    (crates, "src/server.rs", "use async_graphql as g;", "server async_graphql"),
    (crates, "entity/src/a.rs", "use migration::X;", "entity migration"),
    (twin, "src/main.rs", "fn f() { checkstand::twin::x() }", "server cli twin"),
    (sizes, "tests/a.rs", "// x", "//!"),
    (calls, CART, "fn f() { x.map(Option::unwrap); panic!() }", "unwrap panic!"),
    (calls, CART, "#[cfg(test)] mod b { fn f() { x.unwrap() } }", ""),
    (calls, CHANGES, "impl X { fn up() { m.drop_table() } fn down() { m.drop_column() } }", "drop_table"),
    (debts, "a.sh", concat!("# TO", "DO: x"), concat!("TO", "DO")),
    (vague, CART, "mod utils;", "utils"),
    (dead, CART, "", "mod"),
    (history, CHANGES, "mod m20261121_000001_a_b; mod m20261122_000002_c_d; mod tenant;", ""),
    (history, CHANGES, "mod m20261121_000002_a_b; mod m20261122_000001_c_d;", "m20261122_000001_c_d"),
    (history, CHANGES, "mod m20261121_create;", "m20261121_create"),
];
