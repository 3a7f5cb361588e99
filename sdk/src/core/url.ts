const LOOPBACK = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * The URL without a slash at its end, if secrets may be sent there: by https, or by http to this
 * very machine. `allowHttp` lets it be http elsewhere, for a network that nobody else is in.
 *
 * Throws a TypeError otherwise.
 */
export function checkedUrl(text: string, allowHttp = false): string {
  const url = new URL(text)
  const safe =
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && (allowHttp || LOOPBACK.test(url.hostname)))
  if (!safe) throw new TypeError('doorward: the URL must be https, or on this machine')
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError('doorward: the URL must have neither user, query nor fragment')
  }
  return url.href.replace(/\/+$/, '')
}
