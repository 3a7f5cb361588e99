// Uses the types that are generated from both documents as an app would. Nothing here runs: it is
// right when it compiles under `strict`.

import type { components, operations, paths } from "./generated/openapi";
import type { operations as operations30, paths as paths30 } from "./generated/openapi-3.0";

type JsonBody<Operation> = Operation extends {
  requestBody: { content: { "application/json": infer Body } };
}
  ? Body
  : never;

type JsonAnswer<Operation, Status extends number> = Operation extends {
  responses: { [status in Status]: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

type Refusal<Operation, Status extends number> = Operation extends {
  responses: { [status in Status]: { content: { "application/problem+json": infer Body } } };
}
  ? Body
  : never;

/** Fails to compile where `Actual` can't be used as `Expected`, or is `never` or `any`. */
type Is<Expected, Actual extends Expected> = [Actual] extends [never]
  ? "no such type"
  : 0 extends 1 & Actual
    ? "any"
    : Actual;

// A body is written with the names on the wire.
export const signIn: JsonBody<operations["sign_in_with_password"]> = {
  email: "ada@example.test",
  password: "a long enough password",
};

// A session is there or null, never absent.
type Session = JsonAnswer<operations["get_session"], 200>["session"];
export const nobody: Session = null;

// A page has its items and says where the next one begins.
type Roles = JsonAnswer<operations["list_roles"], 200>;
export function names(page: Roles): string[] {
  const next: string | null = page.next_cursor;
  return page.items.map((role) => role.name).concat(next ?? []);
}

// A refusal has a code that a program can compare.
export function isSignedOut(problem: Refusal<operations["list_roles"], 401>): boolean {
  const code: string = problem.code;
  return code === "auth.not_signed_in" && problem.status === 401;
}

// A path and its operation are the same thing.
type Create = paths["/v1/roles"]["post"];
export type SameOperation = Is<operations["create_role"], Create>;
export type Problem = Is<{ code: string; status: number }, components["schemas"]["Problem"]>;

// The 3.0 document says the same as the 3.1 one, in both directions.
type Equal<Left, Right> = [Left] extends [Right] ? ([Right] extends [Left] ? true : false) : false;
export const sameOperations: Equal<operations, operations30> = true;
export const samePaths: Equal<paths, paths30> = true;
