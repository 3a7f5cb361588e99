import { requireSession } from 'doorward/next'
import { auth } from '@/lib/auth'
import { countOn } from '@/lib/notes'

export const metadata = { title: 'Overview' }

const DAYS = 20

/** The last days, today first, such as `2027-01-31` (UTC). */
function lastDays(): string[] {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
  return Array.from({ length: DAYS }, (_, ago) => day(ago))
}

/** Each asks for itself: what it shows doesn't depend on who has put it on a page. */
async function Day({ day }: { day: string }) {
  const session = await auth()
  const count = session ? countOn(session.user.id, day) : 0
  return (
    <li data-day={day}>
      <time dateTime={day}>{day}</time> <b>{count}</b>
    </li>
  )
}

export default async function Page() {
  await requireSession()
  return (
    <>
      <h1>The last {DAYS} days</h1>
      <p>How many notes you wrote on each.</p>
      <ul className="days">
        {lastDays().map((day) => (
          <Day key={day} day={day} />
        ))}
      </ul>
    </>
  )
}
