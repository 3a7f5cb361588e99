// [snippet: pages-api]
import { getServerSession, problem } from 'doorward/next'
import type { NextApiRequest, NextApiResponse } from 'next'
import { notesOf } from '@/lib/notes'

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  const session = await getServerSession(req, res)
  if (!session) return res.status(401).json({ error: 'Unauthorized' })
  return res.status(200).json({ count: notesOf(session.user.id).length })
}
// [/snippet]
