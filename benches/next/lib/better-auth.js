import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";

// One for all routes, whatever the bundler makes of this module. The fastest database there is:
// tables in the memory of this process.
const tables = (globalThis.tables ??= { user: [], session: [], account: [], verification: [] });

export const auth = betterAuth({
  baseURL: process.env.NEXTAUTH_URL,
  basePath: "/api/better",
  secret: process.env.NEXTAUTH_SECRET,
  database: memoryAdapter(tables),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
});
