import { withAuth } from "doorward/next";

import { hello } from "../../../lib/answer.js";

// Asks Doorward at each request: what has been ended there counts at once.
export const GET = withAuth((request) => hello(request.auth.user.name));
