import { Providers } from "./providers.jsx";

export const metadata = { title: "An app of next-auth" };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
