//! Another master key takes the place of the present one while the service runs, and nobody notices.

use doorward::{
    access::{keyring, reseal},
    http::problem::Problem,
    kernel::{chance::Chance, secret::MasterKey, vault::MasterKeys},
};
use serde_json::json;

use crate::harness::{
    Actor, Database, House, Kind, SoftKey,
    process::{Process, run},
};

/// Somebody with everything that is sealed: an app, a passkey, a mail.
struct Owner {
    who: Actor,
    app: crate::harness::Authenticator,
    passkey: SoftKey,
}

async fn owner(house: &House) -> Owner {
    let who = house.user().await;
    let mut passkey = SoftKey::new(house);
    let (app, _) = who.enrol(house).await;
    house.pass(30);
    who.step_up("totp", &app.code(house)).await.ok();
    who.add_passkey(&mut passkey, "Laptop").await;
    Owner { who, app, passkey }
}

/// Everything that was sealed is opened once.
async fn works(house: &House, owner: &mut Owner) {
    owner.who.get("/v1/me").await.ok();
    let Owner { who, app, passkey } = owner;
    house.pass(30);
    let browser = who.elsewhere();
    let pending = browser.begin().await;
    browser.finish(&pending, "totp", &app.code(house)).await.ok();
    who.elsewhere().sign_in_by_passkey(passkey).await.ok();
    house.mail_of("verify_email", &who.email).await;
    who.bearing(&who.token().await).get("/v1/me").await.ok();
}

api_test! { asvs_11_1_1_every_sealed_value_is_sealed_anew_and_none_is_lost |house| {
    let mut owner = owner(&house).await;
    let seed = house.master.clone();
    let (vault, own) = (house.app.vault.clone(), seed.clone());
    let kept = house.app.db.write(move |db| keyring::keep_seed(db, &vault, &own));
    assert!(kept.await.expect("it is kept"));
    works(&house, &mut owner).await;

    let (old, new) = (seed.clone(), MasterKey::random(&Chance::System));
    house.app.vault.replace(&MasterKeys { current: new.clone(), other: Some(old.clone()) });
    works(&house, &mut owner).await;
    let resealed = reseal::all(&house.app).await.expect("all open");
    assert!(resealed >= 4, "only {resealed} values were sealed anew");
    assert_eq!(reseal::all(&house.app).await.expect("all open"), 0);
    let (vault, master) = (house.app.vault.clone(), new.clone());
    let taken = house.app.db.write(move |db| {
        keyring::check(db, &MasterKeys { current: old.clone(), other: None })?;
        keyring::take_over(db, &vault, &master)?;
        let alone = |key: &MasterKey| MasterKeys { current: key.clone(), other: None };
        let fits = (keyring::check(db, &alone(&master))?, keyring::check(db, &alone(&old))?);
        Ok::<_, Problem>(fits)
    });
    assert_eq!(taken.await.expect("it is taken"), (keyring::Fit::Fits, keyring::Fit::OtherKey));

    // Every value names its key: whatever still names the old one was forgotten.
    let name = data_encoding::HEXLOWER.encode(&seed.derive::<4>("vault name"));
    let dump = house.dump().await.text().to_lowercase();
    let forgotten = [format!("'02{name}"), format!("\\x02{name}")];
    assert!(!forgotten.iter().any(|start| dump.contains(start)), "a column is not sealed anew");
    let ours = data_encoding::HEXLOWER.encode(&new.derive::<4>("vault name"));
    assert!(dump.contains(&format!("02{ours}")), "sealed values are looked for");

    house.app.vault.replace(&MasterKeys { current: new, other: None });
    works(&house, &mut owner).await;
    // Another process that starts now has nothing but the new key.
    let sibling = house.sibling().await;
    let there = owner.who.at(&sibling);
    there.bearing(&there.token().await).at(&sibling).get("/v1/me").await.ok();
    let vault = house.app.vault.clone();
    let found = house.app.db.write(move |db| {
        let keys = MasterKeys { current: MasterKey::random(&Chance::System), other: None };
        keyring::find_seed(db, &vault, &keys)
    });
    assert!(found.await.expect("it opens") == seed, "nobody's cookie is touched");
}}

api_test! { what_does_not_open_stops_the_change |house| {
    owner(&house).await;
    house.execute("UPDATE totp_factors SET sealed = (SELECT sealed FROM signing_keys)").await;
    let new = MasterKey::random(&Chance::System);
    house.app.vault.replace(&MasterKeys { current: new, other: Some(house.master.clone()) });
    assert!(reseal::all(&house.app).await.is_err());
}}

fn while_a_process_serves(kind: Kind) {
    let database = Database::new(kind);
    let (folder, url) = (database.folder.path(), database.url.to_string());
    let variables = [("DOORWARD_DATABASE_URL", url.as_str())];
    let mut service = Process::start(folder, &variables);
    let keys = folder.join("data/keys");
    let key = || std::fs::read_to_string(keys.join("master.key")).expect("a key");
    let (token, first) = (service.setup_token(), key());
    actix_web::rt::System::new().block_on(async {
        let admin = service.nobody().first_admin(&token).await;
        let before = admin.token().await;
        let (path, address) = (folder.to_owned(), url.clone());
        let change = std::thread::spawn(move || {
            run(&path, &[("DOORWARD_DATABASE_URL", &address)], &["keys", "rotate-master"], "")
        });
        // Whatever is sealed and opened meanwhile goes on.
        let mut rounds = 0;
        while !change.is_finished() {
            let email = format!("user{rounds}@example.test");
            let new = json!({ "email": email, "password": "a river of green tea", "name": "N" });
            service.nobody().post("/v1/auth/sign-up", new).await.accepted();
            let mails = service.nobody().get("/dev/mail.json").await.expect(200);
            assert!(mails.text.contains(&email), "a mail can't be read");
            admin.bearing(&admin.token().await).get("/v1/me").await.ok();
            rounds += 1;
        }
        assert!(rounds > 2, "it took some time");
        let ended = change.join().expect("it ran");
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
        assert_ne!(key(), first);
        assert_eq!(std::fs::read_dir(&keys).expect("a folder").count(), 1, "the old key is gone");
        admin.get("/v1/me").await.ok();
        admin.bearing(&before).get("/v1/me").await.ok();
        let event = admin.latest_event("master_key.replaced").await;
        assert!(event["detail"]["values"].as_i64() > Some(0), "{event}");
        // After a restart with the new key alone, the same cookie and the same mails count.
        let stopped = service.stop();
        assert!(!stopped.stderr.contains("ERROR"), "{}", stopped.stderr);
        let again = Process::start(folder, &variables);
        let back = again.nobody();
        back.set_cookie(admin.cookie());
        back.get("/v1/me").await.ok();
        assert!(again.nobody().get("/dev/mail.json").await.expect(200).text.contains("user0@"));
        again.stop();
    });
    // The old key is no good any more.
    std::fs::write(keys.join("master.key"), first).expect("it is written");
    let refused = run(folder, &variables, &["migrate"], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stderr.contains("the master key is not the one"), "{}", refused.stderr);
}

#[test]
fn asvs_11_1_1_asvs_11_2_2_nobody_notices_a_new_master_key_with_sqlite() {
    while_a_process_serves(Kind::Sqlite);
}

#[test]
fn asvs_11_1_1_asvs_11_2_2_nobody_notices_a_new_master_key_with_postgresql() {
    while_a_process_serves(Kind::Postgres);
}
