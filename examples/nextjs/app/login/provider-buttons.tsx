// [snippet: provider-buttons]
'use client'

import { getProviders, signIn } from 'doorward/react'
import { useEffect, useState } from 'react'

type Providers = NonNullable<Awaited<ReturnType<typeof getProviders>>>

/** A button for each service that Doorward is set up to sign in with; none without a setting. */
export function ProviderButtons({ after }: { after: string }) {
  const [providers, setProviders] = useState<Providers>({})
  useEffect(() => {
    getProviders().then((found) => setProviders(found ?? {}))
  }, [])
  const others = Object.values(providers).filter(({ type }) => ['oauth', 'oidc'].includes(type))
  return (
    <div className="row">
      {others.map(({ id, name }) => (
        <button
          key={id}
          type="button"
          className="quiet"
          onClick={() => signIn(id, { redirectTo: after })}
        >
          Continue with {name}
        </button>
      ))}
    </div>
  )
}
// [/snippet]
