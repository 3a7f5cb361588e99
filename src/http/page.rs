//! Pages of lists: always by key, never by offset, so that a page costs the same anywhere.

use std::{
    borrow::Cow,
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ObjectBuilder, Ref, RefOr, Schema, Type,
        path::{Operation, ParameterIn},
        schema::SchemaType,
    },
};

use super::{
    argument,
    code::Code,
    endpoint::{Argument, Schemas},
    problem::Problem,
};
use crate::kernel::cursor::{self, CursorKey};

/// One page of a list.
#[derive(Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page starts, or null on the last.
    pub next_cursor: Option<String>,
}

/// Which part of a list is wanted.
pub struct Paging {
    /// 1 to 200.
    pub limit: i64,
    cursor: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PagingQuery {
    /// How many items a page has at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 600, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
}

/// How many items a page has when nobody says how many.
const DEFAULT: i64 = 50;

impl FromRequest for Paging {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = argument::parse_query::<PagingQuery>(request.query_string());
        ready(
            query.map(|PagingQuery { limit, cursor }| Self {
                limit: limit.unwrap_or(DEFAULT),
                cursor,
            }),
        )
    }
}

impl Argument for Paging {
    const CODES: &'static [Code] = &[Code::QueryInvalid, Code::CursorInvalid];

    fn describe(operation: &mut Operation, _: &mut Schemas) {
        let parameters = PagingQuery::into_params(|| Some(ParameterIn::Query));
        operation.parameters.get_or_insert_default().extend(parameters.into_iter().map(RefOr::T));
    }
}

impl Paging {
    /// The key behind which the page starts. `list` names the list and its filters, as for
    /// [`Page::cut`]. Errors: `paging.cursor_invalid`.
    pub fn after<K>(
        &self,
        key: &CursorKey,
        list: &str,
        parse: impl FnOnce(Vec<u8>) -> Option<K>,
    ) -> Result<Option<K>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        // Parsed into a typed key even though the seal holds: nothing untyped reaches a query.
        let position = key.open(list, cursor).and_then(parse);
        position.map(Some).ok_or_else(|| Code::CursorInvalid.into())
    }

    /// The same where the position is a text, such as an id.
    pub fn after_text<K: FromStr>(
        &self,
        key: &CursorKey,
        list: &str,
    ) -> Result<Option<K>, Problem> {
        self.after(key, list, |position| String::from_utf8(position).ok()?.parse().ok())
    }
}

impl<T> Page<T> {
    /// Cuts a page from rows of which one more than `limit` was asked for.
    pub fn cut<R>(
        mut rows: Vec<R>,
        limit: i64,
        seal: impl FnOnce(&R) -> String,
        view: impl FnMut(R) -> T,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if has_more { rows.last().map(seal) } else { None };
        Self { items: rows.into_iter().map(view).collect(), next_cursor }
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Schemas) {
        super::reply::collect::<T>(schemas);
    }
}

impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .max_items(Some(200))
            .description(Some("At most `limit` of them."));
        let cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .max_length(Some(cursor::MAX))
            .description(Some("`cursor` of the next page, or null on the last one."));
        ObjectBuilder::new()
            .property("items", items)
            .required("items")
            .property("next_cursor", cursor)
            .required("next_cursor")
            .into()
    }
}
