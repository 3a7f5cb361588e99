// `oidc-provider` with one client that gets tokens by its credentials and asks what they are worth,
// to be measured. It listens on the loopback address and ends with its standard input.
//
//   introspect.mjs PORT CLIENT SECRET
//
// Prints a line when it answers.

import { createServer } from "node:http";

import { Provider } from "oidc-provider";

const [port, client, secret] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: client,
    client_secret: secret,
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
  }],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
  },
  ttl: { ClientCredentials: 7200 },
});
const server = createServer(provider.callback());
server.listen(Number(port), "127.0.0.1", () => console.log(issuer));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
