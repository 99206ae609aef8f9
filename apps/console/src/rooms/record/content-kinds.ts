// Opened content read as what its media type promises (spec/records.md): undefined where it is not that. Content is never
// trusted further than to be shown as text.

export interface Message {
  subject: string
  text: string
  remarks: string | undefined
  language: string | undefined
}

export interface StixListed {
  id: string
  type: string
  name: string | undefined
}

export function parseText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

export function parseMessage(bytes: Uint8Array): Message | undefined {
  const value = parseObject(bytes)
  if (value === undefined || typeof value.subject !== 'string' || typeof value.text !== 'string') return undefined
  const language =
    typeof value.language === 'string' && /^[A-Za-z0-9-]{2,35}$/.test(value.language) ? value.language : undefined
  return {
    subject: value.subject,
    text: value.text,
    remarks: typeof value.remarks === 'string' ? value.remarks : undefined,
    language,
  }
}

/** The objects of a bundle, as far as each names its id and type. */
export function parseStixList(bytes: Uint8Array): StixListed[] | undefined {
  const bundle = parseObject(bytes)
  if (bundle === undefined || !Array.isArray(bundle.objects)) return undefined
  return bundle.objects
    .filter(isObject)
    .flatMap((object) =>
      typeof object.id === 'string' && typeof object.type === 'string'
        ? [{ id: object.id, type: object.type, name: typeof object.name === 'string' ? object.name : undefined }]
        : [],
    )
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  const text = parseText(bytes)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
