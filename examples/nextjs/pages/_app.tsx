import type { AppProps } from 'next/app'
import Head from 'next/head'
import '../app/globals.css'

export default function App({ Component, pageProps }: AppProps) {
  return (
    <>
      <Head>
        <title>Notes</title>
        <link rel="icon" href="/icon.svg" />
      </Head>
      <main>
        <Component {...pageProps} />
      </main>
    </>
  )
}
