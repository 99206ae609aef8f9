// What can be expected to fail is a value with a stable code; what cannot is a thrown assertion.

export type Refusal = { readonly ok: false; readonly code: string; readonly message: string }
export type Result<T> = { readonly ok: true; readonly value: T } | Refusal

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** `code` is stable, `family/what`; `message` is one sentence for a person. */
export function refuse(code: string, message: string): Refusal {
  return { ok: false, code, message }
}
