// The languages of the console. English is in the first page's code; another language is fetched when it is chosen.
// The catalogues hold text alone; React escapes what is put into them.

import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { type Catalogue, en } from './en.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'words'
    resources: { words: typeof en }
    nsSeparator: false
    returnNull: false
  }
}

/** Languages whose catalogue is written. Another one is a file beside en.ts of the type `Catalogue`, and a line here. */
export const LANGUAGES = [{ code: 'en', name: 'English' }] as const
export type Language = (typeof LANGUAGES)[number]['code']

const LANGUAGE_KEY = 'countersign.language'

/** Fetched when they are chosen; English is in the first page's code. */
const fetched: Partial<Record<Language, () => Promise<Catalogue>>> = {}

export function parseLanguage(text: string | null | undefined): Language | undefined {
  return LANGUAGES.find(({ code }) => text === code || text?.startsWith(`${code}-`))?.code
}

/** What the officer chose here before, else the first of the browser's languages that there is, else English. */
export function preferredLanguage(): Language {
  return (
    parseLanguage(localStorage.getItem(LANGUAGE_KEY)) ??
    navigator.languages.map(parseLanguage).find((language) => language !== undefined) ??
    'en'
  )
}

export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    defaultNS: 'words',
    ns: ['words'],
    nsSeparator: false,
    returnNull: false,
    resources: { en: { words: en } },
    interpolation: { escapeValue: false },
  })
  await speak(preferredLanguage())
}

/** Switches the page to a language; stays with the present one if its words cannot be fetched. */
export async function speak(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'words')) {
    const words = await fetched[language]?.().catch(() => undefined)
    if (words === undefined) return
    i18next.addResourceBundle(language, 'words', words)
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

export function chooseLanguage(language: Language): void {
  localStorage.setItem(LANGUAGE_KEY, language)
  void speak(language)
}
