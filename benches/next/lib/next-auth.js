import Credentials from "next-auth/providers/credentials";

// Without a database: the session is in the cookie, encrypted.
export const authOptions = {
  secret: process.env.NEXTAUTH_SECRET,
  session: { strategy: "jwt" },
  providers: [
    Credentials({
      credentials: { email: {} },
      authorize: ({ email }) => ({ id: "1", name: "Ann", email }),
    }),
  ],
};
