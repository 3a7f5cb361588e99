import { auth } from "../../../lib/better-auth.js";
import { hello, refused } from "../../../lib/answer.js";

export async function GET(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  return session ? hello(session.user.name) : refused();
}
