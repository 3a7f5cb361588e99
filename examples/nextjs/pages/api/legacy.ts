// [snippet: pages-api]
import { type Authenticated, withAuth } from 'doorward/next'
import type { NextApiRequest, NextApiResponse } from 'next'
import { notesOf } from '@/lib/notes'

export default withAuth((req: Authenticated<NextApiRequest>, res: NextApiResponse) => {
  res.status(200).json({ count: notesOf(req.auth.user.id).length })
})
// [/snippet]
