//! An endpoint: a handler whose first argument says who may call it. The guard is awaited before
//! anything else of the request is read, and whatever runs is also written into the contract.

use std::{future::Future, sync::Arc};

use actix_web::{FromRequest, HttpRequest, HttpResponse, Route, dev::Payload, http::Method, web};
use utoipa::openapi::{
    RefOr, Schema,
    path::{HttpMethod, Operation, PathItem},
};
use utoipa_actix_web::OpenApiFactory;

use super::{argument, code::Code, contract, oauth, origin, problem::Problem, rule::Rule};

/// Schemas that an operation refers to, by name.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// Lets a request in or refuses it. The types that implement it stand first in every handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a guard: the first argument of a handler says who may call it",
    label = "this handler takes `{Self}` first",
    note = "take `Public`, `SignedIn`, `Can<P>` or `OwnOr<P>` first, alone or within \
            `Fresh<SECS, _>`, `Assured<A, _>` or `InPerson<_>`"
)]
pub trait Guard: Sized + 'static {
    const RULE: Rule;

    fn admit(request: &HttpRequest) -> impl Future<Output = Result<Self, Problem>>;

    /// The same where who calls may show who they are in the body itself (RFC 6749, section 2.3.1).
    /// A guard that reads the body leaves it to the handler as [`Fields`](super::form::Fields).
    fn admit_with(
        request: &HttpRequest,
        _body: &mut Payload,
    ) -> impl Future<Output = Result<Self, Problem>> {
        Self::admit(request)
    }
}

/// What a handler takes behind its guard. Each kind writes itself into the contract.
pub trait Argument: FromRequest + 'static {
    const CODES: &'static [Code] = &[];

    fn describe(_operation: &mut Operation, _schemas: &mut Schemas) {}
}

/// What a handler answers with. The type says the status and the body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a reply",
    note = "return `Ok200<T>`, `Versioned<T>`, `Created<T>`, `Accepted<T>` or `NoContent`"
)]
pub trait Reply: 'static {
    fn respond(self) -> HttpResponse;

    fn describe(operation: &mut Operation, schemas: &mut Schemas);
}

/// An `async fn(guard, up to five arguments) -> Result<impl Reply, Problem>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an endpoint",
    note = "a handler is `async fn(guard, up to five arguments) -> Result<impl Reply, Problem>`"
)]
pub trait Handler<Args>: Clone + Send + Sync + 'static {
    type First: 'static;
    type Reply;

    fn codes() -> Vec<Code>;

    fn describe(operation: &mut Operation, schemas: &mut Schemas);

    fn call(
        &self,
        first: Self::First,
        request: HttpRequest,
        body: Payload,
    ) -> impl Future<Output = actix_web::Result<Self::Reply>>;
}

macro_rules! handler {
    ($($A:ident)*) => {
        impl<F, Fut, G, R, $($A),*> Handler<(G, $($A,)*)> for F
        where
            F: Fn(G, $($A),*) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = Result<R, Problem>>,
            G: 'static,
            $($A: Argument,)*
        {
            type First = G;
            type Reply = R;

            fn codes() -> Vec<Code> {
                let all: &[&[Code]] = &[$($A::CODES),*];
                all.concat()
            }

            #[allow(unused_variables)]
            fn describe(operation: &mut Operation, schemas: &mut Schemas) {
                $($A::describe(operation, schemas);)*
            }

            #[allow(non_snake_case, unused_variables, unused_mut)]
            async fn call(
                &self,
                first: G,
                request: HttpRequest,
                mut body: Payload,
            ) -> actix_web::Result<R> {
                $(let $A = $A::from_request(&request, &mut body).await.map_err(Into::into)?;)*
                Ok(self(first, $($A),*).await?)
            }
        }
    };
}

handler!();
handler!(A);
handler!(A B);
handler!(A B C);
handler!(A B C D);
handler!(A B C D E);

/// One operation, ready to be mounted and to be described.
#[derive(Clone)]
pub struct Endpoint {
    pub id: String,
    pub method: Method,
    pub path: String,
    pub rule: Rule,
    /// Makes what the document says of it. That is large, and wanted once.
    pub describe: Arc<dyn Fn() -> Described + Send + Sync>,
    route: MakeRoute,
}

/// What the document says of an operation, and the schemas that it refers to.
pub struct Described {
    pub operation: Operation,
    pub schemas: Schemas,
}

type MakeRoute = Arc<dyn Fn(Route) -> Route + Send + Sync>;

/// What is left of an endpoint once it stands in the contract: where it answers, and by what. Every
/// worker keeps one, and a description is a thousand times as large.
#[derive(Clone)]
pub struct Mount {
    pub method: Method,
    pub path: String,
    route: MakeRoute,
}

