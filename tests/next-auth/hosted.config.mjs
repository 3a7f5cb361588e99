const doorward = process.env.DOORWARD_URL ?? "http://127.0.0.1:8080";

// [snippet: hosted]
const PAGES = [
  "sign-in", "sign-up", "sign-out", "second-factor", "step-up", "account", "verify", "magic",
  "forgot", "reset", "confirm-email", "undo-email",
].join("|");
const SCRIPTS = "doorward.css|passkeys.js|challenge.js|logo|marks";

const nextConfig = {
  rewrites: async () => [
    { source: "/api/auth/:path*", destination: `${doorward}/api/auth/:path*` },
    { source: `/:page(${PAGES})/:path*`, destination: `${doorward}/:page/:path*` },
    { source: `/assets/:it(${SCRIPTS})/:path*`, destination: `${doorward}/assets/:it/:path*` },
    // What the pages' own scripts call.
    { source: "/v1/auth/:path*", destination: `${doorward}/v1/auth/:path*` },
    { source: "/v1/me/passkeys/:path*", destination: `${doorward}/v1/me/passkeys/:path*` },
  ],
};
// [/snippet]

export default nextConfig;
