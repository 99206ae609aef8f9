// Sending much to the node, and telling how far that is: fetch says nothing of a body on its way, so this asks the older
// way and answers as fetch does.

export function uploadingFetch(progress: (sent: number, total: number) => void): typeof globalThis.fetch {
  return (input, init) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open(init?.method ?? 'GET', String(input))
      new Headers(init?.headers).forEach((text, name) => {
        request.setRequestHeader(name, text)
      })
      request.upload.onprogress = ({ loaded, total }) => progress(loaded, total)
      request.upload.onload = ({ loaded }) => progress(loaded, loaded)
      request.onload = () => {
        const headers = { 'content-type': request.getResponseHeader('content-type') ?? 'text/plain' }
        resolve(new Response(request.responseText, { status: request.status, headers }))
      }
      request.onerror = () => reject(new TypeError('The node does not answer.'))
      request.onabort = () => reject(new DOMException('Given up.', 'AbortError'))
      init?.signal?.addEventListener('abort', () => request.abort())
      request.send(init?.body as XMLHttpRequestBodyInit)
    })
}
