//! A mailed link and the code beside it: one proof, two ways to give it. Guesses use up the code
//! alone, because anybody can make them; whichever counts first takes the other with it.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, House, Reply};

const UMA: &str = "uma@example.test";
const NEW: &str = "una@example.test";

/// The proofs that have a code: how each is asked for and given.
#[derive(Clone, Copy, Debug)]
enum Of {
    Verification,
    Change,
    SignIn,
}

/// A proof that was mailed.
struct Sent {
    of: Of,
    uma: Actor,
    token: String,
    code: String,
}

impl Sent {
    async fn new(house: &House, of: Of) -> Self {
        let uma = house.user_called(UMA).await;
        let (kind, to) = match of {
            Of::Verification => ("verify_email", UMA),
            Of::Change => {
                uma.post("/v1/me/email", json!({ "email": NEW })).await.accepted();
                ("confirm_email", NEW)
            }
            Of::SignIn => {
                house.execute("UPDATE users SET email_verified_at = 1").await;
                let ask = json!({ "email": UMA });
                house.nobody().post("/v1/auth/magic-link", ask).await.accepted();
                ("magic_link", UMA)
            }
        };
        let mail = house.mail_of(kind, to).await;
        Self { of, uma, token: mail.token().to_owned(), code: mail.code().to_owned() }
    }

    async fn by_code(&self, house: &House, code: &str) -> Reply {
        let (path, body) = match self.of {
            Of::Verification => {
                ("/v1/auth/verify-email/code", json!({ "email": UMA, "code": code }))
            }
            Of::SignIn => ("/v1/auth/magic-link/code", json!({ "email": UMA, "code": code })),
            Of::Change => {
                let body = json!({ "code": code });
                return self.uma.post("/v1/me/email/confirm", body).await;
            }
        };
        house.nobody().post(path, body).await
    }

    async fn by_link(&self, house: &House) -> Reply {
        let path = match self.of {
            Of::Verification => "/v1/auth/verify-email",
            Of::SignIn => "/v1/auth/magic-link/complete",
            Of::Change => "/v1/auth/email-change/confirm",
        };
        house.nobody().post(path, json!({ "token": self.token })).await
    }

    /// Another code.
    fn wrong(&self) -> String {
        let right: u32 = self.code.parse().expect("digits");
        format!("{:06}", (right + 1) % 1_000_000)
    }

    async fn use_up(&self, house: &House) {
        for _ in 0..5 {
            self.by_code(house, &self.wrong()).await.problem(Code::ProofInvalid);
        }
    }
}

fn worked(reply: &Reply) -> bool {
    reply.status == 204 || reply.status == 200
}

async fn guesses_spare_the_link(house: &House, of: Of) {
    let sent = Sent::new(house, of).await;
    sent.use_up(house).await;
    sent.by_code(house, &sent.code).await.problem(Code::ProofInvalid);
    let reply = sent.by_link(house).await;
    assert!(worked(&reply), "{of:?}: {reply:?}");
    // Once: it was burnt with the code.
    sent.by_link(house).await.problem(Code::ProofInvalid);
}

async fn each_takes_the_other_with_it(house: &House, of: Of, link_first: bool) {
    let sent = Sent::new(house, of).await;
    let (first, second) = match link_first {
        true => (sent.by_link(house).await, sent.by_code(house, &sent.code).await),
        false => (sent.by_code(house, &sent.code).await, sent.by_link(house).await),
    };
    assert!(worked(&first), "{of:?}: {first:?}");
    let refused: Value = second.problem(Code::ProofInvalid);
    assert_eq!(refused["status"], 403);
}

api_test! { asvs_6_6_3_guesses_at_a_verification_code_spare_its_link |house| {
    guesses_spare_the_link(&house, Of::Verification).await;
}}

api_test! { asvs_6_6_3_guesses_at_the_code_of_a_changed_address_spare_its_link |house| {
    guesses_spare_the_link(&house, Of::Change).await;
}}

api_test! { asvs_6_6_3_guesses_at_a_code_to_sign_in_spare_its_link |house| {
    guesses_spare_the_link(&house, Of::SignIn).await;
}}

api_test! { a_used_link_takes_the_verification_code_with_it |house| {
    each_takes_the_other_with_it(&house, Of::Verification, true).await;
}}

api_test! { a_used_code_takes_the_verification_link_with_it |house| {
    each_takes_the_other_with_it(&house, Of::Verification, false).await;
}}

api_test! { a_used_link_takes_the_code_to_sign_in_with_it |house| {
    each_takes_the_other_with_it(&house, Of::SignIn, true).await;
}}

api_test! { a_used_code_takes_the_link_to_sign_in_with_it |house| {
    each_takes_the_other_with_it(&house, Of::SignIn, false).await;
}}

api_test! { a_used_code_takes_the_link_of_a_changed_address_with_it |house| {
    each_takes_the_other_with_it(&house, Of::Change, false).await;
}}
