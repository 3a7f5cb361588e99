/** What every route answers, so that nothing but the check is compared. */
export const hello = (name) => Response.json({ hello: name });

export const refused = () => Response.json({ error: "Sign in first." }, { status: 401 });
