//! Proofs without the locks that their operations take: burning alone must let one through, however
//! many come at once and however often that is tried.

use doorward::{
    access::once::{
        self, ChangeEmail, Guess, MagicLink, MailedFactor, Proof, ProofHash, Purpose,
        ResetPassword, UndoEmailChange, VerifyEmail,
    },
    http::problem::Problem,
    kernel::id::UserId,
};
use futures_util::future::join_all;

use crate::harness::House;

const ROUNDS: usize = 1000;
const AT_ONCE: usize = 50;

/// A proof of nobody's account, written; its token and its code.
async fn issue<P: Purpose>(house: &House, user: &UserId, nth: usize) -> (String, String) {
    let proof = Proof::<P>::new(&house.app);
    let link = proof.link(&house.app.config).url;
    let (_, token) = link.split_once("?token=").expect("a token");
    let (token, code, user) = (token.to_owned(), proof.code(), user.clone());
    let written = house.app.db.write_quiet(move |db| {
        Ok::<_, Problem>(once::issue(db, &proof, &user, &format!("n{nth}@example.test"))?)
    });
    written.await.expect("it is written");
    (token, code)
}

async fn burn<P: Purpose>(house: &House, token: String) -> bool {
    let (token, now) = (ProofHash::<P>::of(&token), house.now());
    let burnt = house
        .app
        .db
        .write_quiet(move |db| Ok::<_, Problem>(once::burn(db, &token, now)?.is_some()));
    burnt.await.expect("it is written")
}

async fn guess(house: &House, user: &UserId, code: String) -> bool {
    let (user, vault, now) = (user.clone(), house.app.vault.clone(), house.now());
    let found = house.app.db.write_quiet(move |db| {
        let guess = Guess { user: &user, binding: None, code: &code };
        Ok::<_, Problem>(once::try_code::<MailedFactor>(db, &vault, &guess, now)?.is_some())
    });
    found.await.expect("it is written")
}

async fn rounds<P: Purpose>(house: &House, count: usize) {
    let user = UserId::make(house.now(), &house.app.chance);
    for nth in 0..count {
        let (token, _) = issue::<P>(house, &user, nth).await;
        let tries = (0..AT_ONCE).map(|_| burn::<P>(house, token.clone()));
        let won = join_all(tries).await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1, "{} in round {nth}", P::NAME);
    }
}

api_test! { asvs_6_5_1_a_thousand_rounds_of_fifty_burn_each_link_once |house| {
    rounds::<VerifyEmail>(&house, ROUNDS / 5).await;
    rounds::<ResetPassword>(&house, ROUNDS / 5).await;
    rounds::<ChangeEmail>(&house, ROUNDS / 5).await;
    rounds::<UndoEmailChange>(&house, ROUNDS / 5).await;
    rounds::<MagicLink>(&house, ROUNDS / 5).await;
}}

api_test! { ac_098_a_thousand_rounds_of_fifty_take_each_code_once |house| {
    let user = UserId::make(house.now(), &house.app.chance);
    for nth in 0..ROUNDS {
        let (_, code) = issue::<MailedFactor>(&house, &user, nth).await;
        let tries = (0..AT_ONCE).map(|_| guess(&house, &user, code.clone()));
        let won = join_all(tries).await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1, "in round {nth}");
    }
}}
