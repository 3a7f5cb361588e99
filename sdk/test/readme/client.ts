// [snippet: client]
import { createClient, isProblem, paginate, unwrap } from 'doorward'

const doorward = createClient({ baseUrl: 'https://id.example.com' })

export async function signIn(email: string, password: string): Promise<string> {
  const { data, error } = await doorward.signInWithPassword({ body: { email, password } })
  if (isProblem(error, 'auth.invalid_credentials')) return 'wrong'
  return data?.status ?? 'try again later' // 'signed_in' or 'second_factor_required'
}
// [/snippet]

export async function addresses(apiKey: string): Promise<string[]> {
  // [snippet: pages]
  const admin = createClient({
    baseUrl: 'https://id.example.com',
    headers: { 'X-Api-Key': apiKey },
  })
  const found: string[] = []
  for await (const user of paginate(admin.listUsers, { query: { status: 'active' } })) {
    found.push(user.email)
  }
  const me = await unwrap(admin.getMe()) // throws a ProblemError with a code
  // [/snippet]
  return [me.email, ...found]
}