/// Lists the endpoints of a feature: each handler with the problems that it alone may answer.
#[macro_export]
macro_rules! endpoints {
    ($($name:ident: [$($code:ident),* $(,)?]),* $(,)?) => { ::pastey::paste! {
        vec![$($crate::http::endpoint::Endpoint::of(
            [<__path_ $name>],
            $name,
            &[$($crate::http::code::Code::$code),*],
        )),*]
    } };
}

impl Endpoint {
    /// Joins a handler with its `utoipa::path` line and the codes of its own.
    ///
    /// Panics when the line does not describe exactly one operation: that is an error in the
    /// program, found by the first test that builds the contract.
    pub fn of<H, Args>(
        document: impl OpenApiFactory + Send + Sync + 'static,
        handler: H,
        codes: &'static [Code],
    ) -> Self
    where
        H: Handler<Args>,
        H::First: Guard,
        H::Reply: Reply,
    {
        let describe = move || describe::<H, Args>(&document, codes);
        let (path, method, Described { operation, .. }) = describe();
        let describe = Arc::new(move || describe().2);
        let id = operation.operation_id.clone().expect("utoipa names every operation");
        let rule = <H::First as Guard>::RULE;
        let known: Arc<[String]> = argument::query_names(&operation).into();
        let route = Arc::new(move |route: Route| {
            let (handler, known) = (handler.clone(), Arc::clone(&known));
            route.to(move |request: HttpRequest, body: web::Payload| {
                let (handler, known) = (handler.clone(), Arc::clone(&known));
                async move {
                    origin::check(&request)?;
                    let answered = async {
                        let mut body = body.into_inner();
                        let first = <H::First as Guard>::admit_with(&request, &mut body).await?;
                        argument::check_query(request.query_string(), &known)?;
                        handler.call(first, request, body).await
                    };
                    let reply = answered.await.map_err(|error| worded(error, &rule))?;
                    Ok::<_, actix_web::Error>(reply.respond())
                }
            })
        });
        Self { id, method, path, rule, describe, route }
    }

    /// Gives up its description.
    pub fn into_mount(self) -> Mount {
        Mount { method: self.method, path: self.path, route: self.route }
    }
}

impl Mount {
    /// The route that answers it, ready for a resource of its path.
    pub fn route(&self, empty: Route) -> Route {
        (self.route)(empty)
    }
}

/// Path, method and description of a handler: its `utoipa::path` line, and what its types say.
fn describe<H, Args>(document: &impl OpenApiFactory, codes: &[Code]) -> (String, Method, Described)
where
    H: Handler<Args>,
    H::First: Guard,
    H::Reply: Reply,
{
    let rule = <H::First as Guard>::RULE;
    let (path, item) = document.paths().paths.into_iter().next().expect("a path is declared");
    let (method, mut operation) = only_operation(item);
    let mut schemas = Schemas::new();
    operation.responses.responses.clear();
    operation.parameters = None;
    operation.request_body = None;
    H::describe(&mut operation, &mut schemas);
    H::Reply::describe(&mut operation, &mut schemas);
    rule.describe(&mut operation);
    let told = operation.description.take().filter(|text| !text.is_empty());
    let told = told.into_iter().chain([rule.sentence()]);
    operation.description = Some(told.collect::<Vec<_>>().join("\n\n"));
    let csrf: &[Code] = if method.is_safe() { &[] } else { &[Code::OriginRefused] };
    let outer = [csrf, Code::EVERYWHERE].concat();
    let own = [&rule.codes(), &H::codes(), codes].concat();
    if rule.who.speaks_oauth() {
        contract::describe_problems(&mut operation, &outer);
        let own = [&own[..], Code::OF_HANDLERS].concat();
        oauth::describe(&mut operation, &mut schemas, &own);
    } else {
        contract::describe_problems(&mut operation, &[own, outer].concat());
    }
    (path, method, Described { operation, schemas })
}

/// A refusal in the words of the operation's callers.
fn worded(error: actix_web::Error, rule: &Rule) -> actix_web::Error {
    match error.as_error::<Problem>() {
        Some(problem) if rule.who.speaks_oauth() => problem.clone().in_oauth().into(),
        _ => error,
    }
}

fn only_operation(item: PathItem) -> (Method, Operation) {
    let found = [
        (Method::GET, item.get),
        (Method::POST, item.post),
        (Method::PUT, item.put),
        (Method::PATCH, item.patch),
        (Method::DELETE, item.delete),
    ];
    let mut found = found.into_iter().filter_map(|(method, operation)| Some((method, operation?)));
    let only = found.next().expect("GET, POST, PUT, PATCH or DELETE is declared");
    assert!(found.next().is_none(), "one handler answers one method");
    only
}

/// How the document names a method.
pub fn document_method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}
