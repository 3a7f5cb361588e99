//! Builds the OpenAPI document from the endpoints that run, and refuses to build a wrong one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::{Value, json};
use utoipa::openapi::{
    Components, Content, Header, HeaderBuilder, Info, OpenApi, OpenApiBuilder, PathItem, Paths,
    Ref, RefOr, Schema,
    info::{Contact, LicenseBuilder},
    path::Operation,
    response::{Response, ResponseBuilder},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    server::Server,
    tag::TagBuilder,
};

use super::{
    code::Code,
    endpoint::{Described, Endpoint, Schemas, document_method},
    offered::API_KEY_HEADER,
    problem::ProblemBody,
    rule::{API_KEY_SCHEME, BASIC_SCHEME, BEARER_SCHEME, SESSION_SCHEME, as_object, is_described},
};

/// What the document is made from.
pub struct Contract<'a> {
    pub endpoints: &'a [Endpoint],
    /// Name and description of every tag, in the order in which they are shown.
    pub tags: &'a [(&'static str, &'static str)],
    /// The session cookie's name in this deployment.
    pub cookie: &'a str,
}

/// Why the service does not start: its endpoints and its contract disagree.
#[derive(Debug, PartialEq, Eq)]
pub struct ContractError(pub Vec<String>);

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the endpoints and the contract disagree: {}", self.0.join("; "))
    }
}

impl std::error::Error for ContractError {}

/// Writes every problem that an operation may answer: one response per status.
pub fn describe_problems(operation: &mut Operation, codes: &[Code]) {
    let mut by_status: BTreeMap<u16, BTreeSet<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status_number()).or_default().insert(*code);
    }
    for (status, codes) in by_status {
        operation.responses.responses.insert(status.to_string(), RefOr::T(problem(status, &codes)));
    }
}

fn problem(status: u16, codes: &BTreeSet<Code>) -> Response {
    let titles: Vec<_> = codes.iter().map(|code| told(*code)).collect();
    let names: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
    let mut response = ResponseBuilder::new()
        .description(titles.join(" "))
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name("Problem"))))
        .build();
    response.extensions.get_or_insert_default().insert("x-problem-codes".into(), json!(names));
    for (name, header) in headers(status) {
        response.headers.insert(name.into(), RefOr::T(header));
    }
    response
}

/// What a code says to people who read the document.
pub fn told(code: Code) -> String {
    format!("`{}`: {}", code.as_str(), code.title())
}

/// The headers that every problem of a status carries.
pub fn headers(status: u16) -> Vec<(&'static str, Header)> {
    let seconds = || {
        let about = "Seconds to wait before the next attempt (RFC 9110, section 10.2.3).";
        ("Retry-After", header(json!({ "type": "integer", "minimum": 1 }), about))
    };
    let text = |about| header(json!({ "type": "string", "maxLength": 200 }), about);
    match status {
        401 | 403 => vec![("WWW-Authenticate", text("What proves who is calling."))],
        429 => vec![
            seconds(),
            ("RateLimit", text("How many tries are left, and the seconds until there are more.")),
            ("RateLimit-Policy", text("How many tries there are in how many seconds.")),
        ],
        503 => vec![seconds()],
        _ => vec![],
    }
}

fn header(schema: Value, about: &str) -> Header {
    let schema: RefOr<Schema> = serde_json::from_value(schema).expect("a schema");
    HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build()
}

impl Contract<'_> {
    /// The OpenAPI 3.1 document of exactly these endpoints.
    pub fn build(&self) -> Result<OpenApi, ContractError> {
        let mut errors = self.check_places();
        let mut paths = Paths::builder();
        let mut components = Components::new();
        add(&mut components, problem_schemas(), &mut errors);
        for endpoint in self.endpoints {
            let Described { operation, schemas } = (endpoint.describe)();
            errors.extend(self.check(endpoint, &operation));
            add(&mut components, schemas, &mut errors);
            let item = PathItem::new(document_method(&endpoint.method), operation);
            paths = paths.path(&endpoint.path, item);
        }
        add_schemes(&mut components, self.cookie);
        if !errors.is_empty() {
            return Err(ContractError(errors));
        }
        Ok(OpenApiBuilder::new()
            .info(info())
            .servers(Some([Server::new("/")]))
            .tags(Some(self.tags.iter().map(|(name, description)| {
                TagBuilder::new().name(*name).description(Some(*description)).build()
            })))
            .paths(paths)
            .components(Some(components))
            .build())
    }

    /// Finds two operations of one name or at one place.
    fn check_places(&self) -> Vec<String> {
        let mut errors = Vec::new();
        let (mut ids, mut places) = (BTreeSet::new(), BTreeSet::new());
        for endpoint in self.endpoints {
            if !ids.insert(&endpoint.id) {
                errors.push(format!("{}: another operation has this id", at(endpoint)));
            }
            if !places.insert((endpoint.method.as_str(), &endpoint.path)) {
                let error = "another operation answers this method and path";
                errors.push(format!("{}: {error}", at(endpoint)));
            }
        }
        errors
    }

    /// Finds what the description of an operation lacks.
    fn check(&self, endpoint: &Endpoint, operation: &Operation) -> Vec<String> {
        let mut errors = Vec::new();
        if !is_described(&endpoint.rule, operation) {
            errors.push("the document does not say what the guard demands".to_owned());
        }
        if operation.summary.is_none() {
            errors.push("no summary".to_owned());
        }
        let mut tags = operation.tags.iter().flatten();
        if !tags.any(|tag| self.tags.iter().any(|(name, _)| name == tag)) {
            errors.push("no tag that the contract declares".to_owned());
        }
        errors.extend(check_path(&endpoint.path, operation));
        errors.into_iter().map(|error| format!("{}: {error}", at(endpoint))).collect()
    }
}

