import { getSession } from "next-auth/react";

// [snippet: api-route]
// next-auth 4 takes the cookies from `req`, next-auth 5 from `headers`.
export default async function handler(req, res) {
  const session = await getSession({ req, headers: req.headers, broadcast: false });
  if (!session) return res.status(401).json({ error: "Sign in first." });
  return res.json({ hello: session.user.name });
}
// [/snippet]
