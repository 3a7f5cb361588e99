import { hello } from "../../../lib/answer.js";

// The yardstick: it checks nothing, and depends on the request as the others do.
export function GET(request) {
  return hello(request.headers.get("x-name") ?? "Ann");
}
