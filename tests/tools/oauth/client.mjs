// What a certified client library does with the token endpoint: discovery, client credentials with
// every way to authenticate, introspection, revocation, refresh, DPoP with and without nonces.
// Reads {origin, basic, key, session} from standard input.

import assert from "node:assert/strict";
import { text } from "node:stream/consumers";

import * as oauth from "oauth4webapi";

const given = JSON.parse(await text(process.stdin));
const http = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(given.origin);

const found = await oauth.discoveryRequest(issuer, { ...http, algorithm: "oauth2" });
const server = await oauth.processDiscoveryResponse(issuer, found);
await assert.rejects(
    oauth.processDiscoveryResponse(
        new URL("http://other.test"),
        await oauth.discoveryRequest(issuer, { ...http, algorithm: "oauth2" }),
    ),
    "META-03: metadata of another issuer are refused",
);

const basic = { client_id: given.basic.id };
const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const key = await crypto.subtle.importKey("jwk", given.key.jwk, algorithm, false, ["sign"]);

async function token(client, auth, more = {}, parameters = {}) {
    const options = { ...http, ...more };
    const answer = await oauth.clientCredentialsGrantRequest(
        server, client, auth, new URLSearchParams(parameters), options,
    );
    return oauth.processClientCredentialsResponse(server, client, answer);
}

async function introspected(value) {
    const auth = oauth.ClientSecretBasic(given.basic.secret);
    const answer = await oauth.introspectionRequest(server, basic, auth, value, http);
    return oauth.processIntrospectionResponse(server, basic, answer);
}

async function called(value, more = {}) {
    const url = new URL("/v1/me", issuer);
    const options = { ...http, ...more };
    return oauth.protectedResourceRequest(value, "GET", url, undefined, undefined, options);
}

/** Once more where the service has handed a nonce out. */
async function withNonce(request) {
    try {
        return await request();
    } catch (error) {
        if (!oauth.isDPoPNonceError(error)) throw error;
        return request();
    }
}

for (const [client, auth] of [
    [basic, oauth.ClientSecretBasic(given.basic.secret)],
    [basic, oauth.ClientSecretPost(given.basic.secret)],
    [{ client_id: given.key.id }, oauth.PrivateKeyJwt(key)],
]) {
    const { access_token: value, token_type: kind } = await token(client, auth);
    assert.equal(kind, "bearer");
    assert.equal((await called(value)).status, 200);
    assert.equal((await introspected(value)).active, true);
    const answer = await oauth.revocationRequest(server, client, auth, value, http);
    await oauth.processRevocationResponse(answer);
    assert.equal((await introspected(value)).active, false);
}

const wrong = oauth.ClientSecretBasic("dwc_wrong");
await assert.rejects(token(basic, wrong), { code: oauth.WWW_AUTHENTICATE_CHALLENGE });
const narrow = oauth.ClientSecretBasic(given.basic.secret);
await assert.rejects(token(basic, narrow, {}, { scope: "users:write" }), { error: "invalid_scope" });

for (const alg of ["ES256", "PS256", "EdDSA"]) {
    const kind = alg === "EdDSA" ? "Ed25519" : alg;
    const pair = await oauth.generateKeyPair(kind, { modulusLength: 3072 });
    const DPoP = oauth.DPoP(basic, pair);
    const auth = oauth.ClientSecretBasic(given.basic.secret);
    const { access_token: value, token_type: how } = await withNonce(() =>
        token(basic, auth, { DPoP }),
    );
    assert.equal(how, "dpop");
    assert.equal((await withNonce(() => called(value, { DPoP }))).status, 200);
    const told = await introspected(value);
    assert.equal(told.cnf.jkt, await DPoP.calculateThumbprint());
    await assert.rejects(called(value), "a bound token is no bearer token");
}

// A program of the service's own goes on by the refresh token of its session.
const own = { client_id: "first_party" };
let { refresh_token: last } = given.session;
const pair = await oauth.generateKeyPair("ES256");
for (const DPoP of [undefined, oauth.DPoP(own, pair), undefined]) {
    const next = await withNonce(async () => {
        const options = { ...http, DPoP };
        const answer = await oauth.refreshTokenGrantRequest(server, own, oauth.None(), last, options);
        return oauth.processRefreshTokenResponse(server, own, answer);
    });
    assert.notEqual(next.refresh_token, last);
    assert.equal((await withNonce(() => called(next.access_token, { DPoP }))).status, 200);
    last = next.refresh_token;
}
const answer = await oauth.revocationRequest(server, own, oauth.None(), last, http);
await oauth.processRevocationResponse(answer);
console.log("oauth4webapi: in order");
