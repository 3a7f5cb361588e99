//! What came back, with the questions that tests ask of it.

use actix_web::cookie::Cookie;
use doorward::http::code::Code;
use reqwest::header::{HeaderMap, SET_COOKIE};
use serde_json::Value;

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("a body") }
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// 200 and its body.
    #[track_caller]
    pub fn ok(self) -> Value {
        self.expect(200).json()
    }

    /// 200 and the items of its page.
    #[track_caller]
    pub fn items(self) -> Vec<Value> {
        self.ok()["items"].as_array().expect("a page").clone()
    }

    /// 201 and its body.
    #[track_caller]
    pub fn created(self) -> Value {
        self.expect(201).json()
    }

    /// 202 and its body.
    #[track_caller]
    pub fn accepted(self) -> Value {
        self.expect(202).json()
    }

    #[track_caller]
    pub fn no_content(self) {
        let reply = self.expect(204);
        assert!(reply.text.is_empty());
    }

    /// A refusal with exactly this code; its body.
    #[track_caller]
    pub fn problem(self, code: Code) -> Value {
        let body = self.json();
        assert_eq!(body["code"], code.as_str(), "{}", self.text);
        assert_eq!(self.status, code.status_number());
        body
    }

    /// The code of a refusal, or nothing where it is none. In the words of OAuth it stands at the
    /// end of the description.
    #[track_caller]
    pub fn code(&self) -> String {
        if self.status < 400 {
            return String::new();
        }
        let body = self.json();
        let code = body["code"].as_str().map(ToOwned::to_owned);
        code.unwrap_or_else(|| {
            let text = body["error_description"].as_str().expect("a code or a description");
            let (_, code) = text.rsplit_once('(').expect("a code in parentheses");
            code.trim_end_matches(')').to_owned()
        })
    }

    /// A refusal of fields: pointer and code of each.
    #[track_caller]
    pub fn fields(self) -> Vec<(String, String)> {
        let body = self.problem(Code::FieldsInvalid);
        let text = |error: &Value, key: &str| error[key].as_str().expect("text").to_owned();
        let errors = body["errors"].as_array().expect("a list");
        errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// All that could tell one answer from another: status, headers, body. What names the single
    /// request is left out.
    pub fn shape(&self) -> (u16, Vec<(String, String)>, String) {
        let ours = self.header("x-request-id").expect("a request id");
        let headers = self.headers.iter();
        let mut headers: Vec<_> = headers
            .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
            .filter(|(name, _)| name != "date" && name != "x-request-id")
            .collect();
        headers.sort();
        (self.status, headers, self.text.replace(ours, "ID"))
    }

    /// The session cookie that the answer sets, if it sets one.
    pub fn cookie(&self) -> Option<Cookie<'static>> {
        self.one_cookie(|name| !name.ends_with("-device") && !name.ends_with("-flow"))
    }

    /// The device's cookie that the answer sets, if it sets one.
    pub fn device_cookie(&self) -> Option<Cookie<'static>> {
        self.one_cookie(|name| name.ends_with("-device"))
    }

    fn one_cookie(&self, is_asked: impl Fn(&str) -> bool) -> Option<Cookie<'static>> {
        let set = self.headers.get_all(SET_COOKIE);
        let text = set.into_iter().map(|value| value.to_str().expect("text").to_owned());
        let cookies = text.map(|text| Cookie::parse_encoded(text).expect("a cookie"));
        let mut asked: Vec<_> = cookies.filter(|cookie| is_asked(cookie.name())).collect();
        assert!(asked.len() < 2, "more than one cookie: {asked:?}");
        asked.pop()
    }

    /// The version's `ETag`.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.header("etag").expect("an ETag").to_owned()
    }

    /// The id of the request, as the log and the audit events call it.
    #[track_caller]
    pub fn request_id(&self) -> String {
        self.header("x-request-id").expect("a request id").to_owned()
    }
}