/// How a fault names an endpoint.
fn at(endpoint: &Endpoint) -> String {
    format!("{} {} ({})", endpoint.method, endpoint.path, endpoint.id)
}

/// Each `{name}` in the path has a parameter of this name, or the document would be invalid.
fn check_path(path: &str, operation: &Operation) -> Option<String> {
    let parameters: BTreeSet<_> = operation
        .parameters
        .iter()
        .flatten()
        .filter_map(as_object)
        .map(|parameter| parameter.name.as_str())
        .collect();
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .find(|name| !parameters.contains(name))
        .map(|name| format!("the path parameter `{name}` is not described"))
}

fn problem_schemas() -> Schemas {
    let mut schemas = Schemas::new();
    super::reply::collect::<ProblemBody>(&mut schemas);
    schemas
}

/// Adds schemas, and finds two of one name.
fn add(components: &mut Components, schemas: Schemas, errors: &mut Vec<String>) {
    for (name, schema) in schemas {
        match components.schemas.get(&name) {
            Some(known) if *known != schema => {
                let error = format!("two different schemas are called `{name}`");
                if !errors.contains(&error) {
                    errors.push(error);
                }
            }
            Some(_) => {}
            None => {
                components.schemas.insert(name, schema);
            }
        }
    }
}

/// Adds the ways to show who one is.
fn add_schemes(components: &mut Components, cookie: &str) {
    let description = "The session cookie that `sign_in_with_password` sets: `doorward` over \
        http on a loopback address, `__Host-doorward` over https. Browsers send it by themselves.";
    let scheme = ApiKey::Cookie(ApiKeyValue::with_description(cookie, description));
    components.add_security_scheme(SESSION_SCHEME, SecurityScheme::ApiKey(scheme));
    let description = "An access token that `create_token` has made of a session for this \
        service, which does what the session does; or an API key, as `Bearer dw_…` (RFC 6750), \
        which does nothing that asks for a person.";
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description));
    components.add_security_scheme(BEARER_SCHEME, SecurityScheme::Http(scheme.build()));
    let scheme = ApiKeyValue::with_description(API_KEY_HEADER, "An API key.");
    let scheme = ApiKey::Header(scheme);
    components.add_security_scheme(API_KEY_SCHEME, SecurityScheme::ApiKey(scheme));
    let description = "A client of a service account: its `client_id` and secret (RFC 6749, \
        section 2.3.1). Both may stand in the form instead, and so may an assertion that the \
        client has signed (RFC 7523).";
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Basic).description(Some(description));
    components.add_security_scheme(BASIC_SCHEME, SecurityScheme::Http(scheme.build()));
}

fn info() -> Info {
    let mut info = Info::new("Doorward", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Self-hosted sign-in and access control. Who may call an operation stands in its \
         `security`, `x-access`, `x-required-permission`, `x-assurance` and `x-rate-class`; all of \
         them are written by the guard that runs. Every refusal is an RFC 9457 problem whose \
         `code` is one of a closed list, and each response names its codes in `x-problem-codes`."
            .into(),
    );
    let license = LicenseBuilder::new().name("MIT OR Apache-2.0");
    info.license = Some(license.identifier(Some("MIT OR Apache-2.0")).build());
    let mut contact = Contact::new();
    contact.name = Some("The people who run this service".into());
    info.contact = Some(contact);
    info
}

/// The document as JSON whose keys are sorted, so that equal documents are equal texts.
pub fn to_json(document: &OpenApi) -> Value {
    let mut value = serde_json::to_value(document).expect("a document is JSON");
    value.sort_all_objects();
    value
}

/// A JSON file's text: indented, with a line end.
pub fn to_text(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a value is JSON");
    text.push('\n');
    text
}

/// Every code with its meaning, as a page of Markdown.
pub fn problems_markdown() -> String {
    let mut page = String::from(
        "# Problems\n\nEvery refusal is `application/problem+json` (RFC 9457). `code` is stable: a \
         published code keeps its meaning, new ones may come. Generated from the code table.\n\n\
         | status | code | what happened | what to do |\n| --- | --- | --- | --- |\n",
    );
    for code in Code::ALL {
        let row = [code.status_number().to_string(), format!("`{}`", code.as_str())];
        page += &format!("| {} | {} | {} |\n", row.join(" | "), code.title(), code.advice());
    }
    page
}
