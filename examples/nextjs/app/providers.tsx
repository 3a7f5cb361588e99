// [snippet: providers]
'use client'

import { SessionProvider, StepUpDialog } from 'doorward/react'
import type { ReactNode } from 'react'

export function Providers({ children }: { children: ReactNode }) {
  return (
    <SessionProvider>
      {children}
      <StepUpDialog />
    </SessionProvider>
  )
}
// [/snippet]
