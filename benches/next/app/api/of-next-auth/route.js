import { getServerSession } from "next-auth";

import { hello, refused } from "../../../lib/answer.js";
import { authOptions } from "../../../lib/next-auth.js";

export async function GET() {
  const session = await getServerSession(authOptions);
  return session ? hello(session.user.name) : refused();
}
