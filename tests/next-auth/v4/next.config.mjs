const doorward = process.env.DOORWARD_URL ?? "http://127.0.0.1:8080";

/** All that this app has of Doorward. */
// [snippet: rewrite]
const nextConfig = {
  rewrites: async () => [
    { source: "/api/auth/:path*", destination: `${doorward}/api/auth/:path*` },
  ],
};
// [/snippet]

export default nextConfig;
