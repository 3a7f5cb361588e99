// [snippet: bearer-route]
import { withBearer } from '@/lib/bearer'
import { everyNote, MODERATE, notesOf } from '@/lib/notes'

export const GET = withBearer(async (_request, { claims, may }) => {
  const notes = (await may(MODERATE)) ? everyNote() : notesOf(claims.sub)
  return Response.json({ items: notes })
})
// [/snippet]
