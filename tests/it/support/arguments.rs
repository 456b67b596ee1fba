//! Every argument of the served schema, found in the schema itself.

use std::collections::BTreeMap;

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition},
};
use serde_json::{Map, Value, json};

/// An argument, or a field of an input type.
#[derive(Clone)]
pub struct Argument {
    pub name: String,
    /// Its type as the schema writes it.
    pub ty: String,
    named: String,
    list: bool,
    required: bool,
}

/// A field that takes arguments, and where it stands.
pub struct Operation {
    /// Its type and name.
    pub name: String,
    pub arguments: Vec<Argument>,
}

/// One text or id that can be sent: where, and what names its meaning.
pub struct Leaf {
    /// Type and field, or operation and argument.
    pub key: String,
    /// The way there from the operation.
    pub path: Vec<String>,
}

/// What of the schema is needed to send anything anywhere.
pub struct Arguments {
    pub operations: Vec<Operation>,
    inputs: BTreeMap<String, Vec<Argument>>,
    enums: Vec<String>,
}

/// Scalars that name nothing of anybody.
const PLAIN: &[&str] = &["Int", "Float", "Boolean", "Decimal", "MinorUnits", "DateTime", "URL"];

impl Arguments {
    /// Reads the served schema.
    pub fn read() -> Self {
        let document = parse_schema(checkstand::graphql::sdl()).unwrap();
        let mut all = Self { operations: Vec::new(), inputs: BTreeMap::new(), enums: Vec::new() };
        for definition in &document.definitions {
            let TypeSystemDefinition::Type(ty) = definition else { continue };
            let owner = ty.node.name.node.to_string();
            match &ty.node.kind {
                TypeKind::Object(object) => {
                    for field in object.fields.iter().filter(|field| !field.node.arguments.is_empty()) {
                        let arguments = field.node.arguments.iter().map(|one| argument(&one.node)).collect();
                        all.operations
                            .push(Operation { name: format!("{owner}.{}", field.node.name.node), arguments });
                    }
                }
                TypeKind::InputObject(input) => {
                    all.inputs.insert(owner, input.fields.iter().map(|one| argument(&one.node)).collect());
                }
                TypeKind::Enum(_) => all.enums.push(owner),
                TypeKind::Scalar | TypeKind::Interface(_) | TypeKind::Union(_) => {}
            }
        }
        all
    }

    /// Everything that an operation takes and that could name something.
    pub fn leaves(&self, operation: &Operation) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        self.collect(&operation.name, &operation.arguments, &[], &mut leaves);
        leaves
    }

    fn collect(&self, owner: &str, arguments: &[Argument], way: &[String], leaves: &mut Vec<Leaf>) {
        for argument in arguments {
            let path = [way, std::slice::from_ref(&argument.name)].concat();
            if let Some(fields) = self.inputs.get(&argument.named) {
                self.collect(&argument.named, fields, &path, leaves);
            } else if !PLAIN.contains(&argument.named.as_str()) && !self.enums.contains(&argument.named) {
                leaves.push(Leaf { key: format!("{owner}.{}", argument.name), path });
            }
        }
    }

    /// Variables with a value at a path, and around it only what must be there.
    pub fn variables(&self, operation: &Operation, path: &[String], value: &Value, token: &str) -> Value {
        Value::Object(self.object(&operation.arguments, Some(path), value, token))
    }

    fn object(
        &self,
        arguments: &[Argument],
        path: Option<&[String]>,
        value: &Value,
        token: &str,
    ) -> Map<String, Value> {
        let mut object = Map::new();
        for argument in arguments {
            let inner = path.and_then(<[String]>::split_first).filter(|(first, _)| **first == argument.name);
            let given = match (inner, self.inputs.get(&argument.named)) {
                (Some((_, [])), _) => value.clone(),
                (Some((_, rest)), Some(fields)) => {
                    Value::Object(self.object(fields, Some(rest), value, token))
                }
                (None, _) if !argument.required => continue,
                (None, Some(fields)) => Value::Object(self.object(fields, None, value, token)),
                (None, None) if argument.name == "token" => json!(token),
                (None, None) if argument.named == "Int" => json!(1),
                (None, None) => json!("x"),
                (Some(_), None) => unreachable!("a path ends at a leaf"),
            };
            object.insert(argument.name.clone(), if argument.list { json!([given]) } else { given });
        }
        object
    }
}

fn argument(of: &InputValueDefinition) -> Argument {
    let ty = &of.ty.node;
    Argument {
        name: of.name.node.to_string(),
        ty: ty.to_string(),
        named: named(ty),
        list: matches!(ty.base, BaseType::List(_)),
        required: !ty.nullable && of.default_value.is_none(),
    }
}

fn named(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => named(inner),
    }
}
